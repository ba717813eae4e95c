import "server-only";
import type { Context } from "@/lib/context/context";
import { inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { findPerson, type Roster, rosterDigest } from "@/lib/escrow/protocol/roster";
import { recordDigest } from "@/lib/escrow/protocol/statements";
import { comparePeople, type Difference } from "@/lib/identity/roster/compare-people";
import { rosterNow } from "@/lib/identity/roster/current-roster";
import { askVersionIn, findOpenVersion, type VersionContext } from "@/lib/identity/roster/draft-version";
import { listCandidates } from "@/lib/identity/roster/list-candidates";
import { listVersions, lockVersions, type RosterChangeRow } from "@/lib/identity/roster/store";

type DueContext = VersionContext & Pick<Context, "escrow" | "logger">;

/** Whether the open version already has the entry of this difference. */
function isDrafted({ people, roster }: RosterChangeRow, { person, after }: Difference): boolean {
  const entry = findPerson(roster, person);
  if (!people.includes(person) || after === undefined || entry === undefined)
    return people.includes(person) && entry === after;
  return recordDigest(entry) === recordDigest(after);
}

/** People decided against this version of the same roster: it is not asked for again before something else happens. */
async function isDeclined(tx: Tx, cx: VersionContext, current: Roster, due: readonly Difference[]) {
  const [newest] = await listVersions(tx, { tenantId: cx.instance.tenantId, limit: 1 });
  return (
    newest !== undefined &&
    (newest.state === "refused" || newest.state === "withdrawn") &&
    newest.baseDigest === rosterDigest(current) &&
    due.every((one) => isDrafted(newest, one))
  );
}

/**
 * Asks, in the caller's transaction, for the version in which people who may no longer act are out and changed duties
 * are those of the portal. An open version is replaced by one with its people too. Returns the id of the version that
 * waits for two signatures; undefined where nothing is due, or where too few people could confirm.
 */
export async function askDueIn(
  tx: Tx,
  cx: VersionContext & Pick<Context, "logger">,
  current: Roster | undefined,
  purpose: string,
): Promise<string | undefined> {
  if (current === undefined) return undefined;
  const { tenantId, evaluation } = cx.instance;
  await lockVersions(tx, tenantId);
  const replaced = await findOpenVersion(tx, cx, current);
  // Without their keys: what is due takes something from people, and adds no key.
  const candidates = await listCandidates(tx, { tenantId });
  const due = comparePeople(current, candidates, evaluation).differences.filter(({ isDue }) => isDue);
  if (due.length === 0) return undefined;
  if (replaced !== undefined && due.every((one) => isDrafted(replaced, one))) return replaced.id;
  if (replaced === undefined && (await isDeclined(tx, cx, current, due))) return undefined;
  try {
    const userId = cx.principal?.userId;
    const asked = await askVersionIn(tx, cx, { current, changes: due, replaced, purpose, userId });
    return asked.id;
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== "roster.confirmers") throw error;
    cx.logger.error(
      { alarm: "roster.confirmers" },
      "people must leave the roster, but too few could confirm the next one; add another confirmer",
    );
    return undefined;
  }
}

/**
 * Asks for what is due on the roster, for people whose planned day is over and where the custodian was away. While it is
 * away, the next pass asks.
 */
export async function askDueVersion(cx: DueContext): Promise<void> {
  const current = await rosterNow(cx);
  if (current === undefined) return;
  await inTransaction(cx, (tx) => askDueIn(tx, cx, current, "people of the portal have changed"));
}
