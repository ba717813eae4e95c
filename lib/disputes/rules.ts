/**
 * Disputes: a party disputes a transaction and lets support see its sealed groups masked.
 * open-dispute.ts, take-dispute.ts and resolve-dispute.ts are the acts; this file decides who may do them.
 * Must stay true: support sees only groups that the party's signature covers, masked, and only until the dispute ends.
 * One statement supports one live grant, and support staff of a party's own organisation have no access.
 */
import { isSupport } from "@/lib/access/rules/floor";
import { type Reason, reason } from "@/lib/access/rules/reason";
import type { Principal } from "@/lib/context/principal";
import type { DisputeAct, DisputeState } from "@/lib/disputes/schema";

/** The facts that decide an act on a dispute. */
export interface DisputeCase {
  readonly state: DisputeState;
  /** The participant that opened it. */
  readonly party: string;
  readonly participants: readonly string[];
  /** Organisations of the transaction's participants. */
  readonly partyOrganisations: readonly string[];
}

type Caller = Pick<Principal, "role" | "duties" | "participantId" | "organisationId">;

/** Returns the participant the caller acts for in this dispute; undefined for staff. */
export function partyOf(caller: Caller, participants: readonly string[]): string | undefined {
  const { role, participantId } = caller;
  if (role !== "client" && role !== "miner") return undefined;
  return participantId !== undefined && participants.includes(participantId) ? participantId : undefined;
}

/** Returns whether the caller may know of a dispute: parties, support and staff. For all others it does not exist. */
export function mayKnow(caller: Caller, participants: readonly string[]): boolean {
  const isStaff = caller.role === "coordinator" || isSupport(caller);
  return isStaff || partyOf(caller, participants) !== undefined;
}

const no = (id: string, detail: string): Reason => reason(id, "access.forbidden", detail);

/** Returns whether the caller is support for this dispute. Support staff of a party's own organisation are not. */
function supportReasons(caller: Caller, { partyOrganisations }: DisputeCase): Reason[] {
  if (!isSupport(caller)) return [no("default.dispute-duty", "This needs the support duty.")];
  if (partyOrganisations.includes(caller.organisationId))
    return [
      no("floor.dispute-party", "Members of a party's organisation cannot act as support in its dispute."),
    ];
  return [];
}

/** Returns reasons against an act by this caller, whatever state the dispute is in. Pure. */
export function actReasons(caller: Caller, act: DisputeAct, one: DisputeCase): Reason[] {
  const party = partyOf(caller, one.participants);
  if (act === "note") return party === undefined ? supportReasons(caller, one) : [];
  if (act === "state-figures")
    return party === undefined
      ? [no("default.dispute-party", "Only the parties of the transaction can state figures.")]
      : [];
  if (act !== "withdraw") return supportReasons(caller, one);
  if (party === one.party) return [];
  return [no("default.dispute-party", "Only the party that opened a dispute can withdraw it.")];
}

/** How long support waits for a party that has not spoken. */
export const HEARING_MS = 7 * 24 * 3_600_000;

/** A party that has not spoken, and until when support waits for it. */
interface Unheard {
  readonly party: string;
  readonly until: Date;
}

/**
 * Returns the parties that support has to wait for before it resolves a dispute: those that have written nothing, for
 * 7 days from its opening. The party that opened it has spoken. Pure.
 */
export function unheardOf(
  one: Pick<DisputeCase, "party" | "participants"> & { readonly openedAt: Date },
  spoken: readonly (string | undefined)[],
  now: Date,
): Unheard[] {
  const until = new Date(one.openedAt.getTime() + HEARING_MS);
  if (until <= now) return [];
  return one.participants
    .filter((party) => party !== one.party && !spoken.includes(party))
    .map((party) => ({ party, until }));
}

export function isLive({ state }: Pick<DisputeCase, "state">): boolean {
  return state === "open" || state === "taken";
}

const ACTS: readonly DisputeAct[] = ["take", "note", "state-figures", "request-more", "resolve", "withdraw"];

/** Returns what the caller may do now, in the order of the page's buttons. */
export function actsOf(caller: Caller, one: DisputeCase): DisputeAct[] {
  return isLive(one) ? ACTS.filter((act) => actReasons(caller, act, one).length === 0) : [];
}
