import { fromUtf8 } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import { parseCanonicalJson } from "@/lib/crypto/json/canonical-json";
import { openNote } from "@/lib/crypto/log/signed-note";
import type { FilePass } from "../container/file-pass";
import { readWhole } from "../container/file-pass";
import type { Findings } from "../report/report";
import { keysFault } from "../tree/check-keys";
import { BUNDLE_FILES, BundleKeys, type Manifest, parseManifestText } from "./bundle-format";

/** Maximum size. A signed note has at most a million bytes, and a list of keys is far shorter. */
const MAX_HEAD_BYTES = 1_000_000;

/** Runs one parser and adds the file's name to its error. */
export function named<T>(file: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new FormatError("format.bundle", `${file}: ${error.message}`, { file });
  }
}

/** Returns a small file's text. Throws FormatError for a file that is too large for its kind. */
export async function readText(pass: FilePass): Promise<string> {
  const { name, size } = pass.file;
  if (size > MAX_HEAD_BYTES)
    throw new FormatError("format.bundle", `${name} is longer than ${MAX_HEAD_BYTES} bytes`, { file: name });
  const bytes = await readWhole(pass);
  return named(name, () => fromUtf8(bytes));
}

/** Returns the manifest in its note. Its signatures are not checked yet. */
export function parseManifest(note: string): Manifest {
  return named(BUNDLE_FILES.manifest, () => parseManifestText(openNote(note, []).text));
}

/** Returns the keys that the bundle itself names. */
export function parseKeys(text: string): BundleKeys {
  return named(BUNDLE_FILES.keys, () => {
    const parsed = BundleKeys.safeParse(parseCanonicalJson(text));
    if (!parsed.success) throw new FormatError("format.bundle", "not a list of keys");
    const fault = keysFault(parsed.data);
    if (fault !== undefined) throw new FormatError("format.bundle", fault);
    return parsed.data;
  });
}

/** Returns whether a trusted receipt key signed the manifest. If not, adds a finding. */
export function checkManifestNote(note: string, receiptKeys: readonly string[], findings: Findings): boolean {
  try {
    if (openNote(note, receiptKeys).verified.length > 0) return true;
    findings.add({ class: "manifest", detail: "the manifest is signed by no trusted receipt key" });
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    findings.add({ class: "manifest", detail: "the manifest's signature is not valid" });
  }
  return false;
}

/** Checks that a completely read file is the one that the manifest lists. */
export function isOfManifest(manifest: Manifest, name: string, pass: FilePass | undefined): boolean {
  const listed = manifest.files.find((file) => file.name === name);
  const digest = pass?.digest;
  return digest !== undefined && digest.sha256 === listed?.sha256 && digest.bytes === listed.bytes;
}

/** Requires that every file is the one in the manifest, and that there are no others. */
export function checkFiles(
  manifest: Manifest,
  passes: ReadonlyMap<string, FilePass>,
  findings: Findings,
): void {
  const listed = new Set<string>([BUNDLE_FILES.manifest]);
  for (const { name, sha256, bytes } of manifest.files) {
    listed.add(name);
    const pass = passes.get(name);
    if (pass === undefined) findings.add({ class: "file", detail: `${name} is missing` });
    else if (pass.digest !== undefined && (pass.digest.bytes !== bytes || pass.digest.sha256 !== sha256))
      findings.add({ class: "file", detail: `${name} differs from the file that the manifest lists` });
  }
  for (const [name, pass] of passes) {
    if (!listed.has(name)) findings.add({ class: "file", detail: `${name} is not in the manifest` });
    // A file that could not be read to its end is not compared with the manifest. Its own finding says why.
    if (pass.digest?.isOfHeader === false)
      findings.add({
        class: "container",
        detail: `not the canonical zip of its files: the zip has a wrong checksum for the content of ${name}`,
      });
  }
}
