import "server-only";
import { Stage } from "@/lib/access/requests/schema";
import type { RequestRow } from "@/lib/access/requests/store";
import { findDeciders, findRelatedPeople } from "@/lib/access/review/conflicts/store";
import { STAGE_DUTY } from "@/lib/access/rules/action-rules";
import type { Context } from "@/lib/context/context";
import type { Running } from "@/lib/db/statement";
import { DomainError } from "@/lib/errors";

/**
 * Throws when a request could never be decided. Each stage needs a person of another organisation that is not a party,
 * and the two must be different people.
 */
export async function requireDeciders(
  tx: Running,
  cx: Context,
  row: RequestRow,
  transactions: readonly string[],
): Promise<void> {
  const { tenantId } = cx.instance;
  const near = new Set<string>();
  for (const one of [row.requesterUserId, ...row.coViewers]) {
    const { accounts, colleagues } = await findRelatedPeople(tx, tenantId, one);
    for (const id of [...accounts, ...colleagues]) near.add(id);
  }
  const deciders = await findDeciders(tx, {
    tenantId,
    requesterOrganisationId: row.requesterOrganisationId,
    near: [...near],
    transactions,
  });
  const duties = Stage.options.map((stage) => STAGE_DUTY[stage]);
  const missing = duties.filter((duty) => !deciders.some((one) => one.duty === duty));
  const isOneAlone = new Set(deciders.map(({ userId }) => userId)).size < duties.length;
  if (missing.length === 0 && !isOneAlone) return;
  const needed = missing.length === 0 ? duties.join(" and ") : missing.join(" and ");
  throw new DomainError("request.no-decider", {
    detail:
      missing.length === 0
        ? `Only one person of another organisation could decide; the duties ${needed} take two.`
        : `No active person of an organisation other than yours and the parties' holds the duty ${needed}.`,
    extra: { duties: missing.length === 0 ? duties : missing },
  });
}
