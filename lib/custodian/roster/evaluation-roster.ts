import "server-only";
import { existsSync, readFileSync } from "node:fs";
import { toBase64url } from "@/lib/crypto/bytes";
import type { RosterPerson } from "@/lib/escrow/protocol/messages";
import { Roster, rosterDigest } from "@/lib/escrow/protocol/roster";
import type { RosterStatement, StatementSignature } from "@/lib/escrow/protocol/statements";
import { isPortalSigned } from "@/lib/escrow/protocol/succession";
import { writeFileAtomic } from "@/lib/keystore/files/atomic-file";

export interface EvaluationRoster {
  readonly log: string;
  /** All people who decide or open. The portal signs for people without their own keys. */
  readonly persons: readonly (Omit<RosterPerson, "credentials"> &
    Partial<Pick<RosterPerson, "credentials">>)[];
  readonly evaluationKey: Uint8Array;
  /** Origins whose pages may request signed statements. */
  readonly origins?: readonly string[];
  /** Signs the agreement of two persons to a later version with the portal's evaluation key. */
  readonly sign: (statement: RosterStatement) => Promise<StatementSignature>;
}

function personsOf(input: EvaluationRoster): RosterPerson[] {
  return input.persons
    .map(({ person, organisation, role, duties, participant, credentials }) => ({
      person,
      organisation,
      ...(role === undefined ? {} : { role }),
      duties: [...duties],
      ...(participant === undefined ? {} : { participant }),
      credentials: credentials ?? [{ kind: "portal-evaluation" as const }],
    }))
    .sort((a, b) => (a.person < b.person ? -1 : 1));
}

async function successor(
  input: EvaluationRoster,
  current: Roster,
  base: Omit<Roster, "version">,
): Promise<Roster> {
  const previous = rosterDigest(current);
  const version = current.version + 1;
  const next: Roster = { ...base, version, previous };
  const statements: NonNullable<Roster["statements"]> = [];
  for (const { person } of current.persons.filter(isPortalSigned).slice(0, 2)) {
    const statement = { log: input.log, version, previous, roster: rosterDigest(next), person };
    statements.push({ statement, signature: await input.sign(statement) });
  }
  return { ...next, statements };
}

/**
 * Writes the custodian's roster file for a demonstration: version 1, or the valid successor of the present file. The
 * portal agrees to it in the name of two persons, which only a custodian started for evaluation accepts. Writing the same
 * persons again changes nothing.
 */
export async function writeEvaluationRoster(file: string, input: EvaluationRoster): Promise<void> {
  const base = {
    log: input.log,
    persons: personsOf(input),
    evaluation_key: toBase64url(input.evaluationKey),
    authorities: [],
    origins: [...(input.origins ?? [])],
  };
  let roster: Roster = { ...base, version: 1 };
  if (existsSync(file)) {
    const current = Roster.parse(JSON.parse(readFileSync(file, "utf8")));
    const { version, previous } = current;
    const unchanged: Roster = { ...base, version, ...(previous === undefined ? {} : { previous }) };
    if (rosterDigest(current) === rosterDigest(unchanged)) return;
    roster = await successor(input, current, base);
  }
  writeFileAtomic(file, `${JSON.stringify(roster, undefined, 1)}\n`);
}
