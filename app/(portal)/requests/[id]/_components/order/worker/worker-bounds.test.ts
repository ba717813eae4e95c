import { describe, expect, it } from "vitest";
import { boundArrays, isWorkerNews } from "./worker-bounds";

function scope(onRefused = () => {}) {
  const arrays = { Uint8Array, Uint8ClampedArray, Int16Array, Date };
  boundArrays(arrays, 1_000, onRefused);
  return arrays;
}

describe("a decoder's memory", () => {
  it("ends at the bound for each type of array, and is reported", () => {
    let refused = 0;
    const {
      Uint8Array: Bytes,
      Uint8ClampedArray: Pixels,
      Int16Array: Words,
    } = scope(() => {
      refused += 1;
    });
    expect(() => new Pixels(1_001)).toThrow(RangeError);
    expect(() => new Bytes(3_600_000_000)).toThrow(RangeError);
    expect(() => new Words(501)).toThrow(RangeError);
    expect(refused).toBe(3);
    expect([new Bytes(1_000).length, new Words(500).length]).toEqual([1_000, 500]);
    expect(refused).toBe(3);
  });

  it("is otherwise what it was: views, copies, kinds, and arrays of others", () => {
    const { Uint8Array: Bytes, Date: Untouched } = scope();
    const bytes = new Bytes([1, 2, 3]);
    expect(bytes instanceof Bytes && bytes instanceof Uint8Array).toBe(true);
    expect([...new Bytes(bytes.buffer, 1), ...Bytes.from([9]), ...bytes.slice(2)]).toEqual([2, 3, 9, 3]);
    expect(Bytes.BYTES_PER_ELEMENT).toBe(1);
    expect(Untouched).toBe(Date);
  });

  it("is reported in a message that pdf.js does not use", () => {
    expect(isWorkerNews({ sealport: "left-out" })).toBe(true);
    for (const other of [undefined, null, "test", { sourceName: "worker", targetName: "main" }])
      expect(isWorkerNews(other)).toBe(false);
  });
});
