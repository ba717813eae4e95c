import "server-only";
import type { Json } from "@/lib/crypto/canonical-json";
import { memberOf } from "../verify/member";

/** What a search row says of the fence that its entry is behind. */
export interface RowFence {
  readonly case_id: string | null;
  readonly is_suspicion: boolean;
}

/**
 * Whether an entry's search row tells of no case or no suspicion where the entry's own org part does: then the row lets
 * readers to the entry whom its fence is to keep from it, and nothing of it may be opened.
 */
export function isRevealing(org: Json | undefined, row: RowFence): boolean {
  const isOf = (mark: string): boolean => memberOf(org, mark) === true;
  return (isOf("case") && row.case_id === null) || (isOf("suspicion") && !row.is_suspicion);
}
