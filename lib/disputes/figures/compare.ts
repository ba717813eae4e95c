import { canonicalBytes } from "@/lib/crypto/json/canonical-json";
import { hmacSha256 } from "@/lib/crypto/primitives";
import type { FigureRow, NewFigures, Relation } from "@/lib/disputes/figures/schema";

/** One value of a field as it is compared. `unit` is a currency, or empty. */
interface FigureValue {
  readonly unit: string;
  readonly value: string;
}

/** Values by field: `amount`, or `pricing/` and the name of a line. */
export type FigureValues = ReadonlyMap<string, FigureValue>;

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;

/** The same number always as the same text: without leading and trailing zeros. Other text stays as it is. */
export function plainNumber(text: string): string {
  const [, sign = "", whole, part = ""] = DECIMAL.exec(text.trim()) ?? [];
  if (whole === undefined) return text.trim();
  const digits = whole.replace(/^0+(?=\d)/, "");
  const rest = part.replace(/0+$/, "");
  const number = rest === "" ? digits : `${digits}.${rest}`;
  return number === "0" ? "0" : `${sign}${number}`;
}

/** What a party states, by field. */
export function valuesOfFigures({ amount, pricing = {} }: NewFigures): FigureValues {
  return new Map([
    ...(amount === undefined
      ? []
      : [["amount", { unit: amount.currency.toUpperCase(), value: plainNumber(amount.value) }] as const]),
    ...Object.entries(pricing).map(
      ([name, value]) => [`pricing/${name}`, { unit: "", value: plainNumber(value) }] as const,
    ),
  ]);
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}

/** The record's values of these fields, from its opened members. A field that the record lacks has no value. */
export function valuesOfRecord(
  data: Readonly<Record<string, unknown>>,
  fields: readonly string[],
): FigureValues {
  const { amount, currency, pricing } = data;
  const lines = typeof pricing === "object" && pricing !== null ? pricing : {};
  return new Map(
    fields.map((field) => {
      const value =
        field === "amount" ? textOf(amount) : textOf(Reflect.get(lines, field.slice("pricing/".length)));
      const unit = field === "amount" ? (textOf(currency) ?? "").toUpperCase() : "";
      return [field, { unit, value: value === undefined ? "" : plainNumber(value) }] as const;
    }),
  );
}

/** A decimal as an integer with 18 places; undefined for other text. */
function scaled(text: string): bigint | undefined {
  const [, sign = "", whole, part = ""] = DECIMAL.exec(text) ?? [];
  if (whole === undefined || part.length > 18) return undefined;
  return BigInt(`${sign}${whole}${part.padEnd(18, "0")}`);
}

/** Returns how a stated value compares with the record's. Only numbers of one unit are higher or lower. Pure. */
export function relationOf(said: FigureValue, record: FigureValue): Relation {
  if (said.unit === record.unit && said.value === record.value) return "equal";
  const [one, other] = [scaled(said.value), scaled(record.value)];
  if (said.unit !== record.unit || one === undefined || other === undefined) return "differs";
  return one > other ? "higher" : "lower";
}

/** Returns HMAC-SHA-256 of a field's value with a dispute's own key. Without the key no value can be tried. */
export function figureDigest(key: Uint8Array, field: string, { unit, value }: FigureValue): Uint8Array {
  return hmacSha256(key, canonicalBytes(["sealport/dispute-figure/1", field, unit, value]));
}

/** The context of a dispute's key in the keystore. */
export function keyContext(disputeId: string): string {
  return `dispute-figures:${disputeId}`;
}

/** One stored statement of a party about a field. */
export interface StoredFigure {
  readonly party: string;
  readonly field: string;
  readonly digest: string;
  readonly recordDigest: string | undefined;
  readonly relation: Relation | undefined;
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** A, B … Z, A2, B2 … */
function letterAt(index: number): string {
  const round = Math.floor(index / LETTERS.length);
  return `${LETTERS[index % LETTERS.length]}${round === 0 ? "" : round + 1}`;
}

/** Returns the statements as rows of letters: equal letters are equal values. Pure. */
export function figureRows(stored: readonly StoredFigure[], parties: readonly string[]): FigureRow[] {
  const letters = new Map<string, string>();
  const letterOf = (field: string, digest: string): string => {
    const key = `${field} ${digest}`;
    const known = letters.get(key) ?? letterAt(letters.size);
    letters.set(key, known);
    return known;
  };
  const fields = [...new Set(stored.map(({ field }) => field))];
  return fields.map((field) => {
    const of = stored.filter((one) => one.field === field);
    const recordDigest = of.find((one) => one.recordDigest !== undefined)?.recordDigest;
    const record = recordDigest === undefined ? null : letterOf(field, recordDigest);
    const said = parties.flatMap((party) =>
      of
        .filter((one) => one.party === party)
        .map(({ digest, relation }) => ({
          party,
          letter: letterOf(field, digest),
          relation:
            relation ?? (recordDigest === undefined ? null : digest === recordDigest ? "equal" : "differs"),
        })),
    );
    const base = record ?? said[0]?.letter;
    return {
      field,
      record,
      said,
      differ: said.filter(({ letter }) => letter !== base).map(({ party }) => party),
    };
  });
}
