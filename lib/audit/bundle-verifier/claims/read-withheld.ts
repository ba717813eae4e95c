import { FormatError } from "@/lib/crypto/format-error";
import type { FilePass } from "../container/file-pass";
import { lineBatches } from "../container/lines";
import { Ranges } from "../tree/ranges";
import type { Manifest } from "./bundle-format";

/**
 * Maximum: five million single numbers, which are 80 MB in memory. A log with more withheld numbers in no order needs a
 * filter.
 */
const MAX_WITHHELD_BYTES = 32 << 20;
/** The shortest line: a digit and its newline. */
const LEAST_LINE_BYTES = 2;

/**
 * Reads withheld.txt in pieces and keeps 16 bytes for each range. Throws FormatError with the file's name unless the text
 * is the only canonical one of as many numbers and ranges as the manifest says, all in the tree.
 */
export async function readWithheld(
  pass: FilePass,
  wanted: NonNullable<Manifest["withheld_file"]>,
  size: number,
): Promise<Ranges> {
  const file = pass.file.name;
  const refuse = (detail: string): never => {
    throw new FormatError("format.bundle", `${file}: ${detail}`, { file });
  };
  if (pass.file.size > MAX_WITHHELD_BYTES) refuse(`longer than ${MAX_WITHHELD_BYTES} bytes`);
  if (wanted.ranges * LEAST_LINE_BYTES > pass.file.size)
    refuse("too short for as many ranges as the manifest says");
  const ranges = new Ranges(wanted.ranges);
  for await (const { text, isAscii } of lineBatches(file, pass.chunks())) {
    if (text === undefined || !isAscii) return refuse("not a range of numbers");
    for (const line of text.slice(0, -1).split("\n")) readLine(ranges, line, refuse);
    if (ranges.length > wanted.ranges) refuse("more ranges than the manifest says");
  }
  if ((ranges.at(ranges.length - 1)?.to ?? 0) > size) refuse("a number beyond the tree");
  if (ranges.count !== wanted.count || ranges.length !== wanted.ranges)
    refuse("not as many numbers and ranges as the manifest says");
  return ranges;
}

function readLine(ranges: Ranges, line: string, refuse: (detail: string) => never): void {
  try {
    ranges.read(line);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    refuse(error.message);
  }
}
