import "server-only";
import type { Context } from "@/lib/context/context";
import { type Viewed, viewRows } from "@/lib/db/read-rows";
import type { Tx } from "@/lib/db/transaction";
import { recoveryNeeds } from "@/lib/home/recovery-needs";
import type { Need } from "@/lib/home/schema";
import {
  type AskedMove,
  type EndingKey,
  findKeyless,
  findStopped,
  listAskedMoves,
  listEndingKeys,
  type StoppedKey,
} from "@/lib/home/store";
import { loadCases } from "@/lib/identity/roster/load-views";
import { findNames } from "@/lib/identity/roster/people-store";
import { listPendingOfOthers } from "@/lib/identity/roster/store";
import { mayAgree, stateOf } from "@/lib/identity/roster/view";
import type { Unreadable } from "@/lib/paging";

const SOON_MS = 14 * 24 * 3_600_000;
const MAX_ENROLMENTS = 20;
const MAX_MOVES = 20;

async function apiKeyNeeds(tx: Tx, cx: Context): Promise<Viewed<Need>> {
  const from = cx.clock.now();
  const to = new Date(from.getTime() + SOON_MS);
  const keys = await listEndingKeys(tx, cx.principal.userId, { from, to });
  return viewRows(cx, "home.api-keys", keys, (key: EndingKey) => ({
    kind: "api_key_ends",
    subject: { kind: "api_key", id: key.id },
    reference: key.label,
    at: key.createdAt.toISOString(),
    due_at: key.expiresAt.toISOString(),
    is_late: false,
    facts: {},
  }));
}

function stoppedKey({ id, kid, state, since }: StoppedKey): Need {
  return {
    kind: "key_stopped",
    subject: { kind: "key", id },
    reference: kid,
    at: since.toISOString(),
    is_late: false,
    facts: { state },
  };
}

async function missingKey(tx: Tx, { principal }: Context): Promise<Need[]> {
  const { role, participantId, tenantId } = principal;
  if (participantId === undefined || (role !== "client" && role !== "miner")) return [];
  const since = await findKeyless(tx, tenantId, participantId);
  if (since === undefined) return [];
  const stopped = await findStopped(tx, participantId);
  if (stopped !== undefined) return [stoppedKey(stopped)];
  return [
    {
      kind: "key_missing",
      subject: { kind: "participant", id: participantId },
      reference: participantId,
      at: since.toISOString(),
      is_late: false,
      facts: {},
    },
  ];
}

/** Returns re-wraps of a compromised key's data that another person requested: the caller may be the second person. */
async function askedMoves(tx: Tx, cx: Context): Promise<Viewed<Need>> {
  const { principal, instance } = cx;
  const { role, participantId, userId } = principal;
  const isParty = participantId !== undefined && (role === "client" || role === "miner");
  if (!isParty && role !== "admin") return { items: [] };
  const participant = isParty ? participantId : undefined;
  const which = { tenantId: instance.tenantId, notBy: userId, participant, limit: MAX_MOVES };
  const moves = await listAskedMoves(tx, which);
  return viewRows(cx, "home.moves", moves, ({ keyId, kid, participantId: party, person, at }: AskedMove) => ({
    kind: "key_move",
    subject: { kind: "key", id: keyId },
    reference: kid,
    at: at.toISOString(),
    is_late: false,
    facts: { person, party },
  }));
}

/**
 * Returns changes of other people's keys that wait for the caller's agreement, according to the last known roster. The
 * custodian is asked only if a change waits. The page where the caller agrees asks it again.
 */
async function enrolments(tx: Tx, cx: Context): Promise<Need[]> {
  const { principal, instance, clock } = cx;
  const wanted = {
    tenantId: instance.tenantId,
    userId: principal.userId,
    at: clock.now(),
    limit: MAX_ENROLMENTS,
  };
  const changes = await listPendingOfOthers(tx, wanted);
  const roster = changes.length === 0 ? undefined : await cx.escrow.knownRoster();
  if (roster === undefined) return [];
  const cases = await loadCases(tx, changes);
  const names = await findNames(
    tx,
    cases.map(({ person }) => person),
  );
  return cases
    .filter(({ change }) => stateOf(change, roster, clock.now()) === "pending")
    .filter((one) => mayAgree(one, roster, principal.handle))
    .map(({ change, person }) => ({
      kind: "enrolment",
      subject: { kind: "enrolment", id: change.id },
      reference: names.get(person) ?? person,
      at: change.createdAt.toISOString(),
      due_at: change.expiresAt.toISOString(),
      is_late: false,
      facts: { person: names.get(person) ?? person },
    }));
}

/**
 * Returns keys that end, are missing or are stopped, and other people's passkeys and keys that wait for the caller's
 * statement.
 */
export async function readKeyNeeds(
  tx: Tx,
  cx: Context,
): Promise<{ readonly needs: Need[]; readonly unreadable: readonly Unreadable[] }> {
  const [changes, single] = [await enrolments(tx, cx), await missingKey(tx, cx)];
  const lists = [await recoveryNeeds(tx, cx), await askedMoves(tx, cx), await apiKeyNeeds(tx, cx)];
  return {
    needs: [...changes, ...single, ...lists.flatMap(({ items }) => items)],
    unreadable: lists.flatMap(({ unreadable }) => unreadable ?? []),
  };
}
