import { formatTime } from "@/lib/format";

/** The four facts of a paper order that both deciders retype. */
export const FACT_NAMES = ["issuer", "case_number", "valid_from", "valid_until"] as const;
export type FactName = (typeof FACT_NAMES)[number];
export type Reading = Readonly<Record<FactName, string>>;

export const NO_READING: Reading = { issuer: "", case_number: "", valid_from: "", valid_until: "" };

/** The order's facts on record, as the officer typed them. */
export interface OrderOnRecord {
  readonly issuer: string;
  readonly case_number: string;
  /** Instants, half-open: an order valid until a date ends at the midnight after it. */
  readonly valid_from: string;
  readonly valid_until: string;
}

/** The facts on record; undefined while they are withheld from a person who must read the order first. */
export function orderOnRecord(
  order: { readonly [N in FactName]?: string | undefined } | undefined,
): OrderOnRecord | undefined {
  const { issuer, case_number, valid_from, valid_until } = order ?? {};
  if (issuer === undefined || case_number === undefined) return undefined;
  if (valid_from === undefined || valid_until === undefined) return undefined;
  return { issuer, case_number, valid_from, valid_until };
}

/** Whether all four facts are typed, with days that can be read. */
export function isWhole(reading: Reading): boolean {
  const { issuer, case_number, valid_from, valid_until } = reading;
  if (issuer.trim() === "" || case_number.trim() === "") return false;
  return readDate(valid_from) !== undefined && readDate(valid_until) !== undefined;
}

/** What a field shows while there is nothing to compare with: only whether a day can be read. */
export function blindVerdicts(reading: Reading): Readonly<Record<FactName, Verdict>> {
  const text = (typed: string): Verdict => (typed.trim() === "" ? "empty" : "typing");
  const day = (typed: string): Verdict =>
    typed.trim() === "" ? "empty" : readDate(typed) === undefined ? "unclear" : "typing";
  return {
    issuer: text(reading.issuer),
    case_number: text(reading.case_number),
    valid_from: day(reading.valid_from),
    valid_until: day(reading.valid_until),
  };
}

/**
 * `typing`: so far it agrees, and it is not finished. `earlier`: the order ends before the date on record, which
 * narrowing mends. `unclear`: no date that could be read.
 */
export type Verdict = "empty" | "typing" | "unclear" | "match" | "differs" | "earlier";

const DAY_MS = 86_400_000;
const MONTHS: readonly (readonly string[])[] = [
  ["jan", "january", "januar", "jänner"],
  ["feb", "february", "februar"],
  ["mar", "march", "märz", "mär", "maerz"],
  ["apr", "april"],
  ["may", "mai"],
  ["jun", "june", "juni"],
  ["jul", "july", "juli"],
  ["aug", "august"],
  ["sep", "sept", "september"],
  ["oct", "okt", "october", "oktober"],
  ["nov", "november"],
  ["dec", "dez", "december", "dezember"],
];

/** A date of an order: a calendar day, or an instant in UTC. */
export interface ReadDate {
  /** As the API takes it: `2026-12-20` or an RFC 3339 instant. */
  readonly value: string;
  readonly startMs: number;
  /** Half-open: the midnight after a day. */
  readonly endMs: number;
}

function dayOf(year: number, month: number, day: number): ReadDate | undefined {
  const startMs = Date.UTC(year, month - 1, day);
  const value = new Date(startMs).toISOString().slice(0, 10);
  const isReal = value === `${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
  return isReal ? { value, startMs, endMs: startMs + DAY_MS } : undefined;
}

function monthOf(word: string): number | undefined {
  const index = MONTHS.findIndex((names) => names.includes(word.toLowerCase().replace(".", "")));
  return index < 0 ? undefined : index + 1;
}

function instantOf(text: string): ReadDate | undefined {
  const match = /^(\d{4}-\d\d-\d\d)[T ,]+(\d\d:\d\d)(:\d\d)?(?:\.\d+)?\s*(Z|UTC)?$/i.exec(text);
  if (match === null) return undefined;
  const at = Date.parse(`${match[1]}T${match[2]}${match[3] ?? ":00"}Z`);
  if (Number.isNaN(at)) return undefined;
  return { value: `${new Date(at).toISOString().slice(0, 19)}Z`, startMs: at, endMs: at };
}

/**
 * Day before month, as in every jurisdiction that this instance calls home. With slashes others write the month first:
 * where either could be meant, nothing is read.
 */
function numbered(plain: string): ReadDate | undefined {
  const [, first, mark, second, year] = /^(\d{1,2})([./]) ?(\d{1,2})[./] ?(\d{4})$/.exec(plain) ?? [];
  if (first === undefined) return undefined;
  const [day, month] = [Number(first), Number(second)];
  return mark === "/" && day <= 12 && day !== month ? undefined : dayOf(Number(year), month, day);
}

/** Reads a date in the forms that orders and people use: 2026-12-20, 20.12.2026, 20 December 2026, 20. Dez. 2026. */
export function readDate(text: string): ReadDate | undefined {
  const plain = text.trim().replace(/\s+/gu, " ");
  const iso = /^(\d{4})-(\d\d)-(\d\d)$/.exec(plain);
  if (iso !== null) return dayOf(Number(iso[1]), Number(iso[2]), Number(iso[3]));
  const worded = /^(\d{1,2})\.? (\p{L}+\.?) (\d{4})$/u.exec(plain);
  const month = worded === null ? undefined : monthOf(worded[2] ?? "");
  if (worded !== null && month !== undefined) return dayOf(Number(worded[3]), month, Number(worded[1]));
  return numbered(plain) ?? instantOf(plain);
}

const isMidnight = (ms: number): boolean => ms % DAY_MS === 0;

/** A date of the record as the order has it: the last day it is valid on, or its exact instant in UTC. */
export function recordDate(instant: string, edge: "start" | "end", locale: "en" | "de"): string {
  const ms = Date.parse(instant);
  const form = isMidnight(ms) ? "day" : "full";
  const shown = edge === "end" && form === "day" ? ms - DAY_MS : ms;
  return formatTime(new Date(shown), { timeZone: "UTC", locale, form });
}

const plainText = (text: string): string => text.normalize("NFC").trim().replace(/\s+/gu, " ");

function textVerdict(typed: string, record: string): Verdict {
  const [mine, theirs] = [plainText(typed), plainText(record)];
  if (mine === "") return "empty";
  if (mine === theirs) return "match";
  return theirs.startsWith(mine) ? "typing" : "differs";
}

function dateVerdict(typed: string, record: string, edge: "start" | "end"): Verdict {
  if (typed.trim() === "") return "empty";
  const read = readDate(typed);
  if (read === undefined) return "unclear";
  const [mine, theirs] = [edge === "start" ? read.startMs : read.endMs, Date.parse(record)];
  if (mine === theirs) return "match";
  return edge === "end" && mine < theirs ? "earlier" : "differs";
}

/** Each fact as it was read against the record. The server judges again, by the same rules. */
export function judgeReading(reading: Reading, record: OrderOnRecord): Readonly<Record<FactName, Verdict>> {
  return {
    issuer: textVerdict(reading.issuer, record.issuer),
    case_number: textVerdict(reading.case_number, record.case_number),
    valid_from: dateVerdict(reading.valid_from, record.valid_from, "start"),
    valid_until: dateVerdict(reading.valid_until, record.valid_until, "end"),
  };
}

/** The reading as the API takes it; dates that could not be read go as they are and are refused there. */
export function confirmsOf(reading: Reading): Record<FactName, string> {
  return {
    issuer: reading.issuer.trim(),
    case_number: reading.case_number.trim(),
    valid_from: readDate(reading.valid_from)?.value ?? reading.valid_from,
    valid_until: readDate(reading.valid_until)?.value ?? reading.valid_until,
  };
}

/** One retyped fact: a date in the reader's language, other text as it was typed. */
export function readingText(text: string, name: FactName, locale: "en" | "de"): string {
  if (name === "issuer" || name === "case_number") return text;
  const date = readDate(text);
  if (date === undefined) return text;
  const [ms, edge] =
    name === "valid_from" ? ([date.startMs, "start"] as const) : ([date.endMs, "end"] as const);
  return recordDate(new Date(ms).toISOString(), edge, locale);
}
