import { toBase64url } from "@/lib/crypto/bytes";
import { crc32, sha256Stream } from "@/lib/crypto/primitives-stream";
import type { PlacedFile } from "./container";
import { type ByteSource, readExactly } from "./source";

const CHUNK_BYTES = 1 << 18;

/** Bytes of a file and where they begin in it. */
export interface Chunk {
  readonly bytes: Uint8Array;
  readonly offset: number;
}

/** What a whole reading of a file found. */
export interface FileDigest {
  readonly sha256: string;
  readonly bytes: number;
  /** Whether the content is the one whose crc the container names. */
  readonly isOfHeader: boolean;
}

/** One reading of one file from its first byte to its last, digested on the way. */
export class FilePass {
  readonly #hash = sha256Stream();
  #crc = 0;
  #digest: FileDigest | undefined;

  constructor(
    readonly source: ByteSource,
    readonly file: PlacedFile,
    readonly signal: AbortSignal | undefined,
  ) {}

  /** The file's chunks in order. Throws the signal's reason when the reader has given up. */
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

  /** Reads what is left unread of a file whose content nobody needs. */
  async drain(): Promise<void> {
    for await (const _chunk of this.chunks()) {
      // The pass digests; there is nothing else to do with these.
    }
  }

  /** Undefined until the last chunk was read. */
  get digest(): FileDigest | undefined {
    return this.#digest;
  }
}

/** A whole small file, and its digest. */
export async function readWhole(pass: FilePass): Promise<Uint8Array> {
  const out = new Uint8Array(pass.file.size);
  for await (const { bytes, offset } of pass.chunks()) out.set(bytes, offset);
  return out;
}

/** The same chunks; who stops asking leaves the rest to be read. */
export async function* lent<T>(chunks: AsyncGenerator<T>): AsyncGenerator<T> {
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
}
