import { textToBase64url, toBase64url } from "../bytes";
import { FormatError } from "../format-error";
import { canonicalBytes } from "../json/canonical-json";
import { aesGcmSeal, aesKeyWrap, ephemeralX25519, type X25519Handle } from "../primitives";
import { checkX25519PublicKey } from "../x25519-check";
import {
  CEK_BYTES,
  checkContext,
  checkKids,
  commitment,
  type Envelope,
  type EnvelopeContext,
  type EnvelopeRecipient,
  type GroupContent,
  isKid,
  type PartyU,
  partyU,
  protectedText,
  wrappingKey,
} from "./envelope-format";
import { padWithSpaces } from "./padding";
import { isSalt } from "./record-digest";

/** A recipient's key id and public key. */
export interface RecipientKey {
  readonly kid: string;
  readonly publicKey: Uint8Array;
}

/** The input of one envelope: its context, content and recipients. */
export interface SealInput extends EnvelopeContext, GroupContent {
  readonly recipients: readonly RecipientKey[];
}

/** Everything random about one envelope. */
export interface SealMaterial {
  readonly cek: Uint8Array;
  readonly iv: Uint8Array;
  /** A fresh key pair for each recipient. */
  readonly ephemeral: (kid: string) => X25519Handle;
}

function checkContent({ fields, salts }: GroupContent): void {
  const names = Object.keys(fields);
  const isSalted = names.every((name) => Object.hasOwn(salts, name) && isSalt(salts[name]));
  if (!isSalted || Object.keys(salts).length !== names.length) {
    throw new FormatError("format.record", "each field needs one salt of 16 bytes");
  }
}

/** Wraps a content key for one recipient with a given ephemeral key (RFC 7518 section 4.6). */
export function wrapWith(
  cek: Uint8Array,
  apu: PartyU,
  recipient: RecipientKey,
  ephemeral: X25519Handle = ephemeralX25519(),
): EnvelopeRecipient {
  if (cek.length !== CEK_BYTES) throw new FormatError("format.length", "a content key has 32 bytes");
  if (!isKid(recipient.kid)) throw new FormatError("format.envelope", "a malformed key id");
  checkX25519PublicKey(recipient.publicKey);
  const secret = ephemeral.derive(recipient.publicKey, true);
  const kek = wrappingKey(secret, apu.bytes, recipient.kid);
  try {
    return {
      header: {
        kid: recipient.kid,
        epk: { crv: "X25519", kty: "OKP", x: toBase64url(ephemeral.publicKey) },
        apu: apu.encoded,
        apv: textToBase64url(recipient.kid),
      },
      encrypted_key: toBase64url(aesKeyWrap(kek, cek)),
    };
  } finally {
    secret.fill(0);
    kek.fill(0);
  }
}

/** Builds an envelope from given random material (RFC 7516 section 5.1); see `sealEnvelope`. */
export function sealWith(input: SealInput, material: SealMaterial): Envelope {
  checkContext(input);
  checkKids(input.recipients.map((recipient) => recipient.kid));
  checkContent(input);
  const apu = partyU(input);
  const header = protectedText(input, toBase64url(commitment(material.cek, apu)));
  const plaintext = padWithSpaces(canonicalBytes({ fields: input.fields, salts: input.salts }));
  const { ciphertext, tag } = aesGcmSeal(material.cek, material.iv, plaintext, header);
  plaintext.fill(0);
  return {
    protected: header,
    recipients: input.recipients.map((recipient) =>
      wrapWith(material.cek, apu, recipient, material.ephemeral(recipient.kid)),
    ),
    iv: toBase64url(material.iv),
    ciphertext: toBase64url(ciphertext),
    tag: toBase64url(tag),
  };
}
