import { FormatError } from "@/lib/crypto/format-error";

/** A bundle's bytes wherever they lie: memory, an open file, a browser's File. Only what is asked for is held. */
export interface ByteSource {
  readonly size: number;
  /** Bytes start … end − 1; fewer mean that the source was cut short since it was opened. */
  read(start: number, end: number): Promise<Uint8Array>;
}

/** A source over bytes in memory. */
export function bytesSource(bytes: Uint8Array): ByteSource {
  return { size: bytes.length, read: async (start, end) => bytes.subarray(start, end) };
}

/** A source over a Blob or File, read by slices. */
export function blobSource(blob: Blob): ByteSource {
  return {
    size: blob.size,
    read: async (start, end) => new Uint8Array(await blob.slice(start, end).arrayBuffer()),
  };
}

/** Exactly the bytes asked for. Throws FormatError where the source no longer has them. */
export async function readExactly(source: ByteSource, start: number, end: number): Promise<Uint8Array> {
  const bytes = await source.read(start, end);
  if (bytes.length !== end - start) {
    throw new FormatError("format.bundle", `the bundle is cut short at byte ${start + bytes.length}`, {
      offset: start + bytes.length,
    });
  }
  return bytes;
}
