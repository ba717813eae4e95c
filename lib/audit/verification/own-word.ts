import type { AuditContext } from "@/lib/context/context";
import type { Entry } from "../entry/entry";
import type { Beside } from "../self-check/check-index";
import { openBound } from "../self-check/check-parts";
import { rowsOf, type SearchRow, wrongColumns } from "../self-check/search-row";

/** What a reader's fence goes by. */
export type Fenced = Pick<SearchRow, "tenant_id" | "case_id" | "is_suspicion">;

/** What an entry and its opened parts say of its own search row. */
export interface OwnWord {
  /** Whether the stored search row is the entry's. */
  readonly isRow: boolean;
  /** What the row may say by the entry itself; none where its parts are not here or do not open. */
  readonly rows: readonly Fenced[];
}

/**
 * What an entry that its leaf vouches for says of its fence itself, whatever its search row says: without a sealed part it
 * is behind none, and else its org part tells of a case and a suspicion, and the case's own part opens under the name of
 * that case alone. A part that does not open says nothing.
 */
export function ownWord(
  cx: Pick<AuditContext, "instance">,
  entry: Entry,
  row: SearchRow | null,
  { sealed, lost }: Beside,
): OwnWord {
  const opened = openBound(cx.instance.log, entry, sealed).filter(({ plaintext }) => plaintext !== undefined);
  const org = opened.find(({ c, kind }) => c === "org" && kind === "org");
  const said = {
    entry,
    tenantId: org?.subject ?? cx.instance.tenantId,
    org: org?.plaintext,
    caseId: opened.find(({ kind }) => kind === "case")?.subject ?? undefined,
    isLost: lost.has(entry.id),
  };
  const rows = rowsOf(said);
  return { isRow: row !== null && rows.length > 0 && wrongColumns(said, row).length === 0, rows };
}
