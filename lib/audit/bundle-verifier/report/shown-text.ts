/**
 * What a terminal may act upon or not show: controls of both sets, newlines, format characters such as those that turn
 * the direction of writing, separators of lines, lone surrogates, and what has no meaning yet.
 */
const UNSHOWN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]/gu;
/** A finding of ours is a sentence; a longer text comes out of a bundle. */
const MAX_SHOWN = 2_000;

/** Foreign text on one line of a terminal: what could not be seen, or would be obeyed, is written as `\u{1b}`. */
export function shownText(text: string, limit = MAX_SHOWN): string {
  const cut = text.length > limit ? `${text.slice(0, limit)}\u2026` : text;
  return cut.replaceAll(UNSHOWN, (found) => `\\u{${(found.codePointAt(0) ?? 0).toString(16)}}`);
}

/** JSON of a value, indented, in which the same characters are written as JSON's own escapes. */
export function shownJson(value: unknown): string {
  const units = (found: string): string => {
    if (found === "\n") return found;
    let out = "";
    for (let at = 0; at < found.length; at += 1)
      out += `\\u${found.charCodeAt(at).toString(16).padStart(4, "0")}`;
    return out;
  };
  return JSON.stringify(value, undefined, 2).replaceAll(UNSHOWN, units);
}
