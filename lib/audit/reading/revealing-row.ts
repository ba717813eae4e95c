import "server-only";
import type { Json } from "@/lib/crypto/json/canonical-json";
import { memberOf } from "../bundle-verifier/container/member";
import { type Reader, seesEveryCase, seesSuspicion } from "./fence";

/** What a search row says of the fence that its entry is behind. */
export interface RowFence {
  readonly case_id: string | null;
  readonly is_suspicion: boolean;
  /** Whether the entry's own part of a case opens under the case that the row names. */
  readonly isCaseShown: boolean;
}

/**
 * Whether an entry's search row tells of no case or no suspicion where the entry's own org part does: then the row lets
 * readers to the entry whom its fence is to keep from it, and nothing of it may be opened. For a reader who does not see
 * every case the row must name the entry's own, which nothing but the part of the case shows; a suspicion is for who sees
 * suspicions, whatever the row tells and the database answered when the fence was asked.
 */
export function isRevealing(org: Json | undefined, row: RowFence, reader: Reader | undefined): boolean {
  const isOf = (mark: string): boolean => memberOf(org, mark) === true;
  const cx = reader && { principal: reader };
  const isCaseRead = row.isCaseShown || (cx !== undefined && seesEveryCase(cx));
  const isSuspicionRead = row.is_suspicion && cx !== undefined && seesSuspicion(cx);
  return (isOf("case") && (row.case_id === null || !isCaseRead)) || (isOf("suspicion") && !isSuspicionRead);
}
