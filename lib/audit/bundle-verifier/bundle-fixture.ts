import { fromUtf8, toBase64, toBase64url, utf8 } from "@/lib/crypto/bytes";
import { canonicalJson, type Json, parseCanonicalJson } from "@/lib/crypto/json/canonical-json";
import { keyMark, keyProof, partKey, sealPart } from "@/lib/crypto/log/audit-part";
import { treeRoot } from "@/lib/crypto/log/merkle";
import {
  cosignatureLine,
  cosignerVkey,
  noteSignatureLine,
  signNote,
  vkey,
} from "@/lib/crypto/log/signed-note";
import { ed25519PublicKey, sha256 } from "@/lib/crypto/primitives";
import { writeCanonicalZip } from "@/lib/crypto/zip/canonical-zip";
import { checkpointText } from "../entry/checkpoint";
import { type Entry, encodeEntry, entryLeaf } from "../entry/entry";
import { BUNDLE_FILES, type Manifest, manifestText, placeText } from "./claims/bundle-format";

// Builds bundles for tests. It can rebuild them around a change, as an attacker with all files but without our keys
// would.

export const FIXTURE_LOG = "log.example.test/sealport";

/** Signing seeds of one operator. */
export interface Operator {
  readonly logSeed: Uint8Array;
  readonly receiptSeed: Uint8Array;
  readonly witnessSeed: Uint8Array;
}

export function operator(tag: number): Operator {
  const seed = (part: number) => new Uint8Array(32).fill(tag * 16 + part);
  return { logSeed: seed(1), receiptSeed: seed(2), witnessSeed: seed(3) };
}

export function keysOf(by: Operator) {
  return {
    log: [vkey(FIXTURE_LOG, ed25519PublicKey(by.logSeed))],
    receipts: [vkey(`${FIXTURE_LOG}/receipt`, ed25519PublicKey(by.receiptSeed))],
    witnesses: [
      {
        vkey: cosignerVkey(`${FIXTURE_LOG}/witness`, ed25519PublicKey(by.witnessSeed)),
        kind: "own" as const,
      },
    ],
    time_stamp: [],
    custodian: "none",
  };
}

export interface FixtureEntry {
  readonly bytes: Uint8Array;
  readonly parts: readonly { c: string; key?: string; kind: string; stored: string }[];
}

const COMPARTMENT = new Uint8Array(32).fill(7);

/** Values of an entry that differ from the defaults. */
export interface EntryChange {
  readonly class?: Entry["class"];
  readonly outcome?: Entry["outcome"];
  readonly pub?: Entry["pub"];
  readonly org?: Record<string, Json>;
  readonly at?: string;
  /** Adds a second part, of the person who acted, with the label `PERSON_PART`. The default org part names it. */
  readonly person?: true;
}

/** Label of the person's part in a fixture entry that has one. */
export const PERSON_PART = "personpartA";

/** The members of such an entry's org part that describe the person's part. */
export const PERSON = { c: PERSON_PART, key_mark: keyMark(new Uint8Array(32).fill(8)) };

/** The members of an erasure that name the destroyed key. */
export const keySaid = (key: Uint8Array) => ({ key_mark: keyMark(key), key_proof: keyProof(key) });

/** The same for the key that such parts are sealed with. */
export const PERSON_KEY = keySaid(new Uint8Array(32).fill(8));

export function fixtureId(at: number): string {
  return `01936f2a-7c1b-7def-8a10-${String(at).padStart(12, "0")}`;
}

export function fixtureEntry(at: number, change: EntryChange = {}): FixtureEntry {
  const id = fixtureId(at);
  const usual = { action: "transaction.create", request_id: `req-${at}` };
  const org = change.org ?? (change.person ? { ...usual, person: PERSON } : usual);
  const parts = [{ c: "org", kind: "org", plaintext: org }];
  if (change.person) parts.push({ c: PERSON_PART, kind: "subject", plaintext: { name: "Dana Weiss" } });
  const sealed = parts.map(({ c, kind, plaintext }) => {
    const place = { log: FIXTURE_LOG, entryId: id, c };
    return { c, kind, ...sealPart({ ...place, compartmentKey: COMPARTMENT, plaintext }) };
  });
  const bytes = encodeEntry({
    v: 1,
    log: FIXTURE_LOG,
    id,
    at: change.at ?? `2026-11-24T14:45:00.${String(at).padStart(6, "0")}Z`,
    tenant: "t_6c1f",
    class: change.class ?? "transaction",
    outcome: change.outcome ?? "done",
    sealed: sealed.map(({ c, digest }) => ({ c, d: digest })),
    ...(change.pub === undefined ? {} : { pub: change.pub }),
  });
  const key = toBase64url(partKey(COMPARTMENT, id));
  return {
    bytes,
    parts: sealed.map(({ c, kind, stored }) => ({ c, key, kind, stored: toBase64url(stored) })),
  };
}

/** The parts of a bundle before they are written as files. */
export interface Draft {
  readonly entries: readonly FixtureEntry[];
  readonly leaves: readonly Uint8Array[];
  readonly checkpoints: readonly string[];
  readonly placeLines: readonly string[];
  /** Signed note of the manifest, or a function that makes it. */
  readonly keys: ReturnType<typeof keysOf>;
  /** Members of the manifest that differ from the defaults. */
  readonly manifest?: Partial<Manifest>;
  /** Additional files, or replacements of the default ones. */
  readonly texts?: Readonly<Record<string, string>>;
  /** Numbers whose line is missing in entries.ndjson. */
  readonly leftOut?: readonly number[];
}

export function checkpointNote(by: Operator, leaves: readonly Uint8Array[]): string {
  const text = checkpointText({ origin: FIXTURE_LOG, size: leaves.length, root: treeRoot(leaves) });
  const note = signNote(text, [{ name: FIXTURE_LOG, seed: by.logSeed }]);
  return `${note}${cosignatureLine(`${FIXTURE_LOG}/witness`, by.witnessSeed, text, 1_795_000_000)}\n`;
}

export function placeLine(by: Operator, seq: number, leaf: Uint8Array): string {
  return noteSignatureLine(`${FIXTURE_LOG}/receipt`, by.receiptSeed, placeText(FIXTURE_LOG, seq, leaf));
}

export function draft(by: Operator, count: number, sizes: readonly number[]): Draft {
  return draftOf(
    by,
    Array.from({ length: count }, (_, at) => fixtureEntry(at)),
    sizes,
  );
}

/** Returns a draft over the given entries, with a signed and cosigned checkpoint at each size. */
export function draftOf(by: Operator, entries: readonly FixtureEntry[], sizes: readonly number[]): Draft {
  const leaves = entries.map((entry) => entryLeaf(entry.bytes));
  return {
    entries,
    leaves,
    checkpoints: sizes.map((size) => checkpointNote(by, leaves.slice(0, size))),
    placeLines: leaves.map((leaf, seq) => placeLine(by, seq, leaf)),
    keys: keysOf(by),
  };
}

function manifestOf(count: number, files: { name: string; bytes: Uint8Array }[]): Manifest {
  return {
    v: 1,
    log: FIXTURE_LOG,
    exported_at: "2026-11-24T15:00:00.000000Z",
    export_entry: "01936f2a-7c1b-7def-8a10-999999999999",
    range: { from: 0, to: count },
    filter: {},
    complete: true,
    withheld: [],
    count,
    size: count,
    later: { count: 1, oldest_at: "2026-11-24T14:59:59.000000Z" },
    files: files.map(({ name, bytes }) => ({
      name,
      sha256: toBase64url(sha256(bytes)),
      bytes: bytes.length,
    })),
  };
}

/** Returns a consistent bundle of a draft: every digest in it is right, and `by` signs the manifest. */
export function layOut(from: Draft, by: Operator): Uint8Array {
  const leftOut = new Set(from.leftOut);
  const lines = from.entries.map((entry, seq) => {
    if (leftOut.has(seq)) return "";
    const leaf = toBase64url(from.leaves[seq] ?? new Uint8Array(32));
    return `${canonicalJson({ entry: parseCanonicalJson(fromUtf8(entry.bytes)), leaf, parts: entry.parts.map((part) => ({ ...part })), seq })}\n`;
  });
  const texts: Record<string, string> = {
    [BUNDLE_FILES.checkpoints]: canonicalJson([...from.checkpoints]),
    [BUNDLE_FILES.checkpoint]: from.checkpoints.at(-1) ?? "",
    [BUNDLE_FILES.entries]: lines.join(""),
    [BUNDLE_FILES.keys]: canonicalJson(from.keys),
    [BUNDLE_FILES.leaves]: from.leaves.map((leaf) => `${toBase64(leaf)}\n`).join(""),
    [BUNDLE_FILES.places]: from.placeLines.map((line, seq) => `${seq} ${line}\n`).join(""),
    ...from.texts,
  };
  const files = Object.entries(texts).map(([name, text]) => ({ name, bytes: utf8(text) }));
  const usual = manifestOf(from.entries.length, files);
  const text = manifestText({ ...usual, count: usual.count - leftOut.size, ...from.manifest });
  const note = signNote(text, [{ name: `${FIXTURE_LOG}/receipt`, seed: by.receiptSeed }]);
  return writeCanonicalZip([...files, { name: BUNDLE_FILES.manifest, bytes: utf8(note) }]);
}
