/**
 * Characters that a terminal may obey or not show: controls of both sets, newlines, format characters such as those that
 * change the direction of writing, line separators, lone surrogates, and unassigned characters.
 */
const UNSHOWN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]/gu;
/** Maximum length. Our own findings are sentences, so a longer text comes from a bundle. */
const MAX_SHOWN = 2_000;

/** Returns foreign text on one line for a terminal. Invisible characters and those it would obey are written as `\u{1b}`. */
export function shownText(text: string, limit = MAX_SHOWN): string {
  const cut = text.length > limit ? `${text.slice(0, limit)}\u2026` : text;
  return cut.replaceAll(UNSHOWN, (found) => `\\u{${(found.codePointAt(0) ?? 0).toString(16)}}`);
}

/** Returns the JSON of a value, indented, with the same characters as JSON's own escapes. */
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
