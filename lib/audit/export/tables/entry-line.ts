import "server-only";
import { entryLeaf } from "@/lib/audit/entry/entry";
import { fromUtf8, toBase64url } from "@/lib/crypto/bytes";
import { canonicalJson, parseCanonicalJson } from "@/lib/crypto/json/canonical-json";
import { type KeyedPart, type OpenedRow, plaintextOf } from "../export-row";
import type { ExportRow } from "../store";
import type { StoredPart } from "../stored-part";

/** A part without a key, in a line: no manifest lists it as erased, and a verifier says that it is gone. */
function keylessJson({ c, kind, stored }: StoredPart): string {
  return `{"c":${canonicalJson(c)},"kind":"${kind}","stored":"${stored.toString("base64url")}"}`;
}

function partJson(part: KeyedPart, plaintext: string | undefined): string {
  const shown = plaintext === undefined ? "" : `"plaintext":${plaintext},`;
  const key = toBase64url(part.partKey);
  const stored = part.stored.toString("base64url");
  return `{"c":${canonicalJson(part.c)},"key":"${key}","kind":"${part.kind}",${shown}"stored":"${stored}"}`;
}

/**
 * The entry as it stands in a line. Bytes that give their leaf are what the sequencer took, which is canonical
 * JSON; others were changed since, and must at least be JSON, so that a line stays a line.
 */
function entryText(row: ExportRow): string {
  const text = fromUtf8(row.bytes);
  return row.leaf_hash.equals(entryLeaf(row.bytes)) ? text : canonicalJson(parseCanonicalJson(text));
}

/**
 * One JCS line: the entry inside is byte-exact, since its stored bytes are its JCS. With `log` the parts are opened
 * as well (`plaintext`), and those that were erased, and dropped or moved, are named (`erased`, `missing`); one that does not open is there without it. One whose key is gone without an erasure in the
 * log is there without `key`.
 */
export function entryLine({ row, parts, erased, keyless, astray, orgText }: OpenedRow, log?: string): string {
  const textOf = (part: KeyedPart, of: string) =>
    part.c === "org" ? orgText : plaintextOf(of, row.entry_id, part);
  const shown = [
    ...parts.map((part) => partJson(part, log === undefined ? undefined : textOf(part, log))),
    ...keyless.map(keylessJson),
  ];
  const leaf = row.leaf_hash.toString("base64url");
  // A bundle's manifest says it, signed.
  const missing = log === undefined || astray.length === 0 ? "" : `"missing":${canonicalJson([...astray])},`;
  const gone =
    log === undefined || erased.length === 0 ? "" : `"erased":${canonicalJson(erased.map(({ c }) => c))},`;
  return `{"entry":${entryText(row)},${gone}"leaf":"${leaf}",${missing}"parts":[${shown.join(",")}],"seq":${row.seq}}`;
}
