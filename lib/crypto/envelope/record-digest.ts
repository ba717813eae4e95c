import { compareBytes, isBase64url, putBase64url, textToBase64url, toBase64url, utf8 } from "../bytes";
import { FormatError } from "../format-error";
import { canonicalJson, type Json } from "../json/canonical-json";
import { randomBytes, sha256, sha256Text } from "../primitives";

const SALT_BYTES = 16;
const SALT_TEXT_LENGTH = 22;
const DIGEST_BYTES = 32;
const DIGEST_TEXT_LENGTH = 43;
const BUCKET = 16;

/** Fields of a transaction by group and name. */
export type RecordGroups = Readonly<Record<string, Readonly<Record<string, Json>>>>;
/** Salt texts (base64url of 16 bytes) by group and name. */
export type RecordSalts = Record<string, Record<string, string>>;

/** The digests of one transaction: salts of its fields, the sorted list with decoys, and their digest. */
export interface RecordDigests {
  readonly salts: RecordSalts;
  readonly list: string[];
  readonly rd: string;
}

/** The input of one field's digest. */
export interface FieldDisclosure {
  readonly group: string;
  readonly name: string;
  readonly value: Json;
  readonly salt: string;
}

function disclosureOf({ group, name, value, salt }: FieldDisclosure): string {
  return textToBase64url(canonicalJson([salt, `${group}.${name}`, value]));
}

/** `fieldDigest` as base64url, as a record's list has it. */
export function fieldDigestText(field: FieldDisclosure): string {
  return sha256Text(disclosureOf(field));
}

/** Digest of one field: SHA-256 of base64url(JCS([salt, `<grp>.<name>`, value])), after RFC 9901's disclosures. */
export function fieldDigest(field: FieldDisclosure): Uint8Array {
  return sha256(disclosureOf(field));
}

/** Whether a text is a salt: base64url of exactly 16 bytes. */
export function isSalt(text: unknown): text is string {
  return typeof text === "string" && text.length === SALT_TEXT_LENGTH && isBase64url(text);
}

/** What is hashed of a usual list: a fresh array would need memory of the system's allocator. */
const scratch = new Uint8Array(64 + 64 * DIGEST_BYTES);

/** rd = SHA-256(`cfx1/rd|` ‖ tx ‖ `|` ‖ the digests of the list concatenated in its order). */
export function recordDigest(tx: string, list: readonly string[]): string {
  const prefix = utf8(`cfx1/rd|${tx}|`);
  const length = prefix.length + list.length * DIGEST_BYTES;
  const hashed = length <= scratch.length ? scratch.subarray(0, length) : new Uint8Array(length);
  hashed.set(prefix);
  list.forEach((text, index) => {
    // The SDK takes lists from programs, which may have other values in them.
    if (typeof text !== "string" || text.length !== DIGEST_TEXT_LENGTH)
      throw new FormatError("format.record", "a digest is not 32 bytes");
    putBase64url(hashed, prefix.length + index * DIGEST_BYTES, text);
  });
  return sha256Text(hashed);
}

function countFields(groups: RecordGroups): number {
  return Object.values(groups).reduce((count, fields) => count + Object.keys(fields).length, 0);
}

function listLength(fieldCount: number): number {
  return BUCKET * Math.max(1, Math.ceil(fieldCount / BUCKET));
}

function digestFields(groups: RecordGroups, salts: RecordSalts): Uint8Array[] {
  return Object.entries(groups).flatMap(([group, fields]) =>
    Object.entries(fields).map(([name, value]) => {
      const salt = salts[group]?.[name];
      if (!isSalt(salt)) throw new FormatError("format.record", "a field has no salt of 16 bytes");
      return fieldDigest({ group, name, value, salt });
    }),
  );
}

/** `buildRecord` with given salts and decoys, for known answers in tests only. */
export function buildRecordForTests(input: {
  readonly tx: string;
  readonly groups: RecordGroups;
  readonly salts: RecordSalts;
  readonly decoys: readonly Uint8Array[];
}): RecordDigests {
  const digests = digestFields(input.groups, input.salts);
  const missing = listLength(digests.length) - digests.length;
  if (input.decoys.length < missing) throw new FormatError("format.record", "too few decoys");
  const sorted = [...digests, ...input.decoys.slice(0, missing)].sort(compareBytes);
  const list = sorted.map(toBase64url);
  return { salts: input.salts, list, rd: recordDigest(input.tx, list) };
}

/**
 * Draws a salt per field and decoys up to the next multiple of 16, so that the list reveals neither values nor the exact
 * number of fields.
 */
export function buildRecord(input: { readonly tx: string; readonly groups: RecordGroups }): RecordDigests {
  const salts: RecordSalts = Object.fromEntries(
    Object.entries(input.groups).map(([group, fields]) => [
      group,
      Object.fromEntries(Object.keys(fields).map((name) => [name, toBase64url(randomBytes(SALT_BYTES))])),
    ]),
  );
  const pool = randomBytes(listLength(countFields(input.groups)) * DIGEST_BYTES);
  const decoys = Array.from({ length: pool.length / DIGEST_BYTES }, (_, index) =>
    pool.slice(index * DIGEST_BYTES, (index + 1) * DIGEST_BYTES),
  );
  return buildRecordForTests({ ...input, salts, decoys });
}
