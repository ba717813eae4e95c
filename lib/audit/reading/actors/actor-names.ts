import "server-only";
import type { Context } from "@/lib/context/context";
import type { Tx } from "@/lib/db/transaction";
import { seesEveryCase } from "../fence";
import { readActorNames } from "../store";

/** Whether the caller knows all the tenant's people by name: auditors read their parts, deciders work with them. */
export function knowsEveryName(cx: Pick<Context, "principal">): boolean {
  return cx.principal.role === "auditor" || seesEveryCase(cx);
}

/**
 * Names of actors for those who know them anyhow: auditors read every person's part, deciders work with all the
 * tenant's people, and everybody knows their own organisation's. For all others a pseudonym stays one.
 */
export function actorNames(
  cx: Context,
  tx: Tx,
  pseudonyms: readonly (string | null)[],
): Promise<Map<string, string>> {
  const known = pseudonyms.filter((name) => name !== null);
  return readActorNames(tx, known, knowsEveryName(cx) ? undefined : cx.principal.organisationId);
}
