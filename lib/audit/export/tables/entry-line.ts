import "server-only";
import type { OpenedPart } from "@/lib/audit/entry/opened-entry";
import { fromUtf8, toBase64url } from "@/lib/crypto/bytes";
import { canonicalJson, parseCanonicalJson } from "@/lib/crypto/json/canonical-json";
import type { ShownEntry } from "../judge-entry";

const NO_BYTES = new Uint8Array(0);

interface PartChoice {
  /** Undefined for a part without a key. A verifier then reports that its key is missing. */
  readonly key: Uint8Array | undefined;
  /** Undefined if the plaintext is not written, or the part does not open. */
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
 * Returns the entry as a line shows it. Bytes that match their leaf are canonical JSON, because the sequencer
 * accepted them. Other bytes were changed later and must at least be JSON, so that the line stays valid.
 */
function entryText({ row, opened }: ShownEntry): string {
  const text = fromUtf8(row.bytes);
  return opened.isOfLeaf ? text : canonicalJson(parseCanonicalJson(text));
}

/**
 * Returns one JCS line. The entry inside is byte-exact, because its stored bytes are its JCS. With `isOpened` the
 * line also has opened parts (`plaintext`) and names erased, dropped and moved parts (`erased`, `missing`). In a
 * bundle the signed manifest names them.
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
