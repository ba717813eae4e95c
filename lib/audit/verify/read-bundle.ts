import { fromBase64, fromUtf8, toBase64url } from "@/lib/crypto/bytes";
import { canonicalBytes, parseCanonicalJson } from "@/lib/crypto/canonical-json";
import { readCanonicalZip } from "@/lib/crypto/canonical-zip";
import { FormatError } from "@/lib/crypto/format-error";
import { sha256 } from "@/lib/crypto/primitives";
import { openNote } from "@/lib/crypto/signed-note";
import { BUNDLE_FILES, BundleKeys, EntryLine, type Manifest, parseManifestText } from "./bundle-format";
import type { Finding } from "./report";

/** An exported entry with the bytes its leaf is made of. */
export interface BundledEntry {
  readonly seq: number;
  readonly bytes: Uint8Array;
  readonly line: EntryLine;
}

/** A bundle taken apart; nothing in it is believed yet. */
export interface Bundle {
  readonly manifest: Manifest;
  readonly manifestNote: string;
  readonly keys: BundleKeys;
  readonly checkpoints: readonly string[];
  readonly leaves: readonly Uint8Array[];
  /** Place signature lines by sequence number. */
  readonly places: ReadonlyMap<number, string>;
  readonly entries: readonly BundledEntry[];
}

const PLACE = /^(0|[1-9][0-9]{0,15}) (.+)$/;

function linesOf(bytes: Uint8Array, file: string): string[] {
  const text = fromUtf8(bytes);
  if (text === "") return [];
  if (!text.endsWith("\n")) throw new FormatError("format.bundle", "the last line has no end", { file });
  return text.slice(0, -1).split("\n");
}

function parseEntryLine(text: string, at: number): BundledEntry {
  const parsed = EntryLine.safeParse(parseCanonicalJson(text));
  if (!parsed.success) {
    throw new FormatError("format.bundle", `line ${at + 1} is no exported entry`, {
      file: BUNDLE_FILES.entries,
    });
  }
  return { seq: parsed.data.seq, bytes: canonicalBytes(parsed.data.entry), line: parsed.data };
}

function parsePlaces(bytes: Uint8Array): Map<number, string> {
  const places = new Map<number, string>();
  for (const line of linesOf(bytes, BUNDLE_FILES.places)) {
    const match = PLACE.exec(line);
    if (match === null)
      throw new FormatError("format.bundle", "not a place line", { file: BUNDLE_FILES.places });
    places.set(Number(match[1]), match[2] ?? "");
  }
  return places;
}

function parseCheckpoints(bytes: Uint8Array): string[] {
  const value = parseCanonicalJson(fromUtf8(bytes));
  if (!Array.isArray(value) || !value.every((note) => typeof note === "string")) {
    throw new FormatError("format.bundle", "not a list of notes", { file: BUNDLE_FILES.checkpoints });
  }
  return value.filter((note) => typeof note === "string");
}

/** Runs one parser and names its file when it fails. */
function named<T>(file: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new FormatError("format.bundle", `${file}: ${error.message}`, { file });
  }
}

/** Unpacks a bundle strictly. Throws FormatError that names the file or the byte. */
export function readBundle(bytes: Uint8Array): { bundle: Bundle; fileFindings: Finding[] } {
  const files = new Map(readCanonicalZip(bytes).map((file) => [file.name, file.bytes]));
  const take = (name: string): Uint8Array => {
    const content = files.get(name);
    if (content === undefined) throw new FormatError("format.bundle", `${name} is missing`, { file: name });
    return content;
  };
  const manifestNote = named(BUNDLE_FILES.manifest, () => fromUtf8(take(BUNDLE_FILES.manifest)));
  const manifest = named(BUNDLE_FILES.manifest, () => parseManifestText(openNote(manifestNote, []).text));
  const keys = named(BUNDLE_FILES.keys, () => {
    const parsed = BundleKeys.safeParse(parseCanonicalJson(fromUtf8(take(BUNDLE_FILES.keys))));
    if (!parsed.success) throw new FormatError("format.bundle", "not a list of keys");
    return parsed.data;
  });
  const bundle: Bundle = {
    manifest,
    manifestNote,
    keys,
    checkpoints: named(BUNDLE_FILES.checkpoints, () => parseCheckpoints(take(BUNDLE_FILES.checkpoints))),
    leaves: named(BUNDLE_FILES.leaves, () =>
      linesOf(take(BUNDLE_FILES.leaves), BUNDLE_FILES.leaves).map(leafOf),
    ),
    places: named(BUNDLE_FILES.places, () => parsePlaces(take(BUNDLE_FILES.places))),
    entries: named(BUNDLE_FILES.entries, () =>
      linesOf(take(BUNDLE_FILES.entries), BUNDLE_FILES.entries).map(parseEntryLine),
    ),
  };
  return { bundle, fileFindings: checkFiles(manifest, files) };
}

function leafOf(line: string): Uint8Array {
  const leaf = fromBase64(line);
  if (leaf.length !== 32) throw new FormatError("format.bundle", "a leaf hash has 32 bytes");
  return leaf;
}

function checkFiles(manifest: Manifest, files: ReadonlyMap<string, Uint8Array>): Finding[] {
  const findings: Finding[] = [];
  const listed = new Set<string>([BUNDLE_FILES.manifest]);
  for (const { name, sha256: digest, bytes } of manifest.files) {
    listed.add(name);
    const content = files.get(name);
    if (content === undefined) findings.push({ class: "file", detail: `${name} is missing` });
    else if (content.length !== bytes || toBase64url(sha256(content)) !== digest) {
      findings.push({ class: "file", detail: `${name} is not the file of the manifest` });
    }
  }
  for (const name of files.keys()) {
    if (!listed.has(name)) findings.push({ class: "file", detail: `${name} is not in the manifest` });
  }
  return findings;
}
