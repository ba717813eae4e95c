import "server-only";
import { Refused, refuse } from "@/lib/custodian/refused";
import { type Assurance, proveSignature } from "@/lib/custodian/roster/signature";
import type { RosterPerson } from "@/lib/escrow/protocol/messages";
import { findPerson, type Roster } from "@/lib/escrow/protocol/roster";
import {
  type RecoveryStatement,
  recordDigest,
  type SignedRecoveries,
} from "@/lib/escrow/protocol/statements";
import { holdsOwnKey } from "@/lib/escrow/protocol/succession";

const RECOVERING_DUTIES: readonly string[] = ["recovery", "admin", "legal", "approve"];
/** Number of people who must agree to a recovery. */
const PERSONS = 2;

export interface RecoveryRules {
  readonly log: string;
  readonly isEvaluation: boolean;
  readonly roster: Roster;
  /** Accepted passkey origins in addition to the roster's: the evaluation's own address. */
  readonly origins?: readonly string[];
}

export type WantedRecovery = Omit<RecoveryStatement, "person">;

/**
 * Returns the people who may agree to a recovery: people with a duty for it. Once any person has a key, only people with
 * keys.
 */
export function recoverersOf(roster: Roster): readonly RosterPerson[] {
  const may = roster.persons.filter(({ duties }) => duties.some((duty) => RECOVERING_DUTIES.includes(duty)));
  return roster.persons.some(holdsOwnKey) ? may.filter(holdsOwnKey) : may;
}

async function assuranceOf(
  rules: RecoveryRules,
  { statement, signature }: SignedRecoveries[number],
): Promise<Assurance | undefined> {
  const person = findPerson(rules.roster, statement.person);
  if (person === undefined || !recoverersOf(rules.roster).includes(person)) return undefined;
  try {
    const signing = { ...rules, mayPortalAgree: true };
    return (await proveSignature(signing, person, "recovery", statement, signature)).assurance;
  } catch (error) {
    if (error instanceof Refused) return undefined;
    throw error;
  }
}

/**
 * Requires that two persons on the roster agreed to exactly this range of exactly this tree (crypto.md, `recovery`), and
 * returns the statements that counted. The portal's signature counts only in an evaluation, and only while no person on the roster has a key. Throws `Refused`.
 * Only the custodian remembers passkey counters, so show it the statements before acting.
 */
export async function requireRecoveryAgreed(
  rules: RecoveryRules,
  wanted: WantedRecovery,
  signed: SignedRecoveries,
): Promise<{ readonly assurance: Assurance; readonly counted: SignedRecoveries }> {
  const agreed = new Map<string, { readonly one: SignedRecoveries[number]; readonly assurance: Assurance }>();
  for (const one of signed) {
    const { person } = one.statement;
    if (recordDigest(one.statement) !== recordDigest({ ...wanted, person })) continue;
    const assurance = await assuranceOf(rules, one);
    if (assurance !== undefined) agreed.set(person, { one, assurance });
  }
  if (agreed.size < PERSONS)
    refuse(
      "approver",
      `A recovery needs the statements of ${PERSONS} persons of the roster, not ${agreed.size}.`,
    );
  const found = [...agreed.values()];
  const isSigned = found.every(({ assurance }) => assurance === "signed");
  return { assurance: isSigned ? "signed" : "evaluation", counted: found.map(({ one }) => one) };
}
