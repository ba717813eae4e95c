import "server-only";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, readFile, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import { Decrypter, Encrypter } from "age-encryption";
import { BackupRefused, explainBackupFailure } from "@/lib/backup/refused";

/** Sizes and digest that identify a sealed file. */
export interface SealedFile {
  readonly bytes: number;
  readonly sha256: string;
  /** Bytes before compression. */
  readonly plain_bytes: number;
}

const GZIP_LEVEL = 4;
const RECIPIENT = /^age1[0-9a-z]{40,}$/;

/** Returns the recipients of a setting: public keys of age, separated by commas or spaces. */
export function parseRecipients(text: string): string[] {
  const recipients = text.split(/[\s,]+/).filter((word) => word !== "");
  const wrong = recipients.find((word) => !RECIPIENT.test(word));
  if (recipients.length === 0 || wrong !== undefined)
    throw new BackupRefused("A recipient is a public key of age, such as age1… (age-keygen prints it).");
  return [...new Set(recipients)].sort();
}

/** Returns the identities of a file that `age-keygen` wrote. */
export async function readIdentities(file: string): Promise<string[]> {
  const text = await readFile(file, "utf8").catch((error) => {
    throw explainBackupFailure(error, `The identity file ${file}`);
  });
  const identities = text.split("\n").flatMap((line) => (/^AGE-SECRET-KEY-/.test(line) ? [line.trim()] : []));
  if (identities.length === 0) throw new BackupRefused(`${file} has no identity of age (AGE-SECRET-KEY-1…).`);
  return identities;
}

function encrypterFor(recipients: readonly string[]): Encrypter {
  const encrypter = new Encrypter();
  try {
    for (const recipient of recipients) encrypter.addRecipient(recipient);
  } catch {
    throw new BackupRefused("A recipient is not a valid public key of age: its checksum is wrong.");
  }
  return encrypter;
}

/** Returns the chunks of a stream of Node as a stream of the web, which age reads. One chunk is read ahead. */
function webStream(stream: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const chunks = stream[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      const next = await chunks.next();
      if (next.done === true) controller.close();
      else controller.enqueue(next.value);
    },
    async cancel() {
      await chunks.return?.();
    },
  });
}

async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** Counts and hashes the bytes of a stream. */
class Meter {
  bytes = 0;
  readonly #hash = createHash("sha256");

  async *over(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      this.bytes += chunk.length;
      this.#hash.update(chunk);
      yield chunk;
    }
  }

  digest(): string {
    return this.#hash.digest("hex");
  }
}

/**
 * Writes a stream compressed and encrypted (gzip, age) to a new file, with at most a few chunks in memory, and makes it
 * durable. A file that is not finished is removed. Throws BackupRefused, for example on a full disk.
 */
export async function writeSealed(
  file: string,
  plain: AsyncIterable<Uint8Array>,
  recipients: readonly string[],
): Promise<SealedFile> {
  const encrypter = encrypterFor(recipients);
  const [before, after] = [new Meter(), new Meter()];
  try {
    const handle = await open(file, "wx", 0o600);
    try {
      const zip = createGzip({ level: GZIP_LEVEL });
      const zipping = pipeline(Readable.from(before.over(plain), { objectMode: false }), zip);
      zipping.catch(() => undefined);
      const sealed = await encrypter.encrypt(webStream(zip));
      for await (const chunk of after.over(chunksOf(sealed))) await handle.writeFile(chunk);
      await zipping;
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    await rm(file, { force: true });
    throw explainBackupFailure(error, file);
  }
  return { bytes: after.bytes, sha256: after.digest(), plain_bytes: before.bytes };
}

/** Reads a file back and compares size and digest. Throws BackupRefused that says whether it is cut or changed. */
export async function requireDigest(file: string, stated: SealedFile): Promise<void> {
  const meter = new Meter();
  try {
    for await (const _ of meter.over(createReadStream(file)));
  } catch (error) {
    throw explainBackupFailure(error, file);
  }
  requireStated(file, meter, stated);
}

function requireStated(file: string, meter: Meter, stated: SealedFile): void {
  if (meter.bytes < stated.bytes)
    throw new BackupRefused(`${file} is cut: it has ${meter.bytes} of ${stated.bytes} bytes.`);
  if (meter.bytes !== stated.bytes || meter.digest() !== stated.sha256)
    throw new BackupRefused(`${file} is damaged: its digest is not the one that was recorded.`);
}

function explainOpening(error: unknown, file: string): unknown {
  if (error instanceof BackupRefused) return error;
  const message = error instanceof Error ? error.message : "";
  if (/no identity matched/.test(message))
    return new BackupRefused(`The identity does not open ${file}: it was encrypted to another recipient.`);
  const known = explainBackupFailure(error, file);
  if (known !== error) return known;
  return new BackupRefused(`${file} is damaged: it cannot be decrypted.`);
}

/**
 * Yields the content of a sealed file. Throws BackupRefused for another identity and for a damaged or cut file. With
 * `stated`, throws at the end unless the bytes read here match it: another file may have replaced the one that was
 * compared before.
 */
export async function* openSealed(
  file: string,
  identities: readonly string[],
  stated?: SealedFile,
): AsyncGenerator<Uint8Array> {
  const decrypter = new Decrypter();
  try {
    for (const identity of identities) decrypter.addIdentity(identity);
  } catch {
    throw new BackupRefused("The identity file has a line that is not a valid identity of age.");
  }
  try {
    const meter = new Meter();
    const opened = await decrypter.decrypt(webStream(meter.over(createReadStream(file))));
    const plain = createGunzip();
    const unzipping = pipeline(chunksOf(opened), plain);
    unzipping.catch(() => undefined);
    yield* plain;
    await unzipping;
    if (stated !== undefined) requireStated(file, meter, stated);
  } catch (error) {
    throw explainOpening(error, file);
  }
}
