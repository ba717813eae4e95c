import "server-only";
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import {
  createReadStream,
  existsSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { OperatorError } from "@/lib/errors";

// The list of a release: the SHA-256 of each of its files in the form of coreutils, so that `sha256sum -c` reads it too,
// and a signature over the list's bytes that `openssl pkeyutl` checks. Links are in a file of their own, which is listed.

const LIST = "SHA256SUMS";
const SIGNATURE = "SHA256SUMS.sig";
const LINKS = "LINKS";

/** One file that is not as the list has it. */
export interface ReleaseFinding {
  readonly file: string;
  readonly fault: "changed" | "missing" | "not in the list" | "leads elsewhere" | "signature";
}

interface Found {
  readonly files: readonly string[];
  readonly links: ReadonlyMap<string, string>;
}

function filesOf(folder: string): Found {
  const files: string[] = [];
  const links = new Map<string, string>();
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const full = path.join(entry.parentPath, entry.name);
    const name = path.relative(folder, full).split(path.sep).join("/");
    if (entry.isSymbolicLink()) links.set(name, readlinkSync(full));
    else if (!entry.isDirectory()) files.push(name);
  }
  return { files: files.filter((name) => name !== LIST && name !== SIGNATURE).sort(), links };
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}

function isInside(folder: string, link: string, target: string): boolean {
  const full = path.resolve(path.dirname(path.join(folder, link)), target);
  return !path.isAbsolute(target) && full.startsWith(`${path.resolve(folder)}${path.sep}`);
}

const linesOf = (links: ReadonlyMap<string, string>): string =>
  [...links]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([link, target]) => `${link} -> ${target}\n`)
    .join("");

function keyOf(read: typeof createPrivateKey | typeof createPublicKey, pem: string, what: string): KeyObject {
  try {
    const key = read(pem);
    if (key.asymmetricKeyType === "ed25519") return key;
  } catch {
    // The message of OpenSSL would not help.
  }
  throw new OperatorError(`${what} is not an Ed25519 key in PEM`);
}

/**
 * Writes the list of a release's files into its folder, and signs it where a private key is given. Throws OperatorError
 * for another kind of key, and for a link that leads out of the folder.
 */
export async function writeReleaseList(
  folder: string,
  privatePem?: string,
): Promise<{ readonly files: number }> {
  const key = privatePem === undefined ? undefined : keyOf(createPrivateKey, privatePem, "the release key");
  const { links } = filesOf(folder);
  for (const [link, target] of links)
    if (!isInside(folder, link, target)) throw new OperatorError(`a link leads out of the release: ${link}`);
  writeFileSync(path.join(folder, LINKS), linesOf(links));
  const { files } = filesOf(folder);
  const lines: string[] = [];
  for (const file of files) lines.push(`${await digestOf(path.join(folder, file))}  ${file}\n`);
  const list = Buffer.from(lines.join(""));
  writeFileSync(path.join(folder, LIST), list);
  if (key !== undefined) writeFileSync(path.join(folder, SIGNATURE), sign(null, list, key));
  return { files: files.length };
}

function readList(folder: string): { readonly bytes: Buffer; readonly digests: ReadonlyMap<string, string> } {
  if (!existsSync(path.join(folder, LIST))) throw new OperatorError(`there is no ${LIST} in ${folder}`);
  const bytes = readFileSync(path.join(folder, LIST));
  const lines = bytes.toString("utf8").split("\n").slice(0, -1);
  const digests = lines.map((line) => {
    const [, digest, file] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? [];
    if (digest === undefined || file === undefined)
      throw new OperatorError(`${LIST} has a line with an unknown form`);
    return [file, digest] as const;
  });
  return { bytes, digests: new Map(digests) };
}

function signatureFindings(folder: string, list: Buffer, publicPem: string | undefined): ReleaseFinding[] {
  if (publicPem === undefined) return [];
  const key = keyOf(createPublicKey, publicPem, "the key to check with");
  const file = path.join(folder, SIGNATURE);
  if (!existsSync(file)) return [{ file: SIGNATURE, fault: "missing" }];
  return verify(null, list, key, readFileSync(file)) ? [] : [{ file: SIGNATURE, fault: "signature" }];
}

function linkFindings(folder: string, links: ReadonlyMap<string, string>): ReleaseFinding[] {
  const file = path.join(folder, LINKS);
  const listed = existsSync(file) ? readFileSync(file, "utf8").split("\n").slice(0, -1) : [];
  const present = linesOf(links).split("\n").slice(0, -1);
  const nameIn = (line: string) => line.slice(0, line.indexOf(" -> "));
  const lost = listed.filter((line) => !links.has(nameIn(line)));
  return [
    ...present
      .filter((line) => !listed.includes(line))
      .map((line) => ({ file: nameIn(line), fault: "leads elsewhere" as const })),
    ...lost.map((line) => ({ file: nameIn(line), fault: "missing" as const })),
  ];
}

/**
 * Compares a release's folder with its list: names each file that was changed, is missing or was added, and with a public
 * key whether its holder signed the list. An empty answer means that all is as it was released.
 */
export async function verifyRelease(folder: string, publicPem?: string): Promise<ReleaseFinding[]> {
  const { bytes, digests } = readList(folder);
  const { files, links } = filesOf(folder);
  const findings = [...signatureFindings(folder, bytes, publicPem), ...linkFindings(folder, links)];
  const present = new Set(files);
  for (const [file, digest] of digests) {
    if (!present.has(file)) findings.push({ file, fault: "missing" });
    else if ((await digestOf(path.join(folder, file))) !== digest) findings.push({ file, fault: "changed" });
  }
  for (const file of files) if (!digests.has(file)) findings.push({ file, fault: "not in the list" });
  return findings;
}
