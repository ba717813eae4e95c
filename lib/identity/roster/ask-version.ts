import "server-only";
import type { Context } from "@/lib/context/context";
import { inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import type { Roster } from "@/lib/escrow/protocol/roster";
import { answerChange } from "@/lib/identity/roster/answer-change";
import { comparePeople, type Difference } from "@/lib/identity/roster/compare-people";
import { requireRoster } from "@/lib/identity/roster/current-roster";
import { askVersionIn, findOpenVersion } from "@/lib/identity/roster/draft-version";
import { listCandidates } from "@/lib/identity/roster/list-candidates";
import type { RosterChangeAnswer } from "@/lib/identity/roster/schema";
import { lockVersions } from "@/lib/identity/roster/store";
import type { NewRosterVersion } from "@/lib/identity/roster/version-schema";

async function differencesOf(
  tx: Tx,
  cx: Context,
  { current, rpId, people }: { current: Roster; rpId: string; people: readonly string[] },
): Promise<Difference[]> {
  const { tenantId, evaluation } = cx.instance;
  const candidates = await listCandidates(tx, { tenantId, rpId });
  const { differences, withoutKey } = comparePeople(current, candidates, evaluation);
  return people.map((person) => {
    const found = differences.find((one) => one.person === person);
    if (found !== undefined) return found;
    const keyless = withoutKey.find(({ handle }) => handle === person);
    if (keyless !== undefined)
      throw new DomainError("roster.key", {
        detail: `${keyless.name} has no passkey that can sign. They add one under Account.`,
      });
    throw new DomainError("roster.same", { detail: `The roster and the portal agree about ${person}.` });
  });
}

/**
 * Asks for the next version of the roster: these people are added, changed or removed as the portal knows them now.
 * Nothing changes before two others have signed. Throws `roster.open` while another version waits.
 */
export async function askRosterVersion(
  cx: Context,
  rpId: string,
  { people, reason }: NewRosterVersion,
): Promise<RosterChangeAnswer> {
  const current = await requireRoster(cx);
  const { id, entry } = await inTransaction(cx, async (tx) => {
    await lockVersions(tx, cx.instance.tenantId);
    if ((await findOpenVersion(tx, cx, current)) !== undefined)
      throw new DomainError("roster.open", {
        detail: "Withdraw the waiting version, or wait until it is signed.",
      });
    const changes = await differencesOf(tx, cx, { current, rpId, people });
    return askVersionIn(tx, cx, { current, changes, purpose: reason, userId: cx.principal.userId });
  });
  return answerChange(cx, id, { current, entry });
}
