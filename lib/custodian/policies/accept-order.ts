import "server-only";
import { toBase64url } from "@/lib/crypto/bytes";
import { statementBytes } from "@/lib/crypto/statement-bytes";
import { type Core, remember } from "@/lib/custodian/core";
import type { HeldSet } from "@/lib/custodian/journal/held-policies";
import { refuse } from "@/lib/custodian/refused";
import { requireSameRoster } from "@/lib/custodian/roster/roster";
import { type Proof, proveSignature, requireFresh, rulesOf } from "@/lib/custodian/roster/signature";
import type { RosterPerson } from "@/lib/escrow/protocol/messages";
import {
  MOST_POLICY_NUMBERS,
  POLICY_DUTIES,
  type PolicyHeld,
  type PolicyOrder,
  type PolicyTerms,
  policyOrderDigest,
  policyTermsOf,
  type SignedPolicy,
} from "@/lib/escrow/protocol/policy-order";
import { findPerson, type Roster } from "@/lib/escrow/protocol/roster";

/** Returns the set that grants have to name, signed with the identity key. */
export function heldPolicies(core: Core): PolicyHeld {
  const statement = { log: core.log, document: core.memory.policies.current?.document ?? null };
  const signature = core.identity.signNow(statementBytes("policy-held", statement));
  return { statement, signature: toBase64url(signature) };
}

function requireSigner(roster: Roster, { statement }: SignedPolicy): RosterPerson {
  const person =
    findPerson(roster, statement.person) ?? refuse("approver", `${statement.person} is not on the roster.`);
  const duties: readonly string[] = POLICY_DUTIES[statement.act];
  if (!person.duties.some((duty) => duties.includes(duty)))
    refuse("duty", `An order about policies needs one of the duties ${duties.join(", ")}.`);
  return person;
}

/** Requires one set of terms, signed by different people who may. Returns the people and what their signatures are worth. */
async function proveOrder(core: Core, roster: Roster, statements: readonly SignedPolicy[], order: string) {
  const people: RosterPerson[] = [];
  const proofs: Proof[] = [];
  for (const signed of statements) {
    const { statement, signature } = signed;
    if (statement.log !== core.log) refuse("log", "The order is for another log.");
    if (policyOrderDigest(policyTermsOf(statement)) !== order)
      refuse("statement", "The statements of an order differ.");
    const person = requireSigner(roster, signed);
    if (people.includes(person)) refuse("same-person", "One person signed the order twice.");
    people.push(person);
    proofs.push(await proveSignature(rulesOf(core, roster), person, "policy", statement, signature));
  }
  return { people, proofs };
}

const isWider = (to: Pick<HeldSet, "max_views" | "max_days">, from: HeldSet | undefined): boolean => {
  const { max_views: views, max_days: days } = from ?? MOST_POLICY_NUMBERS;
  return to.max_views > views || to.max_days > days;
};

/** Requires one approver, and where the set gives more, a second one with the duty legal. */
function requireEnough(people: readonly RosterPerson[], isMore: boolean): void {
  const has = (duty: string) => people.some(({ duties }) => duties.includes(duty));
  if (!has("approve")) refuse("duty", "One of the people has the duty approve.");
  if (isMore && (people.length < 2 || !has("legal")))
    refuse("duty", "A set that gives more needs two people, one of them with the duty legal.");
}

/** Requires the way back to the set before, which its people agreed to when it came into force. */
function requireWayBack(core: Core, terms: PolicyTerms): void {
  const { before, current } = core.memory.policies;
  if (before === undefined || before.document !== terms.document)
    refuse("policy", "One person can only bring back the set that was in force before.");
  if (isWider(terms, current) || isWider(terms, before))
    refuse("policy", "A set with wider limits needs two people.");
}

/** Makes every check of an order except its proofs, against what is in force now. */
function checkOrder(core: Core, terms: PolicyTerms, people: readonly RosterPerson[], order: string): void {
  const { policies } = core.memory;
  if (policies.wasTaken(order)) refuse("policy", "This order was carried out before.");
  if (policies.current !== undefined && policies.current.document !== terms.replaces)
    refuse("policy", "The order replaces a set that is not in force here.");
  if (terms.act === "roll_back") requireWayBack(core, terms);
  else requireEnough(people, terms.gains || isWider(terms, policies.current));
}

/**
 * Puts a policy set in force for later grants, by the signatures of people on the roster: a portal alone cannot. Each order
 * names the set that it replaces and is carried out once, so a former agreement does not return. Repeating the newest
 * order changes nothing.
 */
export async function acceptOrder(
  core: Core,
  roster: Roster,
  { statements }: PolicyOrder,
): Promise<PolicyHeld> {
  const [first] = statements;
  if (first === undefined) return refuse("format", "There is no statement.");
  const terms = policyTermsOf(first.statement);
  const order = policyOrderDigest(terms);
  if (core.memory.policies.isNewest(order)) return heldPolicies(core);
  const { people, proofs } = await proveOrder(core, roster, statements, order);
  requireSameRoster(core, roster);
  for (const proof of proofs) requireFresh(core, proof);
  if (core.memory.policies.isNewest(order)) return heldPolicies(core);
  checkOrder(core, terms, people, order);
  remember(core, { kind: "policy", statements });
  return heldPolicies(core);
}
