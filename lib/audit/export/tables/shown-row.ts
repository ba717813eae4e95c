import "server-only";
import { memberOf } from "@/lib/audit/bundle-verifier/container/member";
import type { Json } from "@/lib/crypto/json/canonical-json";
import type { ShownEntry } from "../judge-entry";

/**
 * Marks a text that comes from the index row only, because the entry's org part is not open here. The database owner
 * can write index rows, and no signature vouches for them.
 */
export const UNSHOWN = "[not shown by the entry]";

/** The facts of an entry that a table shows, taken from the entry itself. */
export interface ShownRow {
  readonly id: string;
  readonly at: string;
  readonly class: string;
  readonly outcome: string;
  readonly action: string;
  readonly actor: string;
  readonly purpose: string;
  readonly transaction_id: string;
  readonly participant_id: string;
  readonly request_id: string;
  readonly grant_id: string;
  /** JCS of the org part; undefined if it is absent or does not open. */
  readonly org: string | undefined;
  /** Whether the entry binds an org part. */
  readonly hasOrg: boolean;
}

/** Returns the text of a member, or the index row's value with the mark. */
function textOf(value: Json | undefined, path: readonly string[], indexed: () => string | null): string {
  if (value === undefined) {
    const text = indexed();
    return text === null ? "" : `${UNSHOWN} ${text}`;
  }
  const found = path.reduce(memberOf, value);
  return typeof found === "string" ? found : "";
}

/**
 * Returns what a table shows of a row, from the entry's own bytes and its opened org part. The index row is used,
 * with a mark, only if that part is not open.
 */
export function shownRow({ row, entry, orgText, org: said }: ShownEntry): ShownRow {
  const sealed = memberOf(entry, "sealed");
  return {
    id: textOf(entry, ["id"], () => row.entry_id),
    at: textOf(entry, ["at"], () => row.text("at")),
    class: textOf(entry, ["class"], () => row.text("class")),
    outcome: textOf(entry, ["outcome"], () => row.text("outcome")),
    action: textOf(said, ["action"], () => row.text("action")),
    actor: textOf(said, ["actor"], () => row.text("actor")),
    purpose: textOf(said, ["purpose"], () => row.text("purpose")),
    transaction_id: textOf(said, ["index", "transaction_id"], () => row.text("transaction_id")),
    participant_id: textOf(said, ["index", "participant_id"], () => row.text("participant_id")),
    request_id: textOf(said, ["index", "request_id"], () => row.text("request_id")),
    grant_id: textOf(said, ["index", "grant_id"], () => row.text("grant_id")),
    org: orgText,
    hasOrg: Array.isArray(sealed) && sealed.some((one) => memberOf(one, "c") === "org"),
  };
}
