import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { utf8 } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import { readCanonicalZip, writeCanonicalZip } from "@/lib/crypto/zip/canonical-zip";
import { openContainer } from "./container";
import { FilePass, readWhole } from "./file-pass";
import { bytesSource } from "./source";

async function streamed(bytes: Uint8Array): Promise<[string, string][] | undefined> {
  try {
    const source = bytesSource(bytes);
    const files: [string, string][] = [];
    for (const [name, file] of await openContainer(source)) {
      const pass = new FilePass(source, file, undefined);
      files.push([name, (await readWhole(pass)).join()]);
      if (pass.digest?.isOfHeader !== true) return undefined;
    }
    return files;
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

function whole(bytes: Uint8Array): [string, string][] | undefined {
  try {
    return readCanonicalZip(bytes).map((file) => [file.name, file.bytes.join()]);
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

const file = fc.record({
  name: fc.constantFrom("a.txt", "b.txt", "c/d.json", "README.txt"),
  bytes: fc.uint8Array({ maxLength: 60 }),
});
const files = fc.uniqueArray(file, { selector: ({ name }) => name, maxLength: 4 });

describe("the container read in pieces", () => {
  test("the reader in pieces accepts exactly what a rewrite of the whole zip accepts", async () => {
    await fc.assert(
      fc.asyncProperty(files, fc.nat(), fc.integer({ min: 0, max: 255 }), async (given, at, byte) => {
        const bytes = writeCanonicalZip(given);
        expect(await streamed(bytes)).toEqual(whole(bytes));
        const changed = bytes.slice();
        changed[at % bytes.length] = byte;
        expect(await streamed(changed)).toEqual(whole(changed));
      }),
      { numRuns: 1_000 },
    );
  });

  test("a container cut short at any byte, or longer by one, is refused", async () => {
    const bytes = writeCanonicalZip([
      { name: "a.txt", bytes: utf8("one\n") },
      { name: "b.txt", bytes: utf8("two\n") },
    ]);
    for (let end = 0; end < bytes.length; end += 1)
      expect(await streamed(bytes.subarray(0, end))).toBeUndefined();
    expect(await streamed(Uint8Array.of(...bytes, 0))).toBeUndefined();
  });

  test("a zip that another program packed again is refused with advice", async () => {
    const bytes = writeCanonicalZip([
      { name: "a.txt", bytes: utf8("one\n") },
      { name: "b.txt", bytes: utf8("two\n") },
    ]);
    const poked = (at: number, value: number): Uint8Array => {
      const copy = bytes.slice();
      new DataView(copy.buffer).setUint16(at, value, true);
      return copy;
    };
    const end = bytes.length - 22;
    const commented = Uint8Array.of(...poked(end + 20, 3), ...utf8("abc"));
    const listed = new DataView(bytes.buffer).getUint32(end + 16, true);
    // Time, method, flags and version of a file's header, attributes of the directory, a comment after the end.
    for (const other of [
      poked(10, 1),
      poked(8, 8),
      poked(6, 8),
      poked(4, 20),
      poked(listed + 38, 1),
      commented,
    ])
      await expect(openContainer(bytesSource(other))).rejects.toThrow(
        "This zip was packed again. Verify the exported file; its SHA-256 is in the list of exports.",
      );
  });

  test("compressed files, sizes beyond the bundle and thousands of files are refused unread", async () => {
    const bytes = writeCanonicalZip([{ name: "a.txt", bytes: utf8("one\n") }]);
    const view = (copy: Uint8Array) => new DataView(copy.buffer);
    const deflated = bytes.slice();
    view(deflated).setUint16(8, 8, true);
    const huge = bytes.slice();
    view(huge).setUint32(18, 0xffff_fff0, true);
    view(huge).setUint32(22, 0xffff_fff0, true);
    const many = bytes.slice();
    view(many).setUint16(many.length - 12, 65_535, true);
    let read = 0;
    for (const bad of [deflated, huge, many]) {
      const source = {
        size: bad.length,
        read: async (start: number, end: number) => {
          read += end - start;
          return bad.subarray(start, end);
        },
      };
      await expect(openContainer(source)).rejects.toThrow(FormatError);
    }
    expect(read).toBeLessThan(4 * bytes.length);
  });
});
