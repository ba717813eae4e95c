import { compareBytes, toBase64url, utf8 } from "../bytes";
import { OpenError } from "../format-error";
import { canonicalBytes } from "../json/canonical-json";
import { ephemeralX25519, randomBytes, sha256 } from "../primitives";
import {
  apuText,
  CEK_BYTES,
  checkContext,
  checkKids,
  type Envelope,
  type EnvelopeContext,
  type EnvelopeRecipient,
  type GroupContent,
  isCommitted,
} from "./envelope-format";
import {
  bindEnvelope,
  checkRecord,
  contentOf,
  type Derive,
  decryptContent,
  oneError,
  unwrapContentKey,
} from "./open-envelope";
import { parseEnvelopeForm, parseRecipient } from "./parse-envelope";
import { type RecipientKey, type SealInput, type SealMaterial, sealWith, wrapWith } from "./seal-envelope";

export type { Envelope, EnvelopeContext, EnvelopeRecipient, GroupContent } from "./envelope-format";
export type { Derive } from "./open-envelope";
export type { RecipientKey, SealInput } from "./seal-envelope";

/** An envelope and the two digests that stand in the audit log. */
export interface SealedEnvelope {
  readonly envelope: Envelope;
  /** bd, base64url. */
  readonly bodyDigest: string;
  /** rl, base64url. */
  readonly recipientsDigest: string;
}

/** Parses an envelope strictly (RFC 7516 section 7.2.1, made closed); throws FormatError with a pointer. */
export function parseEnvelope(value: unknown): Envelope {
  return parseEnvelopeForm(value);
}

/** bd = SHA-256(`cfx1/body|` ‖ protected ‖ `.` ‖ iv ‖ `.` ‖ ciphertext ‖ `.` ‖ tag), base64url. */
export function bodyDigest(envelope: Envelope): string {
  const { iv, ciphertext, tag } = envelope;
  return toBase64url(sha256(`cfx1/body|${envelope.protected}.${iv}.${ciphertext}.${tag}`));
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
  return toBase64url(sha256(`cfx1/recipients|[${byKid.map(({ text }) => text).join(",")}]`));
}

/** meta = SHA-256(JCS({tx, job_id, participants, created_at})), base64url; absent members are left out. */
export function metadataDigest(metadata: {
  readonly tx: string;
  readonly job_id?: string;
  readonly participants: readonly string[];
  readonly created_at: string;
}): string {
  return toBase64url(sha256(canonicalBytes(metadata)));
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
 * Seals one disclosure group as cfx1 with a fresh content key, iv and ephemeral keys. Exactly one recipient
 * must be `escrow#<epoch>`. Does not check that rd's list holds the fields: `openEnvelope` does.
 */
export function sealEnvelope(input: SealInput): SealedEnvelope {
  const cek = randomBytes(CEK_BYTES);
  try {
    return withDigests(sealWith(input, { cek, iv: randomBytes(12), ephemeral: () => ephemeralX25519() }));
  } finally {
    cek.fill(0);
  }
}

/** What opening needs beside the context: whose entry, and how to use that key. */
export interface OpenKeyInput extends EnvelopeContext {
  readonly envelope: unknown;
  readonly kid: string;
  readonly derive: Derive;
}

/**
 * Checks strict form and binding, unwraps one recipient's content key and checks the commitment. The caller
 * owns the returned key and overwrites it after use.
 */
export function openContentKey(input: OpenKeyInput): Promise<Uint8Array> {
  return oneError(async () => {
    const bound = bindEnvelope(parseEnvelope(input.envelope), input);
    return unwrapContentKey(bound, input, input.kid, input.derive);
  });
}

/**
 * Opens an envelope with every check of crypto.md "Open" but the comparison of bd and rl with the audit
 * entry, which is the caller's and comes first. Context, list and fieldCount come from our records. Every
 * refusal is the same OpenError.
 */
export function openEnvelope(
  input: OpenKeyInput & { readonly list: readonly string[]; readonly fieldCount: number },
): Promise<GroupContent> {
  return oneError(async () => {
    const bound = bindEnvelope(parseEnvelope(input.envelope), input);
    const cek = await unwrapContentKey(bound, input, input.kid, input.derive);
    try {
      const content = contentOf(decryptContent(bound.envelope, cek));
      checkRecord(content, input, input);
      return content;
    } finally {
      cek.fill(0);
    }
  });
}

/** Wraps a content key for one more recipient, with a fresh ephemeral key (RFC 7518 section 4.6). */
export function wrapContentKey(cek: Uint8Array, input: EnvelopeContext & RecipientKey): EnvelopeRecipient {
  checkContext(input);
  return wrapWith(cek, apuText(input), input);
}

/**
 * Puts one recipient's entry in the place of another; everything else stays byte-identical. For entries made
 * by a client that holds its own key; whether the entry really wraps the content key only its owner can see.
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
 * Re-wraps an opened content key for the successor of one recipient's key. Refuses a key the envelope does
 * not commit to; protected, iv, ciphertext and tag stay byte-identical.
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
  const { cmt } = bindEnvelope(parseEnvelope(input.envelope), input);
  if (!isCommitted(input.cek, input, cmt)) throw new OpenError();
  const recipient = wrapContentKey(input.cek, { ...input, kid: input.newKid });
  return replaceRecipient({ ...input, recipient });
}
