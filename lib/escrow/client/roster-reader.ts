import "server-only";
import type { Clock } from "@/lib/clock";
import { fromBase64url } from "@/lib/crypto/bytes";
import { verifyStatement } from "@/lib/crypto/statement";
import { DomainError } from "@/lib/errors";
import { askCustodian, distrust, type PinnedCustodian } from "@/lib/escrow/client/transport";
import { ROSTER_PATHS, type Roster, RosterResponse, rosterDigest } from "@/lib/escrow/protocol/roster";

const FRESH_MS = 30_000;

/** Returns the roster of an answer after its signature by the pinned key was verified. */
function vouchedFor(pinned: PinnedCustodian, { roster, statement, signature }: RosterResponse): Roster {
  const isThis =
    statement.log === pinned.log &&
    statement.version === roster.version &&
    statement.roster === rosterDigest(roster);
  const isSigned = verifyStatement(pinned.publicKey, "roster-held", statement, fromBase64url(signature));
  if (!isThis || !isSigned) throw distrust("roster");
  return roster;
}

/** Reads and submits rosters, and remembers the last one for callers that accept a cached roster. */
export function createRosterReader(pinned: PinnedCustodian, clock: Clock) {
  let last: { readonly roster: Roster; readonly at: number } | undefined;
  const keep = (roster: Roster): Roster => {
    last = { roster, at: clock.nowMs() };
    return roster;
  };
  const read = async (): Promise<Roster> =>
    keep(vouchedFor(pinned, await askCustodian(pinned, "GET", ROSTER_PATHS.roster, RosterResponse)));
  return {
    read,
    submit: async (roster: Roster): Promise<Roster> => {
      const body = { roster };
      const answer = await askCustodian(pinned, "POST", ROSTER_PATHS.roster, RosterResponse, body);
      return keep(vouchedFor(pinned, answer));
    },
    known: async (): Promise<Roster | undefined> => {
      if (last !== undefined && Math.abs(clock.nowMs() - last.at) <= FRESH_MS) return last.roster;
      try {
        return await read();
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
        return last?.roster;
      }
    },
  };
}
