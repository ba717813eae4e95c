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
  const keys = Object.keys(value);
  const isExact = keys.length === names.length && keys.every((key) => names.includes(key));
  return isExact ? value : refuse(`members must be exactly ${names.join(", ")}`, pointer);
}

type Members = Readonly<Record<string, unknown>>;

function textOf(members: Members, name: string, pointer: string): string {
  const value = members[name];
  return typeof value === "string" ? value : refuse("not a text", `${pointer}/${name}`);
}

/** Requires a member with a canonical base64url text, of the given number of bytes if one is given. */
function base64urlOf(members: Members, name: string, pointer: string, length?: number): string {
  const text = textOf(members, name, pointer);
  if (!isBase64url(text)) refuse("not base64url", `${pointer}/${name}`);
  if (length !== undefined && text.length !== Math.ceil((length * 4) / 3))
    refuse(`not ${length} bytes`, `${pointer}/${name}`);
  return text;
}

/** Parses one recipient entry strictly, its ephemeral key included. */
export function parseRecipient(value: unknown, pointer = ""): EnvelopeRecipient {
  const entry = membersOf(value, ["header", "encrypted_key"], pointer);
  const atHeader = `${pointer}/header`;
  const header = membersOf(entry.header, ["kid", "epk", "apu", "apv"], atHeader);
  const atKey = `${atHeader}/epk`;
  const epk = membersOf(header.epk, ["crv", "kty", "x"], atKey);
  if (epk.crv !== "X25519" || epk.kty !== "OKP") refuse("not an X25519 key", atKey);
  const x = base64urlOf(epk, "x", atKey, 32);
  const recipient: EnvelopeRecipient = {
    header: {
      kid: textOf(header, "kid", atHeader),
      epk: { crv: "X25519", kty: "OKP", x },
      apu: base64urlOf(header, "apu", atHeader),
      apv: base64urlOf(header, "apv", atHeader),
    },
    encrypted_key: base64urlOf(entry, "encrypted_key", pointer, 40),
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
    protected: base64urlOf(members, "protected", ""),
    recipients: list.map((entry: unknown, index) => parseRecipient(entry, `/recipients/${index}`)),
    iv: base64urlOf(members, "iv", "", 12),
    ciphertext: base64urlOf(members, "ciphertext", ""),
    tag: base64urlOf(members, "tag", "", 16),
  };
  checkKids(envelope.recipients.map((recipient) => recipient.header.kid));
  return envelope;
}
