import { toBase64url } from "@/lib/crypto/bytes";
import { crc32, sha256Stream } from "@/lib/crypto/primitives-stream";
import type { PlacedFile } from "./container";
import { type ByteSource, readExactly } from "./source";

const CHUNK_BYTES = 1 << 18;

/** Bytes of a file and their position in it. */
export interface Chunk {
  readonly bytes: Uint8Array;
  readonly offset: number;
}

/** The result of a complete reading of a file. */
export interface FileDigest {
  readonly sha256: string;
  readonly bytes: number;
  /** Whether the content has the crc in the container. */
  readonly isOfHeader: boolean;
}

/** One reading of one file from its first byte to its last. It computes the digest on the way. */
export class FilePass {
  readonly #hash = sha256Stream();
  #crc = 0;
  #digest: FileDigest | undefined;

  constructor(
    readonly source: ByteSource,
    readonly file: PlacedFile,
    readonly signal: AbortSignal | undefined,
  ) {}

  /** Returns the file's chunks in order. Throws the signal's reason after an abort. */
  async *chunks(): AsyncGenerator<Chunk> {
    const { start, end, crc } = this.file;
    for (let at = start; at < end; at += CHUNK_BYTES) {
      this.signal?.throwIfAborted();
      const bytes = await readExactly(this.source, at, Math.min(end, at + CHUNK_BYTES));
      this.#hash.update(bytes);
      this.#crc = crc32(bytes, this.#crc);
      yield { bytes, offset: at - start };
    }
    const sha256 = toBase64url(this.#hash.digest());
    this.#digest = { sha256, bytes: end - start, isOfHeader: this.#crc === crc };
  }

  /** Reads the rest of a file whose content is not needed. */
  async drain(): Promise<void> {
    for await (const _chunk of this.chunks()) {
      // The pass computes the digest, so the loop needs no body.
    }
  }

  /** Undefined until the last chunk was read. */
  get digest(): FileDigest | undefined {
    return this.#digest;
  }
}

/** Returns a whole small file and its digest. */
export async function readWhole(pass: FilePass): Promise<Uint8Array> {
  const out = new Uint8Array(pass.file.size);
  for await (const { bytes, offset } of pass.chunks()) out.set(bytes, offset);
  return out;
}

/** Returns the same chunks. If the consumer stops, the rest remains to be read. */
export async function* lent<T>(chunks: AsyncGenerator<T>): AsyncGenerator<T> {
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
}
