import "server-only";
import { Stage } from "@/lib/access/requests/schema";
import type { RequestRow } from "@/lib/access/requests/store";
import { type Decider, findDeciders, findRelatedPeople } from "@/lib/access/review/conflicts/store";
import { STAGE_DUTY } from "@/lib/access/rules/action-rules";
import type { Context } from "@/lib/context/context";
import type { Running } from "@/lib/db/statement";
import { DomainError } from "@/lib/errors";

/** The duty of each stage that has fewer people than approvals, and whether people with both duties are too few for both. */
function lacksOf(deciders: readonly Decider[], quorums: Readonly<Record<Stage, number>>) {
  const countOf = (stage: Stage) =>
    new Set(deciders.flatMap(({ userId, duty }) => (duty === STAGE_DUTY[stage] ? [userId] : []))).size;
  const missing = Stage.options
    .filter((stage) => countOf(stage) < quorums[stage])
    .map((one) => STAGE_DUTY[one]);
  const people = new Set(deciders.map(({ userId }) => userId)).size;
  const needed = Stage.options.reduce((sum, stage) => sum + quorums[stage], 0);
  return { missing, people, needed };
}

/**
 * Throws `request.no-decider` when a request could never be decided. Each stage needs as many people of other
 * organisations that are not parties as the policies say, and all of them must be different people.
 */
export async function requireDeciders(
  tx: Running,
  cx: Context,
  row: RequestRow,
  quorums: Readonly<Record<Stage, number>>,
): Promise<void> {
  const { tenantId } = cx.instance;
  const near = new Set<string>();
  for (const one of [row.requesterUserId, ...row.coViewers]) {
    const { accounts, colleagues } = await findRelatedPeople(tx, tenantId, one);
    for (const id of [...accounts, ...colleagues]) near.add(id);
  }
  const { requesterOrganisationId, transactions } = row;
  const deciders = await findDeciders(tx, {
    tenantId,
    requesterOrganisationId,
    near: [...near],
    transactions,
  });
  const { missing, people, needed } = lacksOf(deciders, quorums);
  if (missing.length === 0 && people >= needed) return;
  const duties = missing.length === 0 ? Stage.options.map((stage) => STAGE_DUTY[stage]) : missing;
  const names = duties.join(" and ");
  const counts = `${quorums.legal} with the duty legal and ${quorums.coordinator} with the duty approve`;
  throw new DomainError("request.no-decider", {
    detail:
      missing.length === 0
        ? `Only ${people} ${people === 1 ? "person" : "people"} of another organisation could decide; the duties ${names} need ${needed}.`
        : `Too few active people have the duty ${names} and belong neither to your organisation nor to a party: the policies need ${counts}.`,
    extra: { duties },
  });
}
