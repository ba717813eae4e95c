import { FormatError } from "@/lib/crypto/format-error";
import type { Manifest } from "./bundle-format";
import type { FilePass } from "./file-pass";
import { lineBatches } from "./lines";

type ErasedParts = NonNullable<Manifest["erased"]>;
type MissingParts = NonNullable<Manifest["missing"]>;

/** Some 500,000 erased parts; a log with more of them is cut by a filter. */
const MAX_LIST_BYTES = 32 << 20;
const NUMBER_AND_LABEL = "(0|[1-9][0-9]{0,14}) ([A-Za-z0-9_-]{1,64})";
const ERASED_LINE = new RegExp(`^${NUMBER_AND_LABEL} ([0-9a-f-]{36})$`);
const MISSING_LINE = new RegExp(`^${NUMBER_AND_LABEL}$`);

interface Listed {
  readonly seq: number;
  readonly c: string;
}

/** What such a file holds, by the manifest and the tree. */
interface Wanted {
  readonly count: number;
  readonly size: number;
}

/**
 * Reads a list of parts, a line for each, in rising order of number and label. Throws FormatError, naming the file, for
 * anything but the one canonical text of as many parts as the manifest says.
 */
async function readParts<T extends Listed>(
  pass: FilePass,
  wanted: Wanted,
  readLine: (line: string) => T | undefined,
): Promise<T[]> {
  const file = pass.file.name;
  const refuse = (detail: string): never => {
    throw new FormatError("format.bundle", `${file}: ${detail}`, { file });
  };
  if (pass.file.size > MAX_LIST_BYTES) refuse(`longer than ${MAX_LIST_BYTES} bytes`);
  const parts: T[] = [];
  for await (const { text, isAscii } of lineBatches(file, pass.chunks())) {
    if (text === undefined || !isAscii) return refuse("not a list of parts");
    for (const line of text.slice(0, -1).split("\n")) {
      const part = readLine(line);
      if (part === undefined || !isLater(part, parts.at(-1)))
        return refuse("not a list of parts in their order");
      parts.push(part);
    }
  }
  if ((parts.at(-1)?.seq ?? 0) >= wanted.size) refuse("a part beyond the tree");
  if (parts.length !== wanted.count) refuse("not as many parts as the manifest says");
  return parts;
}

function isLater({ seq, c }: Listed, last: Listed | undefined): boolean {
  return last === undefined || last.seq < seq || (last.seq === seq && last.c < c);
}

/** Reads erased.txt: number, label and the erasing entry's id of each part. Throws FormatError for another text. */
export function readErased(pass: FilePass, wanted: Wanted): Promise<ErasedParts> {
  return readParts(pass, wanted, (line) => {
    const [, number, c, entry] = ERASED_LINE.exec(line) ?? [];
    const isLine = number !== undefined && c !== undefined && entry !== undefined;
    return isLine ? { seq: Number(number), c, entry } : undefined;
  });
}

/** Reads missing.txt: number and label of each part. Throws FormatError for another text. */
export function readMissing(pass: FilePass, wanted: Wanted): Promise<MissingParts> {
  return readParts(pass, wanted, (line) => {
    const [, number, c] = MISSING_LINE.exec(line) ?? [];
    return number === undefined || c === undefined ? undefined : { seq: Number(number), c };
  });
}
