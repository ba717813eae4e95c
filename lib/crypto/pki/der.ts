import * as asn1js from "asn1js";
import { PkiRefusal } from "./refusal";

/** Maximum size. Signatures and certificates have a few kilobytes, and those of a long chain fit well. */
export const MAX_DER_BYTES = 65_536;

type Parsed = ReturnType<typeof asn1js.fromBER>["result"];

/** Runs a parser of the ASN.1 library. Everything it throws at foreign bytes becomes one refusal. */
export function parsing<T>(what: string, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    if (cause instanceof PkiRefusal) throw cause;
    throw new PkiRefusal("form", `${what} cannot be read`, { cause });
  }
}

/** Returns one ASN.1 value that fills the bytes to the end, with at most `most` bytes. Throws PkiRefusal `form`. */
export function parseWhole(what: string, bytes: Uint8Array, most = MAX_DER_BYTES): Parsed {
  if (bytes.length > most) throw new PkiRefusal("form", `${what} is too long`);
  const { result, offset } = parsing(what, () => asn1js.fromBER(bytes));
  if (offset !== bytes.length) throw new PkiRefusal("form", `${what} is not one whole value`);
  return result;
}

/** The members of a SEQUENCE or SET, or of a constructed context tag. Throws PkiRefusal `form`. */
export function membersOf(what: string, value: unknown): Parsed[] {
  if (!(value instanceof asn1js.Constructed)) throw new PkiRefusal("form", `${what} has no members`);
  return value.valueBlock.value;
}

/** The bytes of a primitive OCTET STRING. Throws PkiRefusal `form`. */
export function octetsOf(what: string, value: unknown): Uint8Array {
  if (!(value instanceof asn1js.OctetString) || value.idBlock.isConstructed)
    throw new PkiRefusal("form", `${what} is not an octet string`);
  return copyOf(value.valueBlock.valueHexView);
}

/** Copies the bytes, because the library's views share one buffer. */
export function copyOf(view: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(view);
}

/** Returns whether a value has this context-specific tag. */
export function isTagged(value: Parsed | undefined, tag: number): value is asn1js.Constructed {
  return (
    value instanceof asn1js.Constructed && value.idBlock.tagClass === 3 && value.idBlock.tagNumber === tag
  );
}
