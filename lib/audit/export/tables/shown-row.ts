import "server-only";
import type { ShownEntry } from "@/lib/audit/export/judge-entry";
import type { Json } from "@/lib/crypto/json/canonical-json";
import { memberOf } from "@/lib/crypto/json/canonical-json";

/**
 * Marks a text that comes from the index row only, because the entry's org part is not open here. The database owner
 * can write index rows, and no signature vouches for them.
 */
export const UNSHOWN = "[not shown by the entry]";

/** The facts of an entry that exports and security systems have. */
export const FACTS = [
  "at",
  "id",
  "class",
  "outcome",
  "action",
  "actor",
  "purpose",
  "transaction_id",
  "participant_id",
  "request_id",
  "grant_id",
] as const;
export type Fact = (typeof FACTS)[number];

/** The facts of an entry, taken from the entry itself. */
export interface ShownRow extends Readonly<Record<Fact, string>> {
  /** JCS of the org part; undefined if it is absent or does not open. */
  readonly org: string | undefined;
  /** Whether the entry binds an org part. */
  readonly hasOrg: boolean;
}

type Column = Parameters<ShownEntry["row"]["columns"]["text"]>[0];

/** Returns the index row's value with the mark. */
function indexed({ columns }: ShownEntry["row"], name: Column): string {
  const text = columns.text(name);
  return text === null ? "" : `${UNSHOWN} ${text}`;
}

/** Returns the text of a member of the source; without the source, the index row's value. */
function textOf(
  source: Json | undefined,
  of: Json | undefined,
  row: ShownEntry["row"],
  name: Column,
): string {
  if (source === undefined) return indexed(row, name);
  const found = memberOf(of, name);
  return typeof found === "string" ? found : "";
}

/**
 * Returns what a table shows of a row, from the entry's own bytes and its opened org part. The index row is used,
 * with a mark, only if that part is not open.
 */
export function shownRow({ row, entry, orgText, org: said }: ShownEntry): ShownRow {
  const sealed = memberOf(entry, "sealed");
  const index = memberOf(said, "index");
  const id = entry === undefined ? `${UNSHOWN} ${row.entry_id}` : memberOf(entry, "id");
  return {
    id: typeof id === "string" ? id : "",
    at: textOf(entry, entry, row, "at"),
    class: textOf(entry, entry, row, "class"),
    outcome: textOf(entry, entry, row, "outcome"),
    action: textOf(said, said, row, "action"),
    actor: textOf(said, said, row, "actor"),
    purpose: textOf(said, said, row, "purpose"),
    transaction_id: textOf(said, index, row, "transaction_id"),
    participant_id: textOf(said, index, row, "participant_id"),
    request_id: textOf(said, index, row, "request_id"),
    grant_id: textOf(said, index, row, "grant_id"),
    org: orgText,
    hasOrg: Array.isArray(sealed) && sealed.some((one) => memberOf(one, "c") === "org"),
  };
}

/** The facts of an entry that a security system searches. */
export interface SiemFacts {
  /** Without the mark that a table has, so that equal values are equal. */
  readonly values: Readonly<Record<Fact, string>>;
  /** Facts that only the index row states: no signature vouches for them. */
  readonly unshown: readonly Fact[];
}

const MARK = `${UNSHOWN} `;

/** Returns the facts of an entry, and which of them the entry itself does not show. */
export function siemFacts(shown: ShownEntry): SiemFacts {
  const row = shownRow(shown);
  const unshown = FACTS.filter((name) => row[name].startsWith(MARK));
  const values: { -readonly [Name in keyof ShownRow]: ShownRow[Name] } = { ...row };
  for (const name of unshown) values[name] = row[name].slice(MARK.length);
  return { values, unshown };
}
