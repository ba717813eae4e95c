import "server-only";
import type { Tx } from "@/lib/db/transaction";

/** Returns disputes that a support person has taken and that have not ended. Any other support person can take them. */
export function listTakenDisputes(
  tx: Tx,
  userId: string,
): Promise<{ readonly id: string; readonly transaction_id: string }[]> {
  return tx.dispute.findMany({
    where: { taken_by: userId, state: "taken" },
    select: { id: true, transaction_id: true },
    orderBy: { id: "asc" },
  });
}

/** Returns API keys of a person that were not revoked, ended ones too. */
export function listLiveKeys(tx: Tx, userId: string) {
  return tx.api_key.findMany({
    where: { user_id: userId, revoked_at: null },
    select: { id: true, label: true, prefix: true, scopes: true, expires_at: true, last_used_at: true },
    orderBy: { id: "asc" },
  });
}

/** Returns active webhooks of a person. */
export function listLiveWebhooks(
  tx: Tx,
  userId: string,
): Promise<{ readonly id: string; readonly name: string }[]> {
  return tx.webhook.findMany({
    where: { user_id: userId, state: "active" },
    select: { id: true, name: true },
    orderBy: { id: "asc" },
  });
}

/** Returns a person's newest link that was neither used nor revoked. */
export async function findOpenLink(tx: Tx, userId: string): Promise<Date | undefined> {
  const row = await tx.invitation.findFirst({
    where: { user_id: userId, used_at: null, revoked_at: null },
    select: { expires_at: true },
  });
  return row?.expires_at;
}

/** Returns the facts about a person that only their own page shows. */
export async function findPersonFacts(tx: Tx, userId: string) {
  const facts = await tx.app_user.findUniqueOrThrow({
    where: { id: userId },
    select: { handle: true, created_at: true, state_reason: true, state_at: true, organisation_id: true },
  });
  const naming = { id: facts.organisation_id, access_reviewer_id: userId };
  return { ...facts, isAccessReviewer: (await tx.organisation.count({ where: naming })) > 0 };
}

/** Returns a person's duties with the account that gave each; absent for those of the installation. */
export async function listGivenDuties(tx: Tx, userId: string) {
  return tx.duty.findMany({
    where: { user_id: userId },
    select: { duty: true, granted_by: true, granted_at: true },
    orderBy: { duty: "asc" },
  });
}
