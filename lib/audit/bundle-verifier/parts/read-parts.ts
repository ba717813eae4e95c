import { FormatError } from "@/lib/crypto/format-error";
import type { Manifest } from "../claims/bundle-format";
import type { FilePass } from "../container/file-pass";
import { lineBatches } from "../container/lines";
import { isLaterPart, PartList, type PartPlace } from "./part-list";

type ErasedParts = NonNullable<Manifest["erased"]>;

/** Some 500,000 erased parts. A log with more of them needs a filter. */
const MAX_LIST_BYTES = 32 << 20;
const NUMBER_AND_LABEL = "(0|[1-9][0-9]{0,14}) ([A-Za-z0-9_-]{1,64})";
const ERASED_LINE = new RegExp(`^${NUMBER_AND_LABEL} ([0-9a-f-]{36})$`);
const MISSING_LINE = new RegExp(`^${NUMBER_AND_LABEL}$`);

/** Limits of such a file, from the manifest and the tree. */
interface Wanted {
  readonly count: number;
  readonly size: number;
}

/** Takes the parts of such a file. Returns false if a part is not the next of the only canonical text. */
interface Lines {
  take(line: string): boolean;
  readonly length: number;
  readonly last: PartPlace | undefined;
}

/**
 * Reads a list of parts, a line for each, in rising order of number and label. Throws FormatError with the file's name
 * unless it is the only canonical text of as many parts as the manifest says.
 */
async function readParts(pass: FilePass, wanted: Wanted, lines: Lines): Promise<void> {
  const file = pass.file.name;
  const refuse = (detail: string): never => {
    throw new FormatError("format.bundle", `${file}: ${detail}`, { file });
  };
  if (pass.file.size > MAX_LIST_BYTES) refuse(`longer than ${MAX_LIST_BYTES} bytes`);
  for await (const { text, isAscii } of lineBatches(file, pass.chunks())) {
    if (text === undefined || !isAscii) return refuse("not a list of parts");
    for (const line of text.slice(0, -1).split("\n"))
      if (!lines.take(line)) return refuse("not a list of parts in their order");
    if (lines.length > wanted.count) return refuse("not as many parts as the manifest says");
  }
  if ((lines.last?.seq ?? 0) >= wanted.size) refuse("a part beyond the tree");
  if (lines.length !== wanted.count) refuse("not as many parts as the manifest says");
}

/** Reads erased.txt: number, label and the erasing entry's id of each part. Throws FormatError for another text. */
export async function readErased(pass: FilePass, wanted: Wanted): Promise<ErasedParts> {
  const parts: ErasedParts = [];
  await readParts(pass, wanted, {
    take: (line) => {
      const [, number, c, entry] = ERASED_LINE.exec(line) ?? [];
      if (number === undefined || c === undefined || entry === undefined) return false;
      const part = { seq: Number(number), c, entry };
      return isLaterPart(part, parts.at(-1)) && parts.push(part) > 0;
    },
    get length() {
      return parts.length;
    },
    get last() {
      return parts.at(-1);
    },
  });
  return parts;
}

/** Reads missing.txt: number and label of each part, sixteen bytes in memory for each. Throws FormatError for another text. */
export async function readMissing(pass: FilePass, wanted: Wanted): Promise<PartList> {
  const parts = new PartList();
  await readParts(pass, wanted, {
    take: (line) => {
      const [, number, c] = MISSING_LINE.exec(line) ?? [];
      return number !== undefined && c !== undefined && parts.push({ seq: Number(number), c });
    },
    get length() {
      return parts.length;
    },
    get last() {
      return parts.at(parts.length - 1);
    },
  });
  return parts;
}
