import "server-only";
import type { Json } from "@/lib/crypto/json/canonical-json";
import { isOrdinaryName } from "@/lib/custodian/openings/mask-names";
import { refuse } from "@/lib/custodian/refused";

const MAX_DEPTH = 6;
const MAX_ITEMS = 100;
/** Up to here a text is one bar: answers such as yes and no, or male and female, must not differ in their masks. */
const SHORT_TEXT = 16;
const LONG_WORD = 12;
const MAX_WORDS = 8;

const BAR = "•".repeat(8);
const LONG_BAR = "•".repeat(16);
/** Any number, whatever its size, sign, decimals or unit beside it. */
const NUMBER = "#";
const CHOICE = "?";
const MORE = "…";

const LETTERS = /[\p{L}\p{M}]+/gu;
const HAS_LETTER = /\p{L}/u;
const HAS_DIGIT = /\p{N}/u;
/** Punctuation that shows a form (an address, an initial) and stands behind a letter; a leading sign never stays. */
const FORM = /(?<=•)[@.,;:&/'-]+/gu;

function bar(word: string): string {
  return [...word].length > LONG_WORD ? LONG_BAR : BAR;
}

/** One word of a text: a number hides all of itself, a word its letters; a lone sign or symbol says nothing. */
function maskWord(word: string): string {
  if (HAS_DIGIT.test(word)) return NUMBER;
  if (!HAS_LETTER.test(word)) return "";
  const masked = word.replace(LETTERS, bar);
  const kept = [...masked.matchAll(/•+/gu), ...masked.matchAll(FORM)]
    .sort((a, b) => a.index - b.index)
    .map(([part]) => part)
    .join("");
  return kept.replace(/[^•.,;:]+$/u, "");
}

function maskText(text: string): string {
  if (HAS_DIGIT.test(text) && !HAS_LETTER.test(text)) return NUMBER;
  if ([...text].length <= SHORT_TEXT) return BAR;
  const words = text
    .split(/\s+/u)
    .map(maskWord)
    .filter((word) => word !== "")
    .filter((word, at, all) => word !== NUMBER || all[at - 1] !== NUMBER);
  if (words.length === 0) return BAR;
  return words.length > MAX_WORDS ? [...words.slice(0, MAX_WORDS), MORE].join(" ") : words.join(" ");
}

function maskObject(value: { readonly [name: string]: Json }, depth: number): Record<string, Json> {
  return Object.fromEntries(
    Object.entries(value).map(([name, member], index): [string, Json] => [
      isOrdinaryName(name) ? name : `field-${index + 1}`,
      maskValue(member, depth),
    ]),
  );
}

function maskValue(value: Json, depth: number): Json {
  if (depth > MAX_DEPTH) return refuse("mask", "A value is nested too deeply to be masked.");
  if (typeof value === "string") return maskText(value);
  if (typeof value === "number") return NUMBER;
  if (value === null || typeof value === "boolean") return CHOICE;
  if (!Array.isArray(value)) return maskObject(value, depth + 1);
  if (value.length > MAX_ITEMS) return refuse("mask", "A list is too long to be masked.");
  return value.map((item) => maskValue(item, depth + 1));
}

/**
 * Fields as somebody without the right to their content may see them (docs/formats/replies.md "Masks"): ordinary
 * names, nesting, the number of words and their punctuation. No letter, digit, sign, size or truth of the content, so that
 * no list of guesses can be compared with a mask of a number, a choice or a short text. The same value gives the
 * same mask. What cannot be masked is refused rather than shown.
 */
export function maskFields(fields: { readonly [name: string]: Json }): Record<string, Json> {
  return maskObject(fields, 0);
}
