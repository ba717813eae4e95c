const LOWER = 0x20;
const LESS_THAN = 0x3c;

/** Marks that no picture has any need of, in lower case after their `<`; long enough not to occur by chance. */
const MARKS = [
  "script",
  "?php ",
  "?php\n",
  "?php\r",
  "iframe",
  "!doctype",
  "html>",
  "html ",
  "svg onload",
  "foreignobject",
].map((text) => [...text].map((character) => character.charCodeAt(0)));

/** The marks that begin with each byte, so that a picture full of `<` costs no more than one look at each. */
const BY_FIRST: readonly (readonly (readonly number[])[])[] = Array.from({ length: 256 }, (_, first) =>
  MARKS.filter((mark) => mark[0] === first),
);

/** In place: a piece made for each `<` would hold up everybody else for seconds. */
function begins(bytes: Uint8Array, from: number, mark: readonly number[]): boolean {
  for (let index = 0; index < mark.length; index += 1)
    if (lowered(bytes[from + index] ?? 0) !== mark[index]) return false;
  return true;
}

const lowered = (byte: number): number => (byte >= 0x41 && byte <= 0x5a ? byte | LOWER : byte);

/**
 * Whether a picture carries text that a browser or a server would run if it took the picture for a page: in a comment,
 * in a text chunk or among the pixels. A test of marks, not of languages; the sandbox and the fixed media type of a
 * download are what protects a reader, this keeps the obvious out of the record.
 */
export function holdsScript(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at += 1) {
    if (bytes[at] !== LESS_THAN) continue;
    const marks = BY_FIRST[lowered(bytes[at + 1] ?? 0)] ?? [];
    if (marks.some((mark) => begins(bytes, at + 1, mark))) return true;
  }
  return false;
}
