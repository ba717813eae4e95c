import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { type CopiedRow, CopyDecoder } from "./copy-rows";

type Value = Uint8Array | null;

const valuesOf = (row: CopiedRow) => Array.from({ length: row.length }, (_, at) => row.bytes(at));

function encode(rows: readonly (readonly Value[])[]): Buffer {
  const parts = [Buffer.from("PGCOPY\n\u00ff\r\n\0", "latin1"), Buffer.alloc(8)];
  const int = (value: number, bytes: 2 | 4) => {
    const out = Buffer.alloc(bytes);
    out.writeIntBE(value, 0, bytes);
    return out;
  };
  for (const row of rows) {
    parts.push(int(row.length, 2));
    for (const value of row) parts.push(int(value?.length ?? -1, 4), Buffer.from(value ?? []));
  }
  parts.push(int(-1, 2));
  return Buffer.concat(parts);
}

const rows = fc.array(
  fc.array(fc.option(fc.uint8Array({ maxLength: 40 }), { nil: null }), { minLength: 1, maxLength: 4 }),
  { maxLength: 12 },
);

test("a COPY cut into chunks anywhere gives the same rows", () => {
  fc.assert(
    fc.property(rows, fc.array(fc.nat(), { maxLength: 20 }), (given, cuts) => {
      const bytes = encode(given);
      const places = [...new Set([0, ...cuts.map((cut) => cut % bytes.length), bytes.length])].sort(
        (a, b) => a - b,
      );
      const decoder = new CopyDecoder();
      const read = places
        .slice(1)
        .flatMap((end, at) => decoder.push(bytes.subarray(places[at], end)))
        .map((row) => {
          for (const [column, value] of valuesOf(row).entries()) {
            expect(row.text(column)).toBe(value?.toString("utf8") ?? null);
            expect(row.firstByte(column)).toBe(value?.[0]);
          }
          return valuesOf(row).map((value) => (value === null ? null : [...value]));
        });
      decoder.end();
      expect(read).toEqual(given.map((row) => row.map((value) => (value === null ? null : [...value]))));
    }),
  );
});

test("a COPY cut short is a failure and no shorter result", () => {
  const bytes = encode([[Uint8Array.of(1)], [Uint8Array.of(2)]]);
  for (let length = 0; length < bytes.length; length += 1) {
    const decoder = new CopyDecoder();
    decoder.push(bytes.subarray(0, length));
    expect(() => decoder.end()).toThrow("before its trailer");
  }
});

test("bytes that are not binary COPY are refused", () => {
  expect(() => new CopyDecoder().push(Buffer.from("seq,at,entry_id\r\n1,2026,x\r\n"))).toThrow("binary COPY");
});

test("a long value that comes in many pieces is put together once for each of its columns, and no more", () => {
  const long = [Buffer.alloc(2 << 20, 1), Buffer.alloc(2 << 20, 2)];
  const bytes = encode([long, [Uint8Array.of(3)]]);
  const decoder = new CopyDecoder();
  const concat = vi.spyOn(Buffer, "concat");
  const read = [];
  for (let at = 0; at < bytes.length; at += 4096) read.push(...decoder.push(bytes.subarray(at, at + 4096)));
  const joined = concat.mock.calls.length;
  concat.mockRestore();
  decoder.end();
  const [first, ...others] = read.map(valuesOf);
  expect(first?.map((value, at) => value !== null && long[at]?.equals(value))).toEqual([true, true]);
  expect(others.map((values) => values.map((value) => value?.length))).toEqual([[1]]);
  expect(joined).toBeLessThanOrEqual(4);
});
