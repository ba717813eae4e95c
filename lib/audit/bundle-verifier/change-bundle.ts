import { fromUtf8, toBase64, toBase64url, utf8 } from "@/lib/crypto/bytes";
import { canonicalBytes, canonicalJson, parseCanonicalJson } from "@/lib/crypto/json/canonical-json";
import { readCanonicalZip, writeCanonicalZip } from "@/lib/crypto/zip/canonical-zip";
import { entryLeaf } from "../entry/entry";
import { BUNDLE_FILES, EntryLine } from "./claims/bundle-format";

/** Thrown when the bundle has no such entry, or is invalid. */
export class ChangeError extends Error {
  override readonly name = "ChangeError";
}

function changeLine(lines: readonly string[], seq: number): { lines: string[]; leaf: Uint8Array } {
  let leaf: Uint8Array | undefined;
  const changed = lines.map((text) => {
    const parsed = text === "" ? undefined : EntryLine.safeParse(parseCanonicalJson(text));
    if (parsed?.success === false) throw new ChangeError("a line of the bundle is not an exported entry");
    const line = parsed?.data;
    if (line === undefined || line.seq !== seq) return text;
    const { outcome } = line.entry;
    const entry = { ...line.entry, outcome: outcome === "denied" ? "done" : "denied" };
    leaf = entryLeaf(canonicalBytes(entry));
    return canonicalJson({ ...line, entry, leaf: toBase64url(leaf) });
  });
  if (leaf === undefined) throw new ChangeError(`the bundle has no entry ${seq}`);
  return { lines: changed, leaf };
}

/**
 * Returns a copy of a bundle for the tour. One entry has another outcome. Everything that an attacker without our keys
 * can recompute fits the change: the leaf hash, the list of leaves and the container's checksums. Only the signatures do
 * not fit, so `npm run verify` must find the entry.
 */
export function changeBundle(bundle: Uint8Array, seq: number): Uint8Array {
  const files = readCanonicalZip(bundle);
  const textOf = (name: string): string => {
    const file = files.find((one) => one.name === name);
    if (file === undefined) throw new ChangeError(`the bundle has no ${name}`);
    return fromUtf8(file.bytes);
  };
  const { lines, leaf } = changeLine(textOf(BUNDLE_FILES.entries).split("\n"), seq);
  const leaves = textOf(BUNDLE_FILES.leaves).split("\n");
  if (seq >= leaves.length - 1) throw new ChangeError(`the bundle has no leaf ${seq}`);
  leaves[seq] = toBase64(leaf);
  const replaced = new Map([
    [BUNDLE_FILES.entries, utf8(lines.join("\n"))],
    [BUNDLE_FILES.leaves, utf8(leaves.join("\n"))],
  ] as const);
  return writeCanonicalZip(
    files.map(({ name, bytes }) => ({
      name,
      bytes: [...replaced].find(([wanted]) => wanted === name)?.[1] ?? bytes,
    })),
  );
}
