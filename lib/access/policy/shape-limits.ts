// Cedar reads, checks and evaluates a policy by recursion, and WebAssembly has a small stack: brackets nested 80 deep or a
// chain of 200 operators end it. So the shape of a text is bounded before Cedar sees it. All bounds together use less than
// the stack, and rules that people can read are far below them.

/** Texts and comments, which may have any characters, and the tokens that make an expression deep. */
const TOKEN = /"(?:[^"\\]|\\.)*"|\/\/[^\n]*|&&|\|\||[=!<>]=|[()[\]{}<>+\-*.,]|\b(?:if|when|unless)\b/gu;

interface Bound {
  readonly most: number;
  readonly words: string;
}

const DEPTH: Bound = { most: 12, words: "Brackets are nested more than 12 deep. Write two policies." };
const CHAIN: Bound = { most: 10, words: "A name has more than 10 parts." };
/** How often a token may be in one policy. */
const COUNTS: readonly (Bound & { readonly tokens: readonly string[] })[] = [
  {
    tokens: ["&&", "||", "when", "unless"],
    most: 60,
    words: "The policy has more than 60 conditions. Write two policies, or one list with contains.",
  },
  { tokens: ["+", "-", "*"], most: 20, words: "The policy calculates more than 20 times." },
  { tokens: ["if"], most: 10, words: "The policy uses if more than 10 times. Write several policies." },
];

const OPENING = "([{";
const CLOSING = ")]}";
/** Part of a longer name: an attribute, an index or a call. */
const PARTS = ".[";

/** Where a text is beyond a bound. */
export interface ShapeFault {
  /** Index of the character in the text. */
  readonly at: number;
  readonly words: string;
}

/** Counts the tokens of one text. */
class Shape {
  readonly #counts = COUNTS.map(() => 0);
  #depth = 0;
  #chain = 0;

  /** Takes the next token; returns the words of the bound that it is beyond. */
  take(token: string): string | undefined {
    if (OPENING.includes(token)) this.#depth += 1;
    if (CLOSING.includes(token)) this.#depth -= 1;
    this.#chain = this.#chained(token);
    if (this.#depth > DEPTH.most) return DEPTH.words;
    if (this.#chain > CHAIN.most) return CHAIN.words;
    return this.#counted(token);
  }

  /** Brackets and texts belong to a name that goes on; any other sign ends it. */
  #chained(token: string): number {
    if (PARTS.includes(token)) return this.#chain + 1;
    const goesOn = OPENING.includes(token) || CLOSING.includes(token) || token.startsWith('"');
    return goesOn ? this.#chain : 0;
  }

  #counted(token: string): string | undefined {
    const at = COUNTS.findIndex(({ tokens }) => tokens.includes(token));
    const bound = COUNTS[at];
    if (bound === undefined) return undefined;
    const count = (this.#counts[at] ?? 0) + 1;
    this.#counts[at] = count;
    return count > bound.most ? bound.words : undefined;
  }
}

/** Returns the first place at which a policy's text is too deep for Cedar; undefined where it is within all bounds. Pure. */
export function shapeFault(text: string): ShapeFault | undefined {
  const shape = new Shape();
  for (const { 0: token, index: at } of text.matchAll(TOKEN)) {
    const words = shape.take(token);
    if (words !== undefined) return { at, words };
  }
  return undefined;
}
