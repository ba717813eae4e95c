import { encodesAscii, fromBase64url, fromCheckedBase64url, fromUtf8, isBase64url, utf8 } from "../bytes";
import { FormatError, OpenError } from "../format-error";
import { type Json, parseCanonicalJson } from "../json/canonical-json";
import { aesGcmOpen, aesKeyUnwrap } from "../primitives";
import {
  CEK_BYTES,
  checkContext,
  type Envelope,
  type EnvelopeContext,
  type EnvelopeRecipient,
  type GroupContent,
  isCommitted,
  KEY_ALGORITHM,
  type PartyU,
  partyU,
  protectedText,
  wrappingKey,
} from "./envelope-format";
import { stripSpaces } from "./padding";
import { fieldDigestText, isSalt, recordDigest } from "./record-digest";

/** Computes the shared secret of an ephemeral key, wherever the private key is. The secret is overwritten after use. */
export type Derive = (epk: Uint8Array) => Uint8Array | Promise<Uint8Array>;

/** An envelope after its binding to the context was checked, with its PartyUInfo and commitment. */
export interface BoundEnvelope {
  readonly envelope: Envelope;
  readonly apu: PartyU;
  readonly cmt: string;
}

/**
 * Runs a step of opening and turns every refusal into the same OpenError. Other errors pass unchanged: an unavailable
 * custody back end says nothing about the envelope.
 */
export async function oneError<T>(step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw asOneError(error);
  }
}

/** Returns the error that `oneError` throws, for steps on a hot path: each further promise has its price. */
export function asOneError(error: unknown): unknown {
  return error instanceof FormatError ? new OpenError() : error;
}

/**
 * In JCS order cmt is the first member of cfx, so its position is fixed. The comparison with the rebuilt header checks
 * the rest.
 */
const BEFORE_COMMITMENT = utf8(`{"alg":"${KEY_ALGORITHM}","cfx":{"cmt":"`).length;
const COMMITMENT_LENGTH = 43;
/** Four characters of base64url are three bytes: the groups that contain cmt are decoded, not the whole header. */
const FIRST_GROUP = Math.floor(BEFORE_COMMITMENT / 3);
const AFTER_GROUPS = Math.ceil((BEFORE_COMMITMENT + COMMITMENT_LENGTH) / 3);

function storedCommitment(protectedBase64url: string): string {
  const part = fromBase64url(protectedBase64url.slice(4 * FIRST_GROUP, 4 * AFTER_GROUPS));
  const from = BEFORE_COMMITMENT - 3 * FIRST_GROUP;
  const cmt = fromUtf8(part.slice(from, from + COMMITMENT_LENGTH));
  if (cmt.length !== COMMITMENT_LENGTH || !isBase64url(cmt)) throw new OpenError();
  return cmt;
}

/**
 * Requires that an envelope of strict form is the one in our records. It rebuilds protected, with only cmt from the
 * stored header, and apu and apv of every recipient. All must be equal.
 */
export function bindEnvelope(envelope: Envelope, context: EnvelopeContext): BoundEnvelope {
  checkContext(context);
  const cmt = storedCommitment(envelope.protected);
  if (protectedText(context, cmt) !== envelope.protected) throw new OpenError();
  const apu = partyU(context);
  for (const { header } of envelope.recipients) {
    if (header.apu !== apu.encoded || !encodesAscii(header.apv, header.kid)) throw new OpenError();
  }
  return { envelope, apu, cmt };
}

function recipientOf(envelope: Envelope, kid: string): EnvelopeRecipient {
  const recipient = envelope.recipients.find((entry) => entry.header.kid === kid);
  if (recipient === undefined) throw new OpenError();
  return recipient;
}

/** Returns the shared secret of one recipient's entry. Only a key outside of this process makes the caller wait. */
export function sharedSecret(
  { envelope }: BoundEnvelope,
  { kid, derive }: { readonly kid: string; readonly derive: Derive },
): Uint8Array | Promise<Uint8Array> {
  return derive(fromCheckedBase64url(recipientOf(envelope, kid).header.epk.x));
}

/** Unwraps the content key of one recipient and requires the commitment (RFC 7516 section 5.2). The secret is overwritten. */
export function unwrapContentKey(
  { envelope, apu, cmt }: BoundEnvelope,
  kid: string,
  secret: Uint8Array,
): Uint8Array {
  const recipient = recipientOf(envelope, kid);
  const kek = wrappingKey(secret, apu.bytes, kid);
  try {
    const cek = aesKeyUnwrap(kek, fromCheckedBase64url(recipient.encrypted_key));
    if (cek.length !== CEK_BYTES || !isCommitted(cek, apu, cmt)) throw new OpenError();
    return cek;
  } finally {
    secret.fill(0);
    kek.fill(0);
  }
}

/** Decrypts the content of an envelope of strict form with its content key; padding and JCS must be exact. */
export function decryptContent(envelope: Envelope, cek: Uint8Array): Json {
  const plaintext = aesGcmOpen(
    cek,
    fromCheckedBase64url(envelope.iv),
    fromCheckedBase64url(envelope.ciphertext),
    fromCheckedBase64url(envelope.tag),
    envelope.protected,
  );
  try {
    return parseCanonicalJson(stripSpaces(plaintext));
  } finally {
    plaintext.fill(0);
  }
}

function objectOf(value: Json | undefined): Record<string, Json> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new OpenError();
  return value;
}

/** Returns the content's two members, with exactly one salt of 16 bytes for each field. */
export function contentOf(value: Json): GroupContent {
  const content = objectOf(value);
  if (Object.keys(content).join() !== "fields,salts") throw new OpenError();
  const fields = objectOf(content.fields);
  const salts = objectOf(content.salts);
  if (!haveSalts(fields, salts)) throw new OpenError();
  return { fields, salts };
}

/** Whether there is exactly one salt for each field. */
function haveSalts(
  fields: Readonly<Record<string, Json>>,
  salts: Readonly<Record<string, Json>>,
): salts is Record<string, string> {
  const names = Object.keys(fields);
  return (
    names.length === Object.keys(salts).length &&
    names.every((name) => Object.hasOwn(salts, name) && isSalt(salts[name]))
  );
}

/** Requires that the list's digest is rd, that the list has each field's digest exactly once, and that no field is missing. */
export function checkRecord(
  content: GroupContent,
  context: EnvelopeContext,
  record: { readonly list: readonly string[]; readonly fieldCount: number },
): void {
  if (recordDigest(context.tx, record.list) !== context.rd) throw new OpenError();
  const entries = Object.entries(content.fields);
  if (entries.length !== record.fieldCount) throw new OpenError();
  const { list } = record;
  for (const [name, value] of entries) {
    const salt = content.salts[name] ?? "";
    const digest = fieldDigestText({ group: context.group, name, value, salt });
    const at = list.indexOf(digest);
    if (at < 0 || list.lastIndexOf(digest) !== at) throw new OpenError();
  }
}
