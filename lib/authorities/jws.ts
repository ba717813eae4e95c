import { z } from "zod";
import { fromBase64url, fromUtf8, utf8 } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import { parseCanonicalJson, parseStrictJson } from "@/lib/crypto/json/canonical-json";
import { ed25519Verify } from "@/lib/crypto/primitives";
import { failed, passed, type ReportFacts, SignatureRefusal } from "./report";
import { type SignatureReport, SignedOrder } from "./schema";

/** Maximum length of an order. The text of an order with a thousand records is much shorter. */
const MAX_JWS_CHARACTERS = 131_072;
const SIGNATURE_BYTES = 64;
/** The header's `typ`, so a signature made for another purpose is not an order. */
const ORDER_TYPE = "sealport-order+jws";

const Header = z.strictObject({
  alg: z.literal("EdDSA"),
  kid: z.string().min(1).max(128),
  typ: z.literal(ORDER_TYPE),
});

/** A registered key that signs JWS orders. */
export interface RegisteredKey {
  readonly id: string;
  readonly issuer: string;
  readonly jurisdiction: string;
  readonly kid: string;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly validFrom: Date;
  readonly validUntil: Date;
  readonly state: "proposed" | "confirmed" | "revoked" | "withdrawn";
  readonly inForceFrom: Date | undefined;
}

/** A parsed compact JWS, not verified yet. */
interface ParsedOrder {
  readonly kid: string;
  readonly order: SignedOrder;
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
}

function decode(what: string, text: string): Uint8Array {
  try {
    return fromBase64url(text);
  } catch (cause) {
    if (!(cause instanceof FormatError)) throw cause;
    throw new SignatureRefusal("form", `The ${what} is not base64url.`, { cause });
  }
}

function textOf(what: string, bytes: Uint8Array): string {
  try {
    return fromUtf8(bytes);
  } catch (cause) {
    throw new SignatureRefusal("form", `The ${what} is not UTF-8.`, { cause });
  }
}

/** Returns the value of a JSON text. Refuses duplicate members, because two programs could read them as different orders. */
function strictJson(what: string, text: string): unknown {
  try {
    return parseStrictJson(text);
  } catch (cause) {
    if (!(cause instanceof FormatError)) throw cause;
    const fault = cause.message.includes("twice") ? "duplicate-member" : "form";
    throw new SignatureRefusal(fault, `The ${what} cannot be read: ${cause.message}.`, { cause });
  }
}

function readHeader(text: string): z.infer<typeof Header> {
  const value = strictJson("header", textOf("header", decode("header", text)));
  const alg: unknown = value instanceof Object ? Reflect.get(value, "alg") : undefined;
  if (typeof alg === "string" && alg.toLowerCase() === "none")
    throw new SignatureRefusal("alg-none", "The header declares that the order is not signed.");
  if (alg !== "EdDSA")
    throw new SignatureRefusal("algorithm", "The header names an algorithm other than EdDSA.");
  const header = Header.safeParse(value);
  if (header.success) return header.data;
  throw new SignatureRefusal("form", "The header must have exactly alg, kid and the typ of an order.");
}

function isEmpty(value: unknown): boolean {
  const selector: unknown = value instanceof Object ? Reflect.get(value, "selector") : undefined;
  if (selector === undefined) return true;
  if (!(selector instanceof Object)) return false;
  return Object.values(selector).every((member) => Array.isArray(member) && member.length === 0);
}

function readPayload(text: string): SignedOrder {
  const json = textOf("payload", decode("payload", text));
  const value = strictJson("payload", json);
  try {
    parseCanonicalJson(json);
  } catch (cause) {
    if (!(cause instanceof FormatError)) throw cause;
    throw new SignatureRefusal("not-canonical", "The payload is not in canonical form.", { cause });
  }
  if (isEmpty(value)) throw new SignatureRefusal("empty-selector", "The order's selector is empty.");
  const order = SignedOrder.safeParse(value);
  if (!order.success) {
    const [issue] = order.error.issues;
    const place = issue === undefined ? "" : `/${issue.path.map(String).join("/")}`;
    throw new SignatureRefusal("form", `The order does not fit its schema at ${place}.`);
  }
  return order.data;
}

/**
 * Parses a JWS order (RFC 7515 compact serialization, RFC 8037 EdDSA): three parts, a header of exactly alg, kid and
 * typ, a payload in JCS form. Throws SignatureRefusal, each fault by its name.
 */
function parseOrder(jws: string): ParsedOrder {
  if (jws.length > MAX_JWS_CHARACTERS) throw new SignatureRefusal("form", "The JWS is too long.");
  const parts = jws.split(".");
  const [header, payload, signature] = parts;
  if (parts.length !== 3 || header === undefined || payload === undefined || signature === undefined)
    throw new SignatureRefusal("form", "A JWS in compact form has three parts.");
  const { kid } = readHeader(header);
  const bytes = decode("signature", signature);
  if (bytes.length !== SIGNATURE_BYTES)
    throw new SignatureRefusal("altered", "An Ed25519 signature has 64 bytes.");
  return { kid, order: readPayload(payload), signed: utf8(`${header}.${payload}`), signature: bytes };
}

/** Returns why a registered key is not valid at this moment; undefined if it is valid. */
function keyFault(key: RegisteredKey, at: Date): SignatureRefusal | undefined {
  if (key.state === "revoked") return new SignatureRefusal("key-revoked", "The key was revoked.");
  if (key.state !== "confirmed" || key.inForceFrom === undefined || at < key.inForceFrom)
    return new SignatureRefusal("key-not-in-force", "The key's registration is not in force yet.");
  if (at < key.validFrom) return new SignatureRefusal("key-not-in-force", "The key is not valid yet.");
  if (key.validUntil <= at) return new SignatureRefusal("key-expired", "The key is no longer valid.");
  return undefined;
}

function requireOrder(
  { order }: ParsedOrder,
  key: RegisteredKey,
  aud: string,
  agencies: readonly string[],
): void {
  if (order.aud !== aud) throw new SignatureRefusal("audience", "The order is for another instance.");
  if (order.single_use === true && order.agency === undefined)
    throw new SignatureRefusal("no-agency", "A single-use order must name its agency.");
  if (order.agency !== undefined && !agencies.includes(order.agency))
    throw new SignatureRefusal("agency", "The order is for an agency other than the requester's.");
  if (order.issuer !== key.issuer || order.jurisdiction !== key.jurisdiction)
    throw new SignatureRefusal(
      "issuer",
      "The order names one issuer, but the key is registered for another.",
    );
  if (order.valid_until <= order.valid_from)
    throw new SignatureRefusal("dates-reversed", "The order ends before it begins.");
  const { from, to } = order.selector;
  if (from !== undefined && to !== undefined && to <= from)
    throw new SignatureRefusal("dates-reversed", "The order's period ends before it begins.");
}

interface JwsCheck {
  readonly report: SignatureReport;
  /** Present if the text could be read, whatever else is wrong with it. */
  readonly order?: SignedOrder;
}

interface ExpectedOrder {
  /** Origin of this instance's log. */
  readonly aud: string;
  /** The moment at which the key is checked. */
  readonly at: Date;
  /** Domains of the requesting agency, in lower case; an order that names an agency names one of them. */
  readonly agencies: readonly string[];
  /** The registered key of this id; undefined if none is registered. */
  readonly find: (kid: string) => Promise<RegisteredKey | undefined>;
}

function requireKey(parsed: ParsedOrder, key: RegisteredKey | undefined, at: Date): RegisteredKey {
  if (key === undefined || key.kid !== parsed.kid || key.state === "withdrawn")
    throw new SignatureRefusal("unknown-key", "No key is registered under this key id.");
  // Checked before the key's state is shown: only a person who can sign with the key may learn it.
  if (!ed25519Verify(key.publicKey, parsed.signed, parsed.signature))
    throw new SignatureRefusal("altered", "The signature is not valid: the order was altered.");
  const fault = keyFault(key, at);
  if (fault !== undefined) throw fault;
  return key;
}

/**
 * Returns the report on a JWS order at one moment. It checks the form, the registered key, the signature, the key's state
 * and time, and then the order's own claims. It reads no clock, and foreign bytes cannot make it throw.
 */
export async function checkOrder(jws: string, { aud, at, find, agencies }: ExpectedOrder): Promise<JwsCheck> {
  let parsed: ParsedOrder | undefined;
  let key: RegisteredKey | undefined;
  try {
    parsed = parseOrder(jws);
    key = await find(parsed.kid);
    requireOrder(parsed, requireKey(parsed, key, at), aud, agencies);
    const detail = "The signature is valid, and its key is registered and in force.";
    return { report: passed("jws", at, factsOf(parsed, key), detail), order: parsed.order };
  } catch (error) {
    if (!(error instanceof SignatureRefusal)) throw error;
    const report = failed("jws", at, error, factsOf(parsed, key));
    return parsed === undefined ? { report } : { report, order: parsed.order };
  }
}

function factsOf(parsed: ParsedOrder | undefined, key: RegisteredKey | undefined): ReportFacts {
  return {
    ...(parsed === undefined ? {} : { kid: parsed.kid }),
    ...(key === undefined ? {} : { authority: { id: key.id, issuer: key.issuer } }),
  };
}
