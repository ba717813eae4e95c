const LOWER = 0x20;
const LESS_THAN = 0x3c;

/** Texts of active content, in lower case, after their `<`. They are long enough not to occur in a picture by chance. */
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

/** The texts by their first byte, so that a picture full of `<` needs only one lookup for each. */
const BY_FIRST: readonly (readonly (readonly number[])[])[] = Array.from({ length: 256 }, (_, first) =>
  MARKS.filter((mark) => mark[0] === first),
);

/** Compares in place. A copied piece for each `<` would block other requests for seconds. */
function begins(bytes: Uint8Array, from: number, mark: readonly number[]): boolean {
  for (let index = 0; index < mark.length; index += 1)
    if (lowered(bytes[from + index] ?? 0) !== mark[index]) return false;
  return true;
}

const lowered = (byte: number): number => (byte >= 0x41 && byte <= 0x5a ? byte | LOWER : byte);

/**
 * Returns whether a picture contains text that a browser or a server would run if it handled the picture as a page: in a
 * comment, in a text chunk or among the pixels. This is a search for fixed texts, not a parser. The sandbox and the fixed
 * media type of a download protect readers; this check keeps obvious cases out of the record.
 */
export function containsScript(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at += 1) {
    if (bytes[at] !== LESS_THAN) continue;
    const marks = BY_FIRST[lowered(bytes[at + 1] ?? 0)] ?? [];
    if (marks.some((mark) => begins(bytes, at + 1, mark))) return true;
  }
  return false;
}
