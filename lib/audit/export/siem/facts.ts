import "server-only";
import type { ShownEntry } from "../judge-entry";
import { type ShownRow, shownRow, UNSHOWN } from "../tables/shown-row";

/** The facts of an entry that a security system searches, all of them text, in a fixed order. */
const NAMES = [
  "id",
  "at",
  "class",
  "outcome",
  "action",
  "actor",
  "purpose",
  "transaction_id",
  "participant_id",
  "request_id",
  "grant_id",
] as const satisfies readonly (keyof ShownRow)[];
export type FactName = (typeof NAMES)[number];

export interface SiemFacts {
  /** Without the mark that a table has, so that equal values are equal. */
  readonly values: Readonly<Record<FactName, string>>;
  /** Facts that only the index row states: no signature vouches for them. */
  readonly unshown: readonly FactName[];
}

/** Returns the facts of an entry, and which of them the entry itself does not show. */
export function siemFacts(shown: ShownEntry): SiemFacts {
  const row = shownRow(shown);
  const mark = `${UNSHOWN} `;
  const unshown = NAMES.filter((name) => row[name].startsWith(mark));
  const plain = (name: FactName) => (row[name].startsWith(mark) ? row[name].slice(mark.length) : row[name]);
  return {
    values: {
      id: plain("id"),
      at: plain("at"),
      class: plain("class"),
      outcome: plain("outcome"),
      action: plain("action"),
      actor: plain("actor"),
      purpose: plain("purpose"),
      transaction_id: plain("transaction_id"),
      participant_id: plain("participant_id"),
      request_id: plain("request_id"),
      grant_id: plain("grant_id"),
    },
    unshown,
  };
}
