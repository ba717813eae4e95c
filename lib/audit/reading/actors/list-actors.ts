import "server-only";
import type { ActorList, ActorQuery } from "@/lib/audit/people-schema";
import { recordReadOnce } from "@/lib/audit/record/record-read";
import type { Context } from "@/lib/context/context";
import { inSnapshot } from "@/lib/db/transaction";
import { fencedConditions } from "../fence";
import { planForPages } from "../store";
import { knowsEveryName } from "./actor-names";
import { findActors } from "./actor-store";

const SHOWN = 20;

/**
 * Returns people who acted in entries that the caller may see, by part of a name or the beginning of a pseudonym. A
 * name is shown and matched only for callers who know it anyway. People who acted only in other agencies' cases or in
 * suspicions are left out (I12). The search text is not logged, because it may name a person.
 */
export async function listActors(cx: Context, { q }: ActorQuery): Promise<ActorList> {
  await recordReadOnce(cx, "audit.actors");
  const rows = await inSnapshot(cx, async (tx) => {
    await planForPages(tx);
    return findActors(tx, fencedConditions(cx), {
      tenantId: cx.instance.tenantId,
      text: q?.trim() ?? "",
      knownOf: knowsEveryName(cx) ? undefined : cx.principal.organisationId,
      limit: SHOWN + 1,
    });
  });
  return {
    items: rows.slice(0, SHOWN).map(({ actor, name }) => ({ actor, ...(name === null ? {} : { name }) })),
    has_more: rows.length > SHOWN,
  };
}
