import { OutsideFragment } from "./fragment";

// Numbers and symbols of SMT-LIB 2.6. A text of a policy becomes a symbol: the proof only asks whether two texts are
// equal, so the solver needs no theory of strings, and texts that look alike are two symbols.

/** Returns a whole number. Throws OutsideFragment where JSON may have rounded it. */
export function smtNumber(value: number): string {
  if (!Number.isSafeInteger(value)) throw new OutsideFragment("a number beyond 2^53");
  return value < 0 ? `(- ${-value})` : String(value);
}

/**
 * Returns a quoted symbol. Characters beyond a small set become `%` and the hex of their UTF-8 bytes: one text, one
 * symbol, and no text can end its symbol.
 */
export function smtSymbol(text: string): string {
  if (!text.isWellFormed()) throw new OutsideFragment("a text with half a character");
  let escaped = "";
  for (const byte of Buffer.from(text, "utf8")) {
    const character = String.fromCharCode(byte);
    escaped += /[A-Za-z0-9_.: -]/.test(character)
      ? character
      : `%${byte.toString(16).padStart(2, "0").toUpperCase()}`;
  }
  return `|${escaped}|`;
}

/** A value of a solver's answer: an atom or a list. Symbols lose their bars. */
export type SmtValue = string | readonly SmtValue[];

const TOKEN = /\s+|;[^\n]*|([()])|\|([^|]*)\||([^\s()|;]+)/gy;

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
    const [, bracket, quoted, atom] = match;
    if (bracket !== undefined) lists.bracket(bracket);
    else if (quoted !== undefined) lists.add(quoted);
    else if (atom !== undefined) lists.add(atom);
  }
  if (lists.whole === undefined || end !== text.length) throw new SyntaxError("unreadable answer");
  return lists.whole;
}
