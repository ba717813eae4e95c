import koffi from "koffi";

const ATTRIBUTE_BYTES = 24;

/** A CK_ULONG. */
export const number = (value) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
};
/** A CK_BBOOL. */
export const flag = (value) => Buffer.from([value ? 1 : 0]);

/**
 * Memory for the arguments of one call, outside the JavaScript heap, because structures contain addresses. It is zeroed
 * after the call, because PINs and secrets pass through it.
 */
export class Arena {
  constructor(size) {
    this.bytes = Buffer.allocUnsafeSlow(size).fill(0);
    this.base = koffi.address(this.bytes);
    this.used = 0;
  }

  /** Returns memory with these bytes, or with this many zeros. */
  put(content) {
    const length = typeof content === "number" ? content : content.length;
    const start = this.used;
    this.used = start + Math.ceil(length / 8) * 8;
    if (this.used > this.bytes.length) throw new RangeError("the arguments do not fit");
    if (typeof content !== "number") this.bytes.set(content, start);
    return {
      address: this.base + BigInt(start),
      length,
      view: this.bytes.subarray(start, start + length),
      ulong: () => Number(this.bytes.readBigUInt64LE(start)),
    };
  }

  /** CK_ATTRIBUTE[]: type, pointer, length. */
  attributes(pairs) {
    const list = this.put(ATTRIBUTE_BYTES * pairs.length);
    const values = pairs.map(([type, content], at) => {
      const value = this.put(content);
      list.view.writeBigUInt64LE(BigInt(type), at * ATTRIBUTE_BYTES);
      list.view.writeBigUInt64LE(value.address, at * ATTRIBUTE_BYTES + 8);
      list.view.writeBigUInt64LE(BigInt(value.length), at * ATTRIBUTE_BYTES + 16);
      return value;
    });
    const lengthOf = (at) => Number(list.view.readBigUInt64LE(at * ATTRIBUTE_BYTES + 16));
    return { address: list.address, count: pairs.length, values, lengthOf };
  }

  /** CK_MECHANISM. */
  mechanism(type, parameter) {
    const made = this.put(24);
    made.view.writeBigUInt64LE(BigInt(type), 0);
    made.view.writeBigUInt64LE(parameter?.address ?? 0n, 8);
    made.view.writeBigUInt64LE(BigInt(parameter?.length ?? 0), 16);
    return made.address;
  }

  clear() {
    this.bytes.fill(0, 0, this.used);
    this.used = 0;
  }
}
