import { formatDecimal, type Locale } from "@/lib/format";

/** One line of an opened field. `text` is what is shown, `raw` what is copied. */
export interface FieldRow {
  readonly key: string;
  /** The name as the sender wrote it. It is data, not a label of ours. Absent if the field has one value only. */
  readonly name?: string;
  readonly text: string;
  readonly raw: string;
  /** A text made by a machine, shown in a monospaced font. */
  readonly isCode: boolean;
}

/** Letters and digits in one text of 8 characters or more: an account, an identifier, a reference. */
const CODE = /^(?=.*\d)(?=.*[A-Za-z])[A-Za-z0-9._/:-]{8,}$/;
/** A number with decimals, which the two languages write differently. */
const FRACTION = /^-?\d+\.\d+$/;

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function rowOf(key: string, name: string | undefined, value: unknown): FieldRow {
  const raw = textOf(value);
  return { key, ...(name === undefined ? {} : { name }), text: raw, raw, isCode: CODE.test(raw) };
}

/** A price, a rate or a quantity. A number without decimals may be a year or an id, so it is not formatted. */
function figureRow(name: string, value: unknown, locale: Locale): FieldRow {
  const row = rowOf(name, name, value);
  return FRACTION.test(row.raw) ? { ...row, text: formatDecimal(row.raw, locale) } : row;
}

function amountRows(values: Readonly<Record<string, unknown>>, locale: Locale): FieldRow[] {
  const { amount, currency } = values;
  if (typeof amount !== "string")
    return currency === undefined ? [] : [rowOf("currency", undefined, currency)];
  const unit = typeof currency === "string" ? currency : undefined;
  const withUnit = (figures: string) => (unit === undefined ? figures : `${figures} ${unit}`);
  const [text, raw] = [withUnit(formatDecimal(amount, locale)), withUnit(amount)];
  return [{ key: "amount", text, raw, isCode: false }];
}

function referenceRows(value: readonly unknown[]): FieldRow[] {
  return value.map((one, index) => {
    if (isObject(one) && typeof one.scheme === "string" && "value" in one)
      return rowOf(`${index}`, one.scheme, one.value);
    return rowOf(`${index}`, `${index + 1}`, one);
  });
}

/**
 * Returns the lines of one group, from the members of an answer's `data` (api.md "Groups"). Figures are shown as the reader's
 * language writes them, digit for digit; `raw` is what was sent.
 */
export function fieldRows(
  group: string,
  values: Readonly<Record<string, unknown>>,
  locale: Locale,
): FieldRow[] {
  if (group === "amount") return amountRows(values, locale);
  const value = values[group];
  if (value === undefined) return [];
  if (Array.isArray(value)) return referenceRows(value);
  if (!isObject(value)) return [rowOf(group, undefined, value)];
  return Object.entries(value).map(([name, member]) =>
    group === "pricing" ? figureRow(name, member, locale) : rowOf(name, name, member),
  );
}
