import { z } from "zod";
import { fromBase64url, toBase64, utf8 } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import { canonicalJson, type Json } from "@/lib/crypto/json/canonical-json";
import { sha256 } from "@/lib/crypto/primitives";
import { GroupName, Level, Purpose } from "@/lib/vocabulary";
import { memberOf } from "../../../crypto/json/canonical-json";
import { BundleKeys, ReceiptFile } from "../claims/bundle-format";
import { parseSide } from "../tree/check-keys";
import { EVIDENCE_REFERENCE } from "./evidence-names";

// The statement of an evidence file (docs/formats/evidence.md): what one person was shown, with what proves it. It is
// signed with the log's receipt key and verifies without a server. The PDF shows the same and has it attached.

const Text = z.string().min(1).max(4000);
const Digest = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
const Bytes = z.string().regex(/^[A-Za-z0-9_-]*$/);
const Id = z.string().regex(/^[0-9a-f-]{36}$/);

/** `full` values come with salts and prove themselves; `plain` ones were never sealed; `sealed` ones are not here. */
export const ShownAs = z.enum(["full", "masked", "plain", "sealed"]);
export type ShownAs = z.infer<typeof ShownAs>;

const EvidenceGroup = z.strictObject({
  group: GroupName,
  shown: ShownAs,
  fields: z
    .record(
      z.string(),
      z.custom<Json>((value) => value !== undefined),
    )
    .optional(),
  salts: z.record(z.string(), z.string()).optional(),
});
export type EvidenceGroup = z.infer<typeof EvidenceGroup>;

const EvidenceRecord = z.strictObject({
  transaction: Id,
  job_id: z.string(),
  participants: z.array(z.string()),
  created_at: z.string(),
  /** Entry that created the record; its public part has the digest of `digests` and of the facts above. */
  created_entry: Id,
  /** The record's list of field digests. Empty where nothing is sealed. */
  digests: z.array(Digest),
  groups: z.array(EvidenceGroup).min(1),
  opened: z.strictObject({
    /** Entry of the opening's outcome. */
    entry: Id,
    access_id: Id,
    at: z.string(),
    signed_with: z.enum(["passkey", "ed25519", "evaluation", "key"]),
    assurance: z.enum(["evaluation", "setup", "signed"]).optional(),
  }),
});
export type EvidenceRecord = z.infer<typeof EvidenceRecord>;

const EvidenceEntry = z.strictObject({
  id: Id,
  log: Text,
  /** Canonical bytes. */
  entry: Bytes,
  parts: z.array(z.strictObject({ c: Text, kind: Text, stored: Bytes, key: Bytes })),
  /** C2SP tlog-proof with the checkpoint, once one covers the entry. */
  proof: z.string().optional(),
  /** The log's promise, where no checkpoint covered the entry yet. */
  receipt: ReceiptFile.optional(),
});
export type EvidenceEntry = z.infer<typeof EvidenceEntry>;

const NamedPerson = z.strictObject({ name: Text, organisation: Text });

const EvidenceAuthority = z.strictObject({
  /** Reference of the grant; absent for a party of the records. */
  grant: Text.optional(),
  participant: Text.optional(),
  purpose: Purpose,
  level: Level,
  instrument: Text.optional(),
  issuer: Text.optional(),
  case_number: Text.optional(),
  valid_from: z.string().optional(),
  valid_until: z.string().optional(),
  /** Day until which the order forbids telling anyone. */
  sealed_until: z.string().optional(),
  decided_by: z.array(NamedPerson.extend({ stage: Text, at: z.string() })),
  policy: Text,
});

export const EvidenceStatement = z.strictObject({
  v: z.literal(1),
  kind: z.literal("sealport/evidence"),
  log: Text,
  reference: z.string().regex(EVIDENCE_REFERENCE),
  made_at: z.string(),
  made_by: NamedPerson,
  /** Entry that records that this evidence was made, before it was. */
  made_entry: Id,
  authority: EvidenceAuthority,
  records: z.array(EvidenceRecord).min(1).max(25),
  entries: z.array(EvidenceEntry).min(1).max(100),
  keys: BundleKeys,
});
export type EvidenceStatement = z.infer<typeof EvidenceStatement>;

/** The signed form: the statement, and a signature line over its digest. */
export interface SignedEvidence {
  readonly statement: EvidenceStatement;
  readonly signature: string;
}

const Signed = z.strictObject({ statement: EvidenceStatement, signature: z.string().min(1).max(1000) });

/** SHA-256 of the statement's canonical text. */
export function statementDigest(statement: EvidenceStatement): Uint8Array {
  return sha256(utf8(canonicalJson(plain(statement))));
}

/** Absent members have no place in canonical JSON. */
function plain(value: object): unknown {
  return JSON.parse(JSON.stringify(value));
}

/** The text that the receipt key signs for a statement. */
export function evidenceText(statement: EvidenceStatement): string {
  return `${statement.log}/evidence/1\n${statement.reference}\n${toBase64(statementDigest(statement))}\n`;
}

/** The text that the receipt key signs for a whole PDF file, over the digest of its bytes without the seal. */
export function evidenceFileText(log: string, reference: string, digest: string): string {
  return `${log}/evidence-file/1\n${reference}\n${toBase64(fromBase64url(digest))}\n`;
}

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** The check code: the first 40 bits of the statement's digest, so that paper and file can be compared by eye. */
export function evidenceCode(statement: EvidenceStatement): string {
  let bits = 0n;
  for (const byte of statementDigest(statement).subarray(0, 5)) bits = (bits << 8n) | BigInt(byte);
  const letters = Array.from({ length: 8 }, (_, at) => ALPHABET[Number((bits >> BigInt(35 - 5 * at)) & 31n)]);
  return `${letters.slice(0, 4).join("")}-${letters.slice(4).join("")}`;
}

/** The text of the attached file, which is also the answer in JSON. */
export function encodeEvidence(signed: SignedEvidence): string {
  return canonicalJson(plain(signed));
}

/** Returns whether a text is meant as evidence: JSON with a statement of this kind. */
export function isEvidenceText(text: string): boolean {
  try {
    return memberOf(memberOf(parseSide(text), "statement"), "kind") === "sealport/evidence";
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}

/**
 * Reads signed evidence. Throws FormatError that names the first member of another form, and for one that the signed text
 * would not have.
 */
export function readEvidence(text: string): SignedEvidence {
  const value = parseSide(text);
  const parsed = Signed.safeParse(value);
  if (parsed.success && canonicalJson(value) === encodeEvidence(parsed.data)) return parsed.data;
  const path = parsed.error?.issues[0]?.path.map(String).join("/") ?? "";
  throw new FormatError("format.record", `not evidence, at /${path}`, { pointer: `/${path}` });
}
