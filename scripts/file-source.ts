import { fstatSync, openSync, readSync } from "node:fs";
import type { ByteSource } from "@/lib/audit/bundle-verifier/container/source";

/** An open file and its length; throws an error with a code where it cannot be read, or is not a file. */
export function openFile(file: string): { readonly handle: number; readonly size: number } {
  const handle = openSync(file, "r");
  const facts = fstatSync(handle);
  if (!facts.isFile()) throw new Error("no file");
  return { handle, size: facts.size };
}

/**
 * Reads pieces of a file from the disk. Synchronous: a verification is the only work of this process, and it is
 * quicker.
 */
export function fileSource(file: string): ByteSource {
  const { handle, size } = openFile(file);
  return {
    size,
    read: async (start, end) => {
      const bytes = new Uint8Array(end - start);
      let length = 0;
      for (let got = 1; got > 0 && length < bytes.length; length += got)
        got = readSync(handle, bytes, length, bytes.length - length, start + length);
      return bytes.subarray(0, length);
    },
  };
}
