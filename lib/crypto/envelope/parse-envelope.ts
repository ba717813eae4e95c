import { fromCheckedBase64url, isBase64url } from "../bytes";
import { FormatError } from "../format-error";
import { checkX25519PublicKey } from "../x25519-check";
import { checkKids, type Envelope, type EnvelopeRecipient } from "./envelope-format";

function refuse(message: string, pointer: string): never {
  throw new FormatError("format.envelope", message, { pointer });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Requires an object with exactly the named members as its own. */
function membersOf(value: unknown, names: readonly string[], pointer: string): Record<string, unknown> {
  if (!isObject(value)) return refuse("not an object", pointer);
  const isExact =
    Object.keys(value).length === names.length && names.every((name) => Object.hasOwn(value, name));
  return isExact ? value : refuse(`members must be exactly ${names.join(", ")}`, pointer);
}

function textOf(value: unknown, pointer: string): string {
  return typeof value === "string" ? value : refuse("not a text", pointer);
}

/** Requires a canonical base64url text, of the given number of bytes if one is given. */
function base64urlOf(value: unknown, pointer: string, length?: number): string {
  const text = textOf(value, pointer);
  if (!isBase64url(text)) refuse("not base64url", pointer);
  if (length !== undefined && text.length !== Math.ceil((length * 4) / 3))
    refuse(`not ${length} bytes`, pointer);
  return text;
}

/** Parses one recipient entry strictly, its ephemeral key included. */
export function parseRecipient(value: unknown, pointer = ""): EnvelopeRecipient {
  const entry = membersOf(value, ["header", "encrypted_key"], pointer);
  const header = membersOf(entry.header, ["kid", "epk", "apu", "apv"], `${pointer}/header`);
  const epk = membersOf(header.epk, ["crv", "kty", "x"], `${pointer}/header/epk`);
  if (epk.crv !== "X25519" || epk.kty !== "OKP") refuse("not an X25519 key", `${pointer}/header/epk`);
  const x = base64urlOf(epk.x, `${pointer}/header/epk/x`, 32);
  const recipient: EnvelopeRecipient = {
    header: {
      kid: textOf(header.kid, `${pointer}/header/kid`),
      epk: { crv: "X25519", kty: "OKP", x },
      apu: base64urlOf(header.apu, `${pointer}/header/apu`),
      apv: base64urlOf(header.apv, `${pointer}/header/apv`),
    },
    encrypted_key: base64urlOf(entry.encrypted_key, `${pointer}/encrypted_key`, 40),
  };
  checkX25519PublicKey(fromCheckedBase64url(x));
  return recipient;
}

/** Parses the strict form of an envelope. Opening checks what it is bound to (see `parseEnvelope`). */
export function parseEnvelopeForm(value: unknown): Envelope {
  const members = membersOf(value, ["protected", "recipients", "iv", "ciphertext", "tag"], "");
  const list: unknown = members.recipients;
  if (!Array.isArray(list)) refuse("not an array", "/recipients");
  const envelope: Envelope = {
    protected: base64urlOf(members.protected, "/protected"),
    recipients: list.map((entry: unknown, index) => parseRecipient(entry, `/recipients/${index}`)),
    iv: base64urlOf(members.iv, "/iv", 12),
    ciphertext: base64urlOf(members.ciphertext, "/ciphertext"),
    tag: base64urlOf(members.tag, "/tag", 16),
  };
  checkKids(envelope.recipients.map((recipient) => recipient.header.kid));
  return envelope;
}
