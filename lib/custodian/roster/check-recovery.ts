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
/** Persons whose word a recovery needs. */
const PERSONS = 2;

export interface RecoveryRules {
  readonly log: string;
  readonly isEvaluation: boolean;
  readonly roster: Roster;
  /** Origins beside the roster's where a passkey may have been used: the evaluation's own address. */
  readonly origins?: readonly string[];
}

export type WantedRecovery = Omit<RecoveryStatement, "person">;

/** Those who may agree to a recovery: persons with a duty for it, and once anybody holds a key, only key holders. */
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
 * Requires that two persons of the roster agreed to exactly this range of exactly this tree (crypto.md, `recovery`).
 * The portal's word counts in an evaluation only, and only while nobody in the roster holds a key. Throws `Refused`.
 * Counters of passkeys are the custodian's to weigh, which remembers them: show it the statements before acting.
 */
export async function requireRecoveryAgreed(
  rules: RecoveryRules,
  wanted: WantedRecovery,
  signed: SignedRecoveries,
): Promise<Assurance> {
  const agreed = new Map<string, Assurance>();
  for (const one of signed) {
    const { person } = one.statement;
    if (recordDigest(one.statement) !== recordDigest({ ...wanted, person })) continue;
    const assurance = await assuranceOf(rules, one);
    if (assurance !== undefined) agreed.set(person, assurance);
  }
  if (agreed.size < PERSONS)
    refuse(
      "approver",
      `A recovery needs the statements of ${PERSONS} persons of the roster, not ${agreed.size}.`,
    );
  return [...agreed.values()].includes("evaluation") ? "evaluation" : "signed";
}
