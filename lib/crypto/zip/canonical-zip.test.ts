import { describe, expect, it } from "vitest";
import { concat, utf8 } from "../bytes";
import { FormatError } from "../format-error";
import {
  readCanonicalZip,
  type StreamedZipFile,
  streamCanonicalZip,
  writeCanonicalZip,
} from "./canonical-zip";
import { buildZip, crc32, type MeasuredFile } from "./zip-format";

const files = [
  { name: "entries.ndjson", bytes: utf8('{"v":1}\n') },
  { name: "README.txt", bytes: utf8("how to verify") },
  { name: "proofs/0.txt", bytes: new Uint8Array(0) },
];
const zip = writeCanonicalZip(files);

/** Replaces a name by another of the same length, in local header and directory. */
function renamed(from: string, to: string): Uint8Array {
  const [old, fresh] = [utf8(from), utf8(to)];
  const out = Uint8Array.from(zip);
  for (let at = 0; at + old.length <= out.length; at++) {
    if (old.every((byte, index) => out[at + index] === byte)) out.set(fresh, at);
  }
  return out;
}

function errorOf(bytes: Uint8Array): FormatError {
  try {
    readCanonicalZip(bytes);
  } catch (error) {
    if (error instanceof FormatError) return error;
  }
  throw new Error("the bundle was accepted");
}

describe("a canonical zip", () => {
  it("a zip reads as it was written, in bytewise order, whatever the input order", () => {
    expect(readCanonicalZip(zip).map((file) => file.name)).toEqual([
      "README.txt",
      "entries.ndjson",
      "proofs/0.txt",
    ]);
    expect(readCanonicalZip(zip).find((file) => file.name === "README.txt")?.bytes).toEqual(
      utf8("how to verify"),
    );
    expect(writeCanonicalZip([...files].reverse())).toEqual(zip);
    expect(readCanonicalZip(writeCanonicalZip([]))).toEqual([]);
    expect(crc32(utf8("123456789"))).toBe(0xcbf43926);
  });

  it("a zip is refused when any bit of it changed, or when it was cut or extended", () => {
    const content = new Set<string>();
    for (let index = 0; index < zip.length; index++) {
      for (let bit = 0; bit < 8; bit++) {
        const changed = zip.map((byte, at) => (at === index ? byte ^ (1 << bit) : byte));
        const error = errorOf(changed);
        expect(error.offset).toBeTypeOf("number");
        if (error.file !== undefined) content.add(error.file);
      }
      expect(errorOf(zip.subarray(0, index)).code).toBe("format.bundle");
    }
    for (const { name } of files) expect(content).toContain(name);
    expect(errorOf(concat(zip, Uint8Array.of(0))).code).toBe("format.bundle");
    expect(errorOf(concat(Uint8Array.of(0), zip)).code).toBe("format.bundle");
  });

  it("a path that climbs, is absolute or hidden is neither written nor read", () => {
    for (const name of ["../x", "/x", "a/../b", "a//b", ".x", "a/.b", "", "a\\b", "a:b", "ä", "a/"]) {
      expect(() => writeCanonicalZip([{ name, bytes: utf8("x") }])).toThrow(FormatError);
    }
    expect(errorOf(renamed("proofs/0.txt", "../../../a.b")).message).toContain("not allowed");
    expect(errorOf(renamed("README.txt", "/etc/passw")).message).toContain("not allowed");
  });

  it("a repeated name and a zip beyond the reader's limits are refused", () => {
    const twice = [...files, { name: "README.txt", bytes: utf8("other") }];
    expect(() => buildZip(twice)).toThrow("twice");
    const other = writeCanonicalZip([...files, { name: "READMF.txt", bytes: utf8("other") }]);
    const at = new TextDecoder("latin1").decode(other).indexOf("READMF");
    other[at + 5] = "E".charCodeAt(0);
    expect(errorOf(other).message).toContain("twice");
    expect(() => readCanonicalZip(zip, { maxFiles: 2 })).toThrow("more files");
    expect(() => readCanonicalZip(zip, { maxBytes: 10 })).toThrow("larger");
  });
});

describe("a zip written in pieces", () => {
  const streamed = (name: string, bytes: Uint8Array, change: Partial<MeasuredFile> = {}) => ({
    name,
    size: bytes.length,
    crc: crc32(bytes),
    ...change,
    async *bytes() {
      for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
    },
  });
  const collect = async (files: readonly StreamedZipFile[]) => {
    const pieces: Uint8Array[] = [];
    for await (const piece of streamCanonicalZip(files)) pieces.push(piece);
    return new Uint8Array(Buffer.concat(pieces));
  };

  it("a zip written in pieces has the bytes of the same zip written whole, in any order of files", async () => {
    const files = ["manifest.txt", "README.txt", "checkpoints.json", "checkpoint.txt"].map((name, at) => ({
      name,
      bytes: new Uint8Array(Buffer.from(name.repeat(at * 3))),
    }));
    const whole = writeCanonicalZip(files);
    expect(await collect(files.map(({ name, bytes }) => streamed(name, bytes)))).toEqual(whole);
    expect(readCanonicalZip(whole)).toHaveLength(4);
  });

  it("a zip in pieces fails when a file differs from its measurement", async () => {
    const bytes = new Uint8Array([1, 2, 3]);
    await expect(collect([streamed("a.txt", bytes, { size: 4 })])).rejects.toThrow("a.txt changed");
    await expect(collect([streamed("a.txt", bytes, { crc: 1 })])).rejects.toThrow("a.txt changed");
  });

  it("a zip in pieces that would be too large fails before its first piece", async () => {
    const huge = streamed("a.txt", new Uint8Array(0), { size: 0xffff_ffff });
    await expect(streamCanonicalZip([huge]).next()).rejects.toThrow("too large");
  });
});
