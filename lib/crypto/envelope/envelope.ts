import { compareBytes, utf8 } from "../bytes";
import { OpenError } from "../format-error";
import { canonicalJson } from "../json/canonical-json";
import { ephemeralX25519, randomBytes, sha256Text } from "../primitives";
import {
  CEK_BYTES,
  checkContext,
  checkKids,
  type Envelope,
  type EnvelopeContext,
  type EnvelopeRecipient,
  type GroupContent,
  isCommitted,
  partyU,
} from "./envelope-format";
import {
  asOneError,
  bindEnvelope,
  checkRecord,
  contentOf,
  type Derive,
  decryptContent,
  sharedSecret,
  unwrapContentKey,
} from "./open-envelope";
import { parseEnvelopeForm, parseRecipient } from "./parse-envelope";
import { type RecipientKey, type SealInput, type SealMaterial, sealWith, wrapWith } from "./seal-envelope";

export type { Envelope, EnvelopeContext, EnvelopeRecipient, GroupContent } from "./envelope-format";
export type { Derive } from "./open-envelope";
export type { RecipientKey, SealInput } from "./seal-envelope";

/** An envelope and its two digests in the audit log. */
export interface SealedEnvelope {
  readonly envelope: Envelope;
  /** bd, base64url. */
  readonly bodyDigest: string;
  /** rl, base64url. */
  readonly recipientsDigest: string;
}

/** Parses an envelope strictly (RFC 7516 section 7.2.1, without further members). Throws FormatError with a pointer. */
export function parseEnvelope(value: unknown): Envelope {
  return parseEnvelopeForm(value);
}

/** bd = SHA-256(`cfx1/body|` ‖ protected ‖ `.` ‖ iv ‖ `.` ‖ ciphertext ‖ `.` ‖ tag), base64url. */
export function bodyDigest(envelope: Envelope): string {
  const { iv, ciphertext, tag } = envelope;
  return sha256Text(`cfx1/body|${envelope.protected}.${iv}.${ciphertext}.${tag}`);
}

/** JCS text of an entry: its members in order, as ECMAScript's writer gives them (RFC 8785 section 3.2). */
function entryText({ header, encrypted_key }: EnvelopeRecipient): string {
  const { apu, apv, epk, kid } = header;
  const { crv, kty, x } = epk;
  return JSON.stringify({ encrypted_key, header: { apu, apv, epk: { crv, kty, x }, kid } });
}

/** rl = SHA-256(`cfx1/recipients|` ‖ JCS(the recipient objects sorted by kid)), base64url. */
export function recipientsDigest(recipients: readonly EnvelopeRecipient[]): string {
  const byKid = recipients.map((entry) => ({ kid: utf8(entry.header.kid), text: entryText(entry) }));
  byKid.sort((a, b) => compareBytes(a.kid, b.kid));
  return sha256Text(`cfx1/recipients|[${byKid.map(({ text }) => text).join(",")}]`);
}

/** meta = SHA-256(JCS({tx, job_id, participants, created_at})), base64url; absent members are left out. */
export function metadataDigest(metadata: {
  readonly tx: string;
  readonly job_id?: string;
  readonly participants: readonly string[];
  readonly created_at: string;
}): string {
  return sha256Text(canonicalJson(metadata));
}

function withDigests(envelope: Envelope): SealedEnvelope {
  return {
    envelope,
    bodyDigest: bodyDigest(envelope),
    recipientsDigest: recipientsDigest(envelope.recipients),
  };
}

/** `sealEnvelope` with given keys and iv, for known answers in tests only. */
export function sealEnvelopeForTests(input: SealInput, material: SealMaterial): SealedEnvelope {
  return withDigests(sealWith(input, material));
}

/**
 * Seals one disclosure group as cfx1 with a fresh content key, iv and ephemeral keys. Exactly one recipient must be
 * `escrow#<epoch>`. It does not check that rd's list contains the fields; `openEnvelope` does.
 */
export function sealEnvelope(input: SealInput): SealedEnvelope {
  const cek = randomBytes(CEK_BYTES);
  try {
    return withDigests(sealWith(input, { cek, iv: randomBytes(12), ephemeral: () => ephemeralX25519() }));
  } finally {
    cek.fill(0);
  }
}

/** What opening needs in addition to the context: the recipient's key id, and how to use the key. */
export interface OpenKeyInput extends EnvelopeContext {
  readonly envelope: unknown;
  readonly kid: string;
  readonly derive: Derive;
}

/**
 * Returns one recipient's content key, after checking the strict form, the binding and the commitment. The caller owns
 * the key and overwrites it after use.
 */
export async function openContentKey(input: OpenKeyInput): Promise<Uint8Array> {
  try {
    const bound = bindEnvelope(parseEnvelope(input.envelope), input);
    const secret = sharedSecret(bound, input);
    return unwrapContentKey(bound, input.kid, secret instanceof Uint8Array ? secret : await secret);
  } catch (error) {
    throw asOneError(error);
  }
}

/**
 * Opens an envelope with every check of crypto.md "Open" except the comparison of bd and rl with the audit entry. The
 * caller makes that comparison first. Context, list and fieldCount come from our records. Throws the same OpenError for
 * every cause.
 */
export async function openEnvelope(
  input: OpenKeyInput & { readonly list: readonly string[]; readonly fieldCount: number },
): Promise<GroupContent> {
  try {
    const bound = bindEnvelope(parseEnvelope(input.envelope), input);
    const secret = sharedSecret(bound, input);
    const cek = unwrapContentKey(bound, input.kid, secret instanceof Uint8Array ? secret : await secret);
    try {
      const content = contentOf(decryptContent(bound.envelope, cek));
      checkRecord(content, input, input);
      return content;
    } finally {
      cek.fill(0);
    }
  } catch (error) {
    throw asOneError(error);
  }
}

/** Wraps a content key for one more recipient, with a fresh ephemeral key (RFC 7518 section 4.6). */
export function wrapContentKey(cek: Uint8Array, input: EnvelopeContext & RecipientKey): EnvelopeRecipient {
  checkContext(input);
  return wrapWith(cek, partyU(input), input);
}

/**
 * Replaces one recipient's entry by another. All other bytes stay identical. For entries that a client made with its own
 * key: only the owner of the new key can check that the entry wraps the content key.
 */
export function replaceRecipient(
  input: EnvelopeContext & {
    readonly envelope: unknown;
    readonly oldKid: string;
    readonly recipient: unknown;
  },
): SealedEnvelope {
  const stored = parseEnvelope(input.envelope);
  const recipient = parseRecipient(input.recipient);
  if (!stored.recipients.some((entry) => entry.header.kid === input.oldKid)) throw new OpenError();
  const recipients = stored.recipients.map((entry) =>
    entry.header.kid === input.oldKid ? recipient : entry,
  );
  checkKids(recipients.map((entry) => entry.header.kid));
  const { envelope } = bindEnvelope({ ...stored, recipients }, input);
  return withDigests(envelope);
}

/**
 * Wraps an opened content key for the successor of one recipient's key. Refuses a key that the envelope does not commit
 * to. Protected, iv, ciphertext and tag stay byte-identical.
 */
export function rewrapRecipient(
  input: EnvelopeContext & {
    readonly envelope: unknown;
    readonly cek: Uint8Array;
    readonly oldKid: string;
    readonly newKid: string;
    readonly publicKey: Uint8Array;
  },
): SealedEnvelope {
  const { apu, cmt } = bindEnvelope(parseEnvelope(input.envelope), input);
  if (!isCommitted(input.cek, apu, cmt)) throw new OpenError();
  const recipient = wrapContentKey(input.cek, { ...input, kid: input.newKid });
  return replaceRecipient({ ...input, recipient });
}
