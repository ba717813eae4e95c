import "server-only";
import type { OpenedPart } from "@/lib/audit/entry/opened-entry";
import { fromUtf8, toBase64url } from "@/lib/crypto/bytes";
import { canonicalJson, parseCanonicalJson } from "@/lib/crypto/json/canonical-json";
import type { ShownEntry } from "../judge-entry";

const NO_BYTES = new Uint8Array(0);

interface PartChoice {
  /** Undefined for a part without a key: a verifier then says that its key is gone. */
  readonly key: Uint8Array | undefined;
  /** Undefined where the plaintext is not written, or the part does not open. */
  readonly text: string | undefined;
}

function partJson({ c, rowKind, stored = NO_BYTES }: OpenedPart, { key, text }: PartChoice): string {
  const members = [
    `"c":${canonicalJson(c)}`,
    ...(key === undefined ? [] : [`"key":"${toBase64url(key)}"`]),
    `"kind":"${rowKind}"`,
    ...(text === undefined ? [] : [`"plaintext":${text}`]),
    `"stored":"${toBase64url(stored)}"`,
  ];
  return `{${members.join(",")}}`;
}

/**
 * The entry as it is in a line. Bytes that give their leaf are what the sequencer took, which is canonical JSON. Others
 * were changed since, and must at least be JSON, so that a line stays a line.
 */
function entryText({ row, isOfLeaf }: ShownEntry): string {
  const text = fromUtf8(row.bytes);
  return isOfLeaf ? text : canonicalJson(parseCanonicalJson(text));
}

/**
 * One JCS line. The entry inside is byte-exact, since its stored bytes are its JCS. With `isOpened` the parts are opened
 * too (`plaintext`), and erased, dropped and moved parts are named (`erased`, `missing`); in a bundle the manifest names
 * them, signed.
 */
export function entryLine(shown: ShownEntry, isOpened: boolean): string {
  const { row, parts, keyless, erased, astray } = shown;
  const listed = [
    ...parts.map((part) => partJson(part, { key: part.partKey, text: isOpened ? part.text : undefined })),
    ...keyless.map((part) => partJson(part, { key: undefined, text: undefined })),
  ];
  const names = (name: string, labels: readonly string[]) =>
    isOpened && labels.length > 0 ? `"${name}":${canonicalJson([...labels])},` : "";
  const gone = names(
    "erased",
    erased.map(({ part }) => part.c),
  );
  const leaf = row.leaf_hash.toString("base64url");
  return `{"entry":${entryText(shown)},${gone}"leaf":"${leaf}",${names("missing", astray)}"parts":[${listed.join(",")}],"seq":${row.seq}}`;
}
