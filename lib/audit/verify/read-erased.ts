import { FormatError } from "@/lib/crypto/format-error";
import type { Manifest } from "./bundle-format";
import type { FilePass } from "./file-pass";
import { lineBatches } from "./lines";

type ErasedParts = NonNullable<Manifest["erased"]>;

/** Some 500,000 parts; a log of more erased ones is cut by a filter. */
const MAX_ERASED_BYTES = 32 << 20;
const LINE = /^(0|[1-9][0-9]{0,14}) ([A-Za-z0-9_-]{1,64}) ([0-9a-f-]{36})$/;

/** One line after `last`; undefined for any other. */
function readLine(line: string, last: ErasedParts[number] | undefined): ErasedParts[number] | undefined {
  const [, number, c, entry] = LINE.exec(line) ?? [];
  if (number === undefined || c === undefined || entry === undefined) return undefined;
  const seq = Number(number);
  const isLater = last === undefined || last.seq < seq || (last.seq === seq && last.c < c);
  return isLater ? { seq, c, entry } : undefined;
}

/**
 * Reads erased.txt: a line for each part, its number, label and the erasing entry's id, in rising order. Throws
 * FormatError, naming the file, for anything but the one canonical text of as many parts as the manifest says.
 */
export async function readErased(
  pass: FilePass,
  wanted: NonNullable<Manifest["erased_file"]>,
  size: number,
): Promise<ErasedParts> {
  const file = pass.file.name;
  const refuse = (detail: string): never => {
    throw new FormatError("format.bundle", `${file}: ${detail}`, { file });
  };
  if (pass.file.size > MAX_ERASED_BYTES) refuse(`longer than ${MAX_ERASED_BYTES} bytes`);
  const parts: ErasedParts = [];
  for await (const { text, isAscii } of lineBatches(file, pass.chunks())) {
    if (text === undefined || !isAscii) return refuse("not a list of parts");
    for (const line of text.slice(0, -1).split("\n")) {
      const part = readLine(line, parts.at(-1));
      if (part === undefined) return refuse("not a list of parts in their order");
      parts.push(part);
    }
  }
  if ((parts.at(-1)?.seq ?? 0) >= size) refuse("a part beyond the tree");
  if (parts.length !== wanted.count) refuse("not as many parts as the manifest says");
  return parts;
}
