import {
  type BareItem,
  type InnerList,
  type Item,
  parseDictionary,
  serializeInnerList,
} from "structured-headers";
import { utf8 } from "../bytes";
import { FormatError } from "../format-error";
import { type Component, componentValue, type SignedMessage } from "./components";

/** A signature's parameters (RFC 9421 section 2.3); times in seconds since 1970. */
export interface SignatureParameters {
  readonly created?: number;
  readonly expires?: number;
  readonly nonce?: string;
  readonly keyid?: string;
  readonly alg?: string;
  readonly tag?: string;
}

/** One signature of a message, from `Signature-Input` and `Signature`. */
export interface MessageSignature {
  readonly label: string;
  readonly components: readonly Component[];
  readonly parameters: SignatureParameters;
  /** The member of `Signature-Input` as it is in the base (RFC 9421 section 2.5): strictly serialised again. */
  readonly input: string;
  readonly signature: Uint8Array;
}

/** Maximum length of a header. A call has one signature with some hundred characters. */
const MAX_HEADER = 4096;
const MAX_COMPONENTS = 32;
const TIMES = ["created", "expires"] as const;
const TEXTS = ["nonce", "keyid", "alg", "tag"] as const;

function refuse(detail: string): never {
  throw new FormatError("format.http-signature", detail);
}

function dictionary(headers: Pick<Headers, "get">, name: string) {
  const value = headers.get(name);
  if (value === null) refuse(`${name} is missing`);
  if (value.length > MAX_HEADER) refuse(`${name} is too long`);
  try {
    return parseDictionary(value);
  } catch {
    return refuse(`${name} is not a structured dictionary (RFC 9651)`);
  }
}

function componentOf([id, parameters]: Item): Component {
  if (typeof id !== "string") refuse("a component is not a string");
  if (id === "@query-param") {
    const name = parameters.get("name");
    if (parameters.size !== 1 || typeof name !== "string") refuse("@query-param takes only a name");
    return { id, queryName: name };
  }
  // `sf`, `key`, `bs`, `req`, `tr`: our signatures do not use them, and unknown parameters are refused.
  if (parameters.size > 0) refuse(`parameters of ${id} are not supported`);
  return { id };
}

function parametersOf(read: ReadonlyMap<string, BareItem>): SignatureParameters {
  const known: Record<string, number | string> = {};
  for (const [name, value] of read) {
    const isTime = TIMES.some((time) => time === name);
    const isText = TEXTS.some((text) => text === name);
    if (isTime ? !Number.isSafeInteger(value) : !isText || typeof value !== "string")
      refuse(`the parameter ${name} is not known or not of its type`);
    known[name] = typeof value === "number" ? value : String(value);
  }
  return known;
}

function isInnerList(member: Item | InnerList | undefined): member is InnerList {
  return Array.isArray(member?.[0]);
}

/**
 * Returns the one signature of a message (RFC 9421 section 4).
 * @throws FormatError `format.http-signature` unless there is exactly one signature, in the only accepted spelling, of
 * supported components.
 */
export function readSignature(headers: Pick<Headers, "get">): MessageSignature {
  const inputs = dictionary(headers, "signature-input");
  const signatures = dictionary(headers, "signature");
  const [label] = inputs.keys();
  if (label === undefined || inputs.size !== 1 || signatures.size !== 1 || !signatures.has(label))
    refuse("a call carries one signature, under one label in both fields");
  const list = inputs.get(label);
  const bytes = signatures.get(label)?.[0];
  if (!isInnerList(list) || list[0].length > MAX_COMPONENTS)
    refuse("Signature-Input is not a list of components");
  if (!(bytes instanceof ArrayBuffer)) refuse("Signature is not a byte sequence");
  return {
    label,
    components: list[0].map(componentOf),
    parameters: parametersOf(list[1]),
    input: serializeInnerList(list),
    signature: new Uint8Array(bytes),
  };
}

function identifier({ id, queryName }: Component): string {
  return serializeInnerList([
    [[id, new Map(queryName === undefined ? [] : [["name", queryName]])]],
    new Map(),
  ]).slice(1, -1);
}

/** Returns the inner list of `Signature-Input` for these components and parameters, in this order. */
export function signatureInput(components: readonly Component[], parameters: SignatureParameters): string {
  const items = components.map(
    ({ id, queryName }): Item => [id, new Map(queryName === undefined ? [] : [["name", queryName]])],
  );
  return serializeInnerList([items, new Map(Object.entries(parameters))]);
}

/**
 * Returns the bytes that are signed (RFC 9421 section 2.5): a line for each component and one for the parameters.
 * @throws FormatError `format.http-signature` if a component is repeated or missing in the message.
 */
export function signatureBase(
  message: SignedMessage,
  { components, input }: Pick<MessageSignature, "components" | "input">,
): Uint8Array {
  const names = components.map(identifier);
  if (new Set(names).size !== names.length) refuse("a component is covered twice");
  const lines = components.map(
    (component, index) => `${names[index]}: ${componentValue(message, component)}`,
  );
  return utf8([...lines, `"@signature-params": ${input}`].join("\n"));
}
