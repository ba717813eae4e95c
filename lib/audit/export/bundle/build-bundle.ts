import "server-only";
import {
  BUNDLE_FILES,
  ERASED_LISTED,
  type Manifest,
  MISSING_LISTED,
  manifestText,
  WITHHELD_LISTED,
} from "@/lib/audit/bundle-verifier/claims/bundle-format";
import { signWholeNote } from "@/lib/audit/entry/note-line";
import { peopleFor } from "@/lib/audit/reading/actors/known-people";
import type { ReaderContext } from "@/lib/audit/reading/fence";
import { publicKeys } from "@/lib/audit/reading/proofs/get-audit-keys";
import { toBase64url } from "@/lib/crypto/bytes";
import { formatMicros } from "@/lib/crypto/instant";
import { canonicalJson } from "@/lib/crypto/json/canonical-json";
import { streamCanonicalZip } from "@/lib/crypto/zip/canonical-zip";
import type { RawTx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { requireNoneWaiting } from "../erasures-settled";
import { EntryScan, type ExportRequest, isFiltered } from "../read-entries";
import type { Produced, Sink } from "../sink";
import { anchorOf, type BundleCheckpoints, countLater, readCheckpoints } from "../store";
import { bundleReadme, PAGE_FOOT, pageHead } from "./bundle-pages";
import { type BundleSpools, Gathering } from "./gather";
import { type SpooledFile, textFile } from "./spool";

type Facts = Omit<Manifest, "files">;

function foundFacts(
  { pruning }: EntryScan,
  gathered: Gathering,
): Pick<Facts, "v" | "count" | "pruned" | Listed> {
  return {
    v: 1,
    count: gathered.count,
    ...listedFacts(gathered),
    ...(pruning === undefined ? {} : { pruned: { minimum: pruning.minimum, entry: pruning.entry } }),
  };
}

function requestFacts({ exportEntry, recordedIn, kinds, filter }: ExportRequest, log: string) {
  return {
    filter: { ...filter },
    export_entry: exportEntry,
    ...(recordedIn === log ? {} : { recorded_in: recordedIn }),
    ...(kinds.length === 0 ? { parts: "none" as const } : {}),
  };
}

type Listed =
  | "withheld"
  | "withheld_file"
  | "erased"
  | "erased_file"
  | "erased_in"
  | "missing"
  | "missing_file";

/** Puts a few numbers and parts into the manifest itself. Many of them go into files, and the manifest says so. */
function listedFacts({ withheld, erased, erasedIn, missing }: Gathering): Pick<Facts, Listed> {
  const { listed } = withheld;
  const { count, ranges } = withheld.counts;
  const hasNumbers = count > WITHHELD_LISTED;
  const numbers = hasNumbers ? { withheld: [], withheld_file: { count, ranges } } : { withheld: [...listed] };
  return {
    ...numbers,
    ...(erased.count > 0 && erased.count <= ERASED_LISTED ? { erased: erased.listed } : {}),
    ...(erased.count > ERASED_LISTED ? { erased_file: { count: erased.count } } : {}),
    ...(erasedIn.size > 0 ? { erased_in: [...erasedIn].sort() } : {}),
    ...(missing.count > 0 && missing.count <= MISSING_LISTED ? { missing: missing.listed } : {}),
    ...(missing.count > MISSING_LISTED ? { missing_file: { count: missing.count } } : {}),
  };
}

function timestampsOf(checkpoints: BundleCheckpoints["rows"]): SpooledFile[] {
  const tokens = checkpoints.flatMap(({ size, time_stamp }) =>
    time_stamp === null ? [] : [{ size, token: toBase64url(time_stamp) }],
  );
  return tokens.length === 0 ? [] : [textFile(BUNDLE_FILES.timestamps, canonicalJson(tokens))];
}

async function manifestFile(
  cx: ReaderContext,
  facts: Facts,
  files: readonly SpooledFile[],
): Promise<SpooledFile> {
  const listed = files.map(({ name, sha256, size }) => ({ name, sha256, bytes: size }));
  listed.sort((a, b) => (a.name < b.name ? -1 : 1));
  const signer = { ...cx.audit.receiptSigner, sign: cx.audit.sign };
  const note = await signWholeNote(signer, manifestText({ ...facts, files: listed }));
  return textFile(BUNDLE_FILES.manifest, note);
}

/** Returns the files that a bundle has only if they have content. */
async function furtherFiles(facts: Facts, spools: BundleSpools): Promise<SpooledFile[]> {
  return [
    ...(facts.withheld_file === undefined ? [] : [await spools.withheld.end(BUNDLE_FILES.withheld)]),
    ...(facts.erased_file === undefined ? [] : [await spools.erased.end(BUNDLE_FILES.erased)]),
    ...(facts.missing_file === undefined ? [] : [await spools.missing.end(BUNDLE_FILES.missing)]),
  ];
}

/**
 * Refuses checkpoints that end before the signed size. It checks the same rows that the bundle is made of, because
 * the database owner can answer the query for the signed size and the query for the checkpoints differently.
 */
function requireSigned(cx: ReaderContext, size: number, signedSize = 0): void {
  if (size >= signedSize) return;
  cx.logger.error(
    { alarm: "export.index", class: "truncation", seq: size },
    "checkpoints end before what is signed",
  );
  throw new DomainError("export.index", {
    detail: `The export would lack log entries, the first at ${size}.`,
  });
}

/**
 * Writes a whole bundle from one snapshot; it ends at the newest signed checkpoint. A zip header has a file's length
 * and CRC before its bytes, and the manifest has every digest. So everything that grows with the log is spooled
 * first. Throws `export.index` if the checkpoints end before the signed size, `export.erasure` if the next snapshot
 * will have an erasure that this one lacks.
 */
export async function writeBundle(
  cx: ReaderContext,
  tx: RawTx,
  request: ExportRequest,
  spools: BundleSpools,
  sink: Sink,
): Promise<Produced> {
  const { log } = cx.instance;
  const { rows: checkpoints, total } = await readCheckpoints(tx, log);
  const anchor = anchorOf(checkpoints.at(-1));
  const { size } = anchor;
  requireSigned(cx, size, request.signedSize);
  await requireNoneWaiting(cx, tx, size, request.kinds);
  sink.begun?.();
  // Read before the scan, because the connection answers no other query until its end.
  const people = await peopleFor(tx, cx, request);
  const exportedAt = formatMicros(cx.clock.nowMicros());
  const complete = !isFiltered(request);
  await spools.page.write(pageHead(log, size, exportedAt));
  const scan = new EntryScan(cx, tx, request, anchor);
  const gathered = new Gathering(cx, spools, complete, people);
  await gathered.gather(scan, sink);
  await spools.page.write(PAGE_FOOT);
  const facts: Facts = {
    ...foundFacts(scan, gathered),
    ...requestFacts(request, log),
    log,
    exported_at: exportedAt,
    range: { from: 0, to: size },
    complete,
    size,
    later: await countLater(tx, log, size, exportedAt),
  };
  const newest = checkpoints.at(-1)?.note;
  const files = [
    textFile(BUNDLE_FILES.checkpoints, canonicalJson(checkpoints.map(({ note }) => note))),
    ...(newest === undefined ? [] : [textFile(BUNDLE_FILES.checkpoint, newest)]),
    await spools.entries.end(BUNDLE_FILES.entries),
    textFile(BUNDLE_FILES.keys, canonicalJson(publicKeys(cx))),
    await spools.leaves.end(BUNDLE_FILES.leaves),
    await spools.page.end(BUNDLE_FILES.page),
    await spools.places.end(BUNDLE_FILES.places),
    textFile(BUNDLE_FILES.readme, bundleReadme(facts, { here: checkpoints.length, total })),
    ...timestampsOf(checkpoints),
    ...(await furtherFiles(facts, spools)),
  ];
  const zip = streamCanonicalZip([...files, await manifestFile(cx, facts, files)]);
  for await (const piece of zip) await sink.write(piece);
  return { entries: gathered.count, size, flaw: scan.flaw };
}
