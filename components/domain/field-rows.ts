import { formatAmount } from "@/lib/format";

/** One line of an opened field. `text` is what is shown, `raw` what is copied. */
export interface FieldRow {
  readonly key: string;
  /** Absent where the field has one value only. */
  readonly name?: string;
  readonly text: string;
  readonly raw: string;
  /** Made by a machine: set in mono. */
  readonly isCode: boolean;
}

/** Letters and digits in one word of eight or more: an account, an identifier, a reference. */
const CODE = /^(?=.*\d)(?=.*[A-Za-z])[A-Za-z0-9._/:-]{8,}$/;
/** One to six words of a name as a program writes it. */
const MEMBER_NAME = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/;

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** unit_price → Unit price; anything else stays as its sender wrote it. */
export function memberName(name: string): string {
  if (!MEMBER_NAME.test(name)) return name;
  const words = name.replaceAll("_", " ");
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function rowOf(key: string, name: string | undefined, value: unknown): FieldRow {
  const raw = textOf(value);
  return { key, ...(name === undefined ? {} : { name }), text: raw, raw, isCode: CODE.test(raw) };
}

function amountRows(values: Readonly<Record<string, unknown>>): FieldRow[] {
  const { amount, currency } = values;
  if (typeof amount !== "string")
    return currency === undefined ? [] : [rowOf("currency", undefined, currency)];
  const unit = typeof currency === "string" ? currency : undefined;
  const raw = unit === undefined ? amount : `${amount} ${unit}`;
  // A mask keeps the form of an amount but is none.
  const text = /^-?\d/.test(amount) ? formatAmount(amount, unit) : raw;
  return [{ key: "amount", text, raw, isCode: false }];
}

function referenceRows(value: readonly unknown[]): FieldRow[] {
  return value.map((one, index) => {
    if (isObject(one) && typeof one.scheme === "string" && "value" in one)
      return rowOf(`${index}`, one.scheme, one.value);
    return rowOf(`${index}`, `${index + 1}`, one);
  });
}

/** The lines of one group, from the members of an answer's `data` (api.md "Groups"). */
export function fieldRows(group: string, values: Readonly<Record<string, unknown>>): FieldRow[] {
  if (group === "amount") return amountRows(values);
  const value = values[group];
  if (value === undefined) return [];
  if (Array.isArray(value)) return referenceRows(value);
  if (!isObject(value)) return [rowOf(group, undefined, value)];
  return Object.entries(value).map(([name, member]) => rowOf(name, memberName(name), member));
}
