import "server-only";
import { BackupRefused } from "@/lib/backup/refused";

/** One item of an archive. The content of a file has `size` bytes; what is missing is filled with zeros. */
export interface TarItem {
  readonly name: string;
  readonly kind: "file" | "folder";
  readonly mode: number;
  readonly size: number;
  readonly content: AsyncIterable<Uint8Array>;
}

const BLOCK = 512;
const MAX_NAME = 100;
const ZEROS = Buffer.alloc(64 * 1024);
const KINDS: Readonly<Record<string, TarItem["kind"]>> = { "0": "file", "\0": "file", "5": "folder" };

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** Returns a folder, which has no content. */
export function folderItem(name: string, mode = 0o700): TarItem {
  return { name, kind: "folder", mode, size: 0, content: nothing() };
}

/** Returns a file whose bytes are in memory. */
export function fileItem(name: string, bytes: Uint8Array, mode = 0o600): TarItem {
  async function* content() {
    yield bytes;
  }
  return { name, kind: "file", mode, size: bytes.length, content: content() };
}

function octal(value: number, width: number): string {
  return `${value.toString(8).padStart(width - 1, "0")}\0`;
}

/** From here on GNU's form is used: a first bit, then the number in base 256. */
const TOO_LONG_FOR_OCTAL = 8 ** 11;
const SIZE_AT = 124;
const BIG = 0x80;

function writeSize(header: Buffer, size: number): void {
  if (size < TOO_LONG_FOR_OCTAL) {
    header.write(octal(size, 12), SIZE_AT);
    return;
  }
  header.writeUInt8(BIG, SIZE_AT);
  header.writeBigUInt64BE(BigInt(size), SIZE_AT + 4);
}

function readSize(header: Buffer): number {
  if (header.readUInt8(SIZE_AT) < BIG) return Number.parseInt(textAt(header, SIZE_AT, 12), 8) || 0;
  const size = Number(header.readBigUInt64BE(SIZE_AT + 4));
  if (header.readUInt32BE(SIZE_AT) !== BIG * 2 ** 24 || !Number.isSafeInteger(size)) throw damaged();
  return size;
}

/** A header of POSIX ustar. The checksum is computed with its own place filled with spaces. */
function headerOf({ name, kind, mode, size }: TarItem): Buffer {
  const path = kind === "folder" ? `${name}/` : name;
  if (Buffer.byteLength(path) > MAX_NAME)
    throw new BackupRefused(`The name ${name} is too long for a backup.`);
  const header = Buffer.alloc(BLOCK);
  header.write(path, 0);
  header.write(octal(mode & 0o7777, 8), 100);
  header.write(octal(0, 8), 108);
  header.write(octal(0, 8), 116);
  writeSize(header, size);
  header.write(octal(0, 12), 136);
  header.write("        ", 148);
  header.write(kind === "folder" ? "5" : "0", 156);
  header.write("ustar\u000000", 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return header;
}

function* zeros(count: number): Generator<Buffer> {
  for (let left = count; left > 0; left -= ZEROS.length)
    yield ZEROS.subarray(0, Math.min(left, ZEROS.length));
}

/** A file that grows or shrinks while it is copied keeps the size of its header, as in any base backup. */
async function* contentOf({ size, content }: TarItem): AsyncGenerator<Uint8Array> {
  let written = 0;
  for await (const chunk of content) {
    const part = chunk.subarray(0, size - written);
    written += part.length;
    if (part.length > 0) yield part;
    if (written === size) break;
  }
  yield* zeros(size - written);
  yield* zeros((BLOCK - (size % BLOCK)) % BLOCK);
}

/** Yields an archive in the format of POSIX ustar, which `tar` reads; of GNU where a file has 8 GiB or more. */
export async function* writeTar(items: AsyncIterable<TarItem>): AsyncGenerator<Uint8Array> {
  for await (const item of items) {
    yield headerOf(item);
    yield* contentOf(item);
  }
  yield* zeros(2 * BLOCK);
}

const CUT = "The archive in the backup ends too early.";

/** Bytes in the order of a stream, with at most one chunk and one request in memory. */
class Source {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #held: Uint8Array = new Uint8Array(0);

  constructor(stream: AsyncIterable<Uint8Array>) {
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  /** Returns up to `most` bytes; none at the end of the stream. */
  async some(most: number): Promise<Uint8Array> {
    while (this.#held.length === 0) {
      const next = await this.#chunks.next();
      if (next.done === true) return this.#held;
      this.#held = next.value;
    }
    const part = this.#held.subarray(0, most);
    this.#held = this.#held.subarray(part.length);
    return part;
  }

  async *take(count: number): AsyncGenerator<Uint8Array> {
    for (let left = count; left > 0; ) {
      const part = await this.some(left);
      if (part.length === 0) throw new BackupRefused(CUT);
      left -= part.length;
      yield part;
    }
  }

  async skip(count: number): Promise<void> {
    for await (const _ of this.take(count));
  }

  async block(): Promise<Buffer> {
    const parts: Uint8Array[] = [];
    for await (const part of this.take(BLOCK)) parts.push(Uint8Array.from(part));
    return Buffer.concat(parts);
  }
}

function damaged(): BackupRefused {
  return new BackupRefused("The archive in the backup is damaged.");
}

function textAt(header: Buffer, from: number, length: number): string {
  const bytes = header.subarray(from, from + length);
  const end = bytes.indexOf(0);
  return bytes.toString("utf8", 0, end === -1 ? length : end).trim();
}

function parseHeader(header: Buffer): Omit<TarItem, "content"> {
  const stated = Number.parseInt(textAt(header, 148, 8), 8);
  const sum = header.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0);
  const kind = KINDS[header.toString("latin1", 156, 157)];
  const prefix = textAt(header, 345, 155);
  const name = `${prefix === "" ? "" : `${prefix}/`}${textAt(header, 0, 100)}`
    .replace(/^\.\//, "")
    .replace(/\/$/, "");
  const isInside = !name.startsWith("/") && !name.split("/").includes("..");
  if (sum !== stated || !isInside) throw damaged();
  if (kind === undefined)
    throw new BackupRefused(
      `The backup has a link or special file (${name}). Tablespaces are not supported.`,
    );
  return { name, kind, mode: Number.parseInt(textAt(header, 100, 8), 8), size: readSize(header) };
}

/** Yields the items of an archive. A content that the caller leaves is skipped. Throws BackupRefused for a damaged archive. */
export async function* readTar(stream: AsyncIterable<Uint8Array>): AsyncGenerator<TarItem> {
  const source = new Source(stream);
  for (;;) {
    const header = await source.block();
    if (header.every((byte) => byte === 0)) break;
    const item = parseHeader(header);
    let left = item.size;
    async function* content(): AsyncGenerator<Uint8Array> {
      while (left > 0) {
        const part = await source.some(left);
        if (part.length === 0) throw new BackupRefused(CUT);
        left -= part.length;
        yield part;
      }
    }
    yield { ...item, content: content() };
    await source.skip(left + ((BLOCK - (item.size % BLOCK)) % BLOCK));
  }
  // To its end: the digests of the stream are checked there.
  while ((await source.some(BLOCK * 128)).length > 0);
}
