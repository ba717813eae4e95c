import { FormatError } from "@/lib/crypto/format-error";

/**
 * Random access to a bundle's bytes: in memory, in an open file, or in a browser's File. Only the requested bytes are in
 * memory.
 */
export interface ByteSource {
  readonly size: number;
  /** Returns bytes start … end − 1. Fewer bytes mean that the source was cut short since it was opened. */
  read(start: number, end: number): Promise<Uint8Array>;
}

/** Returns a source over bytes in memory. */
export function bytesSource(bytes: Uint8Array): ByteSource {
  return { size: bytes.length, read: async (start, end) => bytes.subarray(start, end) };
}

/** Returns a source over a Blob or File, read by slices. */
export function blobSource(blob: Blob): ByteSource {
  return {
    size: blob.size,
    read: async (start, end) => new Uint8Array(await blob.slice(start, end).arrayBuffer()),
  };
}

/** Returns exactly the requested bytes. Throws FormatError if the source no longer has them. */
export async function readExactly(source: ByteSource, start: number, end: number): Promise<Uint8Array> {
  const bytes = await source.read(start, end);
  if (bytes.length !== end - start) {
    throw new FormatError("format.bundle", `the bundle is cut short at byte ${start + bytes.length}`, {
      offset: start + bytes.length,
    });
  }
  return bytes;
}
