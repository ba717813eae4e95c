import "server-only";
import type { Json } from "@/lib/crypto/json/canonical-json";
import { refuse } from "@/lib/custodian/refused";

/**
 * Names of fields that a mask shows (docs/formats/replies.md "Masks"): ours, and ordinary words of a price, a settlement,
 * a party and a reference. All other names belong to the sender and may be content, so they are numbered. The presence of
 * a listed name must not reveal what a person is, owes, won or was refused.
 */
const NAMES = [
  // The groups themselves.
  "amount currency pricing settlement_details parties narrative external_references",
  "base charges currency_code discount discount_percent fee fees from gross hours interval item items line_items list",
  "max min minimum model name net per period price quantity rate rates subtotal surcharge tax tax_rate terms tier",
  "tiers to total type unit unit_price units until usage value vat",
  "account account_holder account_number amount_due bank bank_name bic bookings clearing date due_date due_days iban",
  "installments instructions memo method network note notes payable_to payment payment_date payment_terms receiver",
  "reference routing_number schedule sender settlement_date sort_code status swift transfer wallet wallet_address",
  "address beneficiary buyer city client company contact country creditor customer debtor email first_name full_name",
  "id identifier last_name legal_name miner organisation organization party payee payer phone postal_code provider",
  "recipient region registration_number role seller street supplier tax_id vat_id vendor zip",
  "contract contract_number data description details document external_id file invoice invoice_number job job_id kind",
  "label lot number order order_number project purchase_order scheme source system text ticket title url version",
]
  .join(" ")
  .split(" ");

const inCamelCase = (name: string): string =>
  name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

const SHOWN: ReadonlySet<string> = new Set([...NAMES, ...NAMES.map(inCamelCase)]);

/** Returns whether a mask shows this name unchanged. */
export function isOrdinaryName(name: string): boolean {
  return SHOWN.has(name);
}

const MAX_DEPTH = 6;
const MAX_ITEMS = 100;
/** Up to this length a text is one bar. Answers such as yes and no, or male and female, must have equal masks. */
const SHORT_TEXT = 16;
const LONG_WORD = 12;
const MAX_WORDS = 8;

const BAR = "•".repeat(8);
const LONG_BAR = "•".repeat(16);
/** Any number, whatever its size, sign, decimals or unit. */
const NUMBER = "#";
const CHOICE = "?";
const MORE = "…";

const LETTERS = /[\p{L}\p{M}]+/gu;
const HAS_LETTER = /\p{L}/u;
const HAS_DIGIT = /\p{N}/u;
/**
 * Punctuation that shows the form of a text, such as an address or an initial. It is kept only after a letter, so a
 * leading sign never is.
 */
const FORM = /(?<=•)[@.,;:&/'-]+/gu;

function bar(word: string): string {
  return [...word].length > LONG_WORD ? LONG_BAR : BAR;
}

/** Returns the mask of one word: a number is hidden whole, a word keeps no letters, and a lone sign or symbol is dropped. */
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
 * Returns fields as people without the right to their content may see them (docs/formats/replies.md "Masks"): ordinary
 * names, nesting, the number of words and their punctuation. The result has no letter, digit, sign, size or truth value
 * of the content. So a list of guesses cannot be compared with a mask of a number, a choice or a short text. Equal values
 * have equal masks. Throws when a value cannot be masked.
 */
export function maskFields(fields: { readonly [name: string]: Json }): Record<string, Json> {
  return maskObject(fields, 0);
}
