import "server-only";
import { type Cipher, createCipheriv, createDecipheriv, createHash } from "node:crypto";
import { type FileHandle, open, unlink } from "node:fs/promises";
import path from "node:path";
import { randomBytes } from "@/lib/crypto/primitives";
import { uuidv7 } from "@/lib/crypto/uuid";
import type { StreamedZipFile } from "@/lib/crypto/zip/canonical-zip";
import { crc32 } from "@/lib/crypto/zip/zip-format";

const ALGORITHM = "aes-256-ctr";
const GATHER_BYTES = 256 * 1024;

/** A complete spooled file, with the facts that its zip header and the manifest need. */
export interface SpooledFile extends StreamedZipFile {
  readonly sha256: string;
}

/**
 * A file that is written once and read once, for bytes that must be measured before the export can send the first of
 * them. On the disk it has no name and no readable byte: it is unlinked as soon as it is open, so kill -9 leaves
 * nothing, and it is encrypted with a key that only this object has. The creator closes it.
 */
export class Spool {
  private readonly cipher: Cipher;
  private readonly hash = createHash("sha256");
  private waiting: Buffer[] = [];
  private waitingBytes = 0;
  private size = 0;
  private crc = 0;

  private constructor(
    private readonly handle: FileHandle,
    private readonly key: Uint8Array,
    private readonly iv: Uint8Array,
  ) {
    this.cipher = createCipheriv(ALGORITHM, key, iv);
  }

  /** Opens a spool in this folder. */
  static async open(dir: string): Promise<Spool> {
    const file = path.join(dir, `.spool-${uuidv7(Date.now())}`);
    const handle = await open(file, "wx+", 0o600);
    try {
      await unlink(file);
    } catch (error) {
      await handle.close();
      throw error;
    }
    return new Spool(handle, randomBytes(32), randomBytes(16));
  }

  async write(part: string | Uint8Array): Promise<void> {
    const bytes = Buffer.from(part);
    this.size += bytes.length;
    this.crc = crc32(bytes, this.crc);
    this.hash.update(bytes);
    this.waiting.push(this.cipher.update(bytes));
    this.waitingBytes += bytes.length;
    if (this.waitingBytes >= GATHER_BYTES) await this.flush();
  }

  /** Ends the writing. */
  async end(name: string): Promise<SpooledFile> {
    await this.flush();
    return {
      name,
      size: this.size,
      crc: this.crc,
      sha256: this.hash.digest("base64url"),
      bytes: () => this.read(),
    };
  }

  /** Frees its disk space. */
  async close(): Promise<void> {
    await this.handle.close();
  }

  private async flush(): Promise<void> {
    const gathered = Buffer.concat(this.waiting);
    this.waiting = [];
    this.waitingBytes = 0;
    await this.handle.writeFile(gathered);
  }

  private async *read(): AsyncGenerator<Uint8Array> {
    const decipher = createDecipheriv(ALGORITHM, this.key, this.iv);
    const buffer = Buffer.alloc(GATHER_BYTES);
    let position = 0;
    while (position < this.size) {
      const { bytesRead } = await this.handle.read(buffer, 0, buffer.length, position);
      if (bytesRead === 0) break;
      position += bytesRead;
      yield decipher.update(buffer.subarray(0, bytesRead));
    }
  }
}

/** Text or bytes that fit into memory, as a file of the zip. */
export function textFile(name: string, content: string | Uint8Array): SpooledFile {
  const bytes = Buffer.from(content);
  return {
    name,
    size: bytes.length,
    crc: crc32(bytes),
    sha256: createHash("sha256").update(bytes).digest("base64url"),
    async *bytes() {
      yield bytes;
    },
  };
}
