import { OutsideFragment } from "./fragment";

// Strings, numbers and symbols of SMT-LIB 2.6. Everything outside printable ASCII is escaped, so that two texts which
// look alike stay two, and no text can end its literal.

/** The largest code point of an SMT-LIB string (section "Strings", theory of Unicode strings). */
const LAST_CODE_POINT = 0x2ffff;

/** Returns a string literal. Throws OutsideFragment for characters that SMT-LIB strings lack. */
export function smtString(text: string): string {
  let escaped = "";
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code > LAST_CODE_POINT || (code >= 0xd800 && code <= 0xdfff))
      throw new OutsideFragment(`the character U+${code.toString(16).toUpperCase()}`);
    const isPlain = code >= 0x20 && code <= 0x7e && character !== '"' && character !== "\\";
    escaped += isPlain ? character : `\\u{${code.toString(16)}}`;
  }
  return `"${escaped}"`;
}

/** Returns a whole number. Throws OutsideFragment where JSON may have rounded it. */
export function smtNumber(value: number): string {
  if (!Number.isSafeInteger(value)) throw new OutsideFragment("a number beyond 2^53");
  return value < 0 ? `(- ${-value})` : String(value);
}

/** Returns a quoted symbol. Characters beyond a small set become `%` and the hex of their UTF-8 bytes: one text, one symbol. */
export function smtSymbol(text: string): string {
  let escaped = "";
  for (const byte of Buffer.from(text, "utf8")) {
    const character = String.fromCharCode(byte);
    escaped += /[A-Za-z0-9_.: -]/.test(character)
      ? character
      : `%${byte.toString(16).padStart(2, "0").toUpperCase()}`;
  }
  return `|${escaped}|`;
}

/** A value of a solver's answer: an atom or a list. Strings are read, symbols lose their bars. */
export type SmtValue = string | { readonly text: string } | readonly SmtValue[];

const ESCAPE = /\\u\{([0-9a-fA-F]{1,5})\}|\\u([0-9a-fA-F]{4})/g;

/** Returns the text of a string literal without its quotes. */
function unescaped(literal: string): string {
  return literal
    .replaceAll('""', '"')
    .replaceAll(ESCAPE, (_all, braced: string | undefined, four: string | undefined) =>
      String.fromCodePoint(Number.parseInt(braced ?? four ?? "0", 16)),
    );
}

const TOKEN = /\s+|;[^\n]*|([()])|"((?:[^"]|"")*)"|\|([^|]*)\||([^\s()"|;]+)/gy;

/** Lists that are not closed yet, the outermost first. */
class Lists {
  readonly #open: SmtValue[][] = [[]];

  /** The whole, once every list is closed. */
  get whole(): SmtValue[] | undefined {
    return this.#open.length === 1 ? this.#open[0] : undefined;
  }

  add(value: SmtValue): void {
    this.#open.at(-1)?.push(value);
  }

  bracket(bracket: string): void {
    if (bracket === "(") {
      this.#open.push([]);
      return;
    }
    const done = this.#open.pop();
    if (done === undefined || this.#open.length === 0) throw new SyntaxError("unbalanced answer");
    this.add(done);
  }
}

/** Reads S-expressions. Throws SyntaxError where the text is not one or more of them. */
export function readSmt(text: string): SmtValue[] {
  const lists = new Lists();
  let end = 0;
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
    end = TOKEN.lastIndex;
    const [, bracket, literal, quoted, atom] = match;
    if (bracket !== undefined) lists.bracket(bracket);
    else if (literal !== undefined) lists.add({ text: unescaped(literal) });
    else if (quoted !== undefined) lists.add(quoted);
    else if (atom !== undefined) lists.add(atom);
  }
  if (lists.whole === undefined || end !== text.length) throw new SyntaxError("unreadable answer");
  return lists.whole;
}
