import { FormatError } from "@/lib/crypto/format-error";

function parse(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new FormatError("format.json", `${what} is not JSON`);
  }
}

/** A line that is not JSON. It keeps its number, so that the refusal names the right line. */
const BROKEN = Symbol("no JSON");

/**
 * Returns the records of a file: a JSON array, one object, or one object in each line. Throws FormatError for another
 * form; a single line that is not JSON is a record that will be refused.
 */
export function readRecords(text: string): unknown[] {
  const start = text.trimStart();
  if (start === "") throw new FormatError("format.json", "the file is empty");
  if (start.startsWith("[")) {
    const value = parse(text, "the file");
    if (!Array.isArray(value)) throw new FormatError("format.json", "the file is not a JSON array");
    return value;
  }
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  try {
    return [JSON.parse(text)];
  } catch {
    if (!lines.some((line) => line.trimStart().startsWith("{")))
      throw new FormatError("format.json", "the file is neither JSON nor lines of JSON");
  }
  return lines.map((line) => {
    try {
      return JSON.parse(line);
    } catch {
      return BROKEN;
    }
  });
}
