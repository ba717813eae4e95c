import { Lexer, type MarkedToken, type Token } from "marked";

/** Returns a guide's blocks. HTML in a guide is a token too; the page shows it as text. */
export function blocksOf(markdown: string): MarkedToken[] {
  return knownTokens(Lexer.lex(markdown, { gfm: true }));
}

/** Returns tokens of the kinds that the lexer makes without extensions, except those that show no text. */
export function knownTokens(tokens: readonly Token[] | undefined): MarkedToken[] {
  return ((tokens ?? []) as MarkedToken[]).filter(({ type }) => type !== "space" && type !== "def");
}

/** Returns the text of inline tokens without their marks. */
export function plainText(tokens: readonly Token[] | undefined): string {
  return knownTokens(tokens)
    .map((token) => {
      if (token.type === "image") return "";
      if (token.type === "br") return " ";
      return "tokens" in token && token.tokens !== undefined
        ? plainText(token.tokens)
        : "text" in token
          ? String(token.text)
          : "";
    })
    .join("");
}

/** Returns the anchor of a heading, as code hosts make it of its text. */
export function slugOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .trim()
    .replaceAll(" ", "-");
}
