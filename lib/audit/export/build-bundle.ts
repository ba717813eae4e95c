import "server-only";
import type { Context } from "@/lib/context";
import { toBase64, toBase64url, utf8 } from "@/lib/crypto/bytes";
import { canonicalJson } from "@/lib/crypto/canonical-json";
import { writeCanonicalZip, type ZipFile } from "@/lib/crypto/canonical-zip";
import { formatMicros } from "@/lib/crypto/instant";
import { sha256 } from "@/lib/crypto/primitives";
import type { RawTx } from "@/lib/db/transaction";
import { publicKeys } from "../get-audit-keys";
import { signNoteLine, signWholeNote } from "../note-line";
import type { Conditions } from "../reading/filter";
import { BUNDLE_FILES, type Manifest, manifestText, placeText } from "../verify/bundle-format";
import { bundleReadme, pageRow, printablePage } from "./bundle-pages";
import { entryLine, openedRows } from "./export-row";
import { countLater, readCheckpoints, readLeaves } from "./store";

export interface BundleRequest {
  readonly conditions: Conditions;
  readonly filter: Readonly<Record<string, string>>;
  /** Entry that records this export. */
  readonly exportEntry: string;
}

interface Gathered {
  readonly seqs: number[];
  readonly lines: string[];
  readonly rows: string[];
}

async function gather(cx: Context, tx: RawTx, conditions: Conditions, size: number): Promise<Gathered> {
  const gathered: Gathered = { seqs: [], lines: [], rows: [] };
  for await (const batch of openedRows(cx, tx, conditions, size)) {
    for (const opened of batch) {
      gathered.seqs.push(opened.row.seq);
      gathered.lines.push(`${entryLine(opened, false)}\n`);
      gathered.rows.push(pageRow(opened));
    }
  }
  return gathered;
}

/** Signs where each leaf stood, so that a later change can be named (verify/bundle-format.ts). */
async function signPlaces(
  cx: Context,
  leaves: readonly Uint8Array[],
  seqs: Iterable<number>,
): Promise<string> {
  const signer = { ...cx.audit.receiptSigner, sign: cx.audit.sign };
  const lines: string[] = [];
  for (const seq of seqs) {
    const leaf = leaves[seq];
    if (leaf !== undefined)
      lines.push(`${seq} ${await signNoteLine(signer, placeText(cx.instance.log, seq, leaf))}\n`);
  }
  return lines.join("");
}

function withheldFrom(size: number, seqs: readonly number[]): number[] {
  const shown = new Set(seqs);
  return Array.from({ length: size }, (_, seq) => seq).filter((seq) => !shown.has(seq));
}

/** A bundle's bytes, the number of entries in it and the size of the tree it ends at. */
export interface BuiltBundle {
  readonly bytes: Uint8Array;
  readonly entries: number;
  readonly size: number;
}

/** Builds the whole bundle from one snapshot. It ends at the newest signed checkpoint. */
export async function buildBundle(cx: Context, tx: RawTx, request: BundleRequest): Promise<BuiltBundle> {
  const { log } = cx.instance;
  const checkpoints = await readCheckpoints(tx, log);
  const size = checkpoints.at(-1)?.size ?? 0;
  const leaves = await readLeaves(tx, log, size);
  const { seqs, lines, rows } = await gather(cx, tx, request.conditions, size);
  const complete = Object.keys(request.filter).length === 0;
  const facts: Omit<Manifest, "files"> = {
    v: 1,
    log,
    exported_at: formatMicros(cx.clock.nowMicros()),
    export_entry: request.exportEntry,
    range: { from: 0, to: size },
    filter: { ...request.filter },
    complete,
    withheld: complete ? withheldFrom(size, seqs) : [],
    count: seqs.length,
    size,
    later: await countLater(tx, log, size),
  };
  const newest = checkpoints.at(-1)?.note;
  const files = [
    file(BUNDLE_FILES.checkpoints, canonicalJson(checkpoints.map(({ note }) => note))),
    ...(newest === undefined ? [] : [file(BUNDLE_FILES.checkpoint, newest)]),
    file(BUNDLE_FILES.entries, lines.join("")),
    file(BUNDLE_FILES.keys, canonicalJson(publicKeys(cx))),
    file(BUNDLE_FILES.leaves, leaves.map((leaf) => `${toBase64(leaf)}\n`).join("")),
    file(BUNDLE_FILES.page, printablePage(log, size, facts.exported_at, rows.join(""))),
    file(BUNDLE_FILES.places, await signPlaces(cx, leaves, complete ? leaves.keys() : seqs)),
    file(BUNDLE_FILES.readme, bundleReadme(facts)),
  ];
  const bytes = writeCanonicalZip([...files, await manifestFile(cx, facts, files)]);
  return { bytes, entries: seqs.length, size };
}

function file(name: string, text: string): ZipFile {
  return { name, bytes: utf8(text) };
}

async function manifestFile(
  cx: Context,
  facts: Omit<Manifest, "files">,
  files: readonly ZipFile[],
): Promise<ZipFile> {
  const listed = files.map(({ name, bytes }) => ({
    name,
    sha256: toBase64url(sha256(bytes)),
    bytes: bytes.length,
  }));
  listed.sort((a, b) => (a.name < b.name ? -1 : 1));
  const signer = { ...cx.audit.receiptSigner, sign: cx.audit.sign };
  return file(BUNDLE_FILES.manifest, await signWholeNote(signer, manifestText({ ...facts, files: listed })));
}
