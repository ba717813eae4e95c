import "server-only";
import type { Context } from "@/lib/context/context";
import { DomainError } from "@/lib/errors";
import type { Roster } from "@/lib/escrow/protocol/roster";

type RosterContext = Pick<Context, "escrow">;

/** Returns the roster that the custodian enforces now; undefined if it has none. */
export async function findRoster(cx: RosterContext): Promise<Roster | undefined> {
  try {
    return await cx.escrow.roster();
  } catch (error) {
    if (error instanceof DomainError && error.extra.reason === "roster") return undefined;
    throw error;
  }
}

/** Returns the roster in force for acts that continue without it: undefined also while the custodian is away. */
export async function rosterNow(cx: RosterContext): Promise<Roster | undefined> {
  try {
    return await findRoster(cx);
  } catch (error) {
    if (error instanceof DomainError) return undefined;
    throw error;
  }
}

export async function requireRoster(cx: RosterContext): Promise<Roster> {
  const roster = await findRoster(cx);
  if (roster === undefined) throw new DomainError("roster.none");
  return roster;
}
