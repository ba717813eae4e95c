import "server-only";
import type { ShownEntry } from "../judge-entry";
import { FACTS, type Fact, type ShownRow, shownRow, UNSHOWN } from "../tables/shown-row";

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
