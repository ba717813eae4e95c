import "server-only";
import { fromBase64url } from "@/lib/crypto/bytes";
import { type Core, remember } from "@/lib/custodian/core";
import { Refused, refuse } from "@/lib/custodian/refused";
import { type Proof, proveSignature, requireFresh, rulesOf } from "@/lib/custodian/roster/signature";
import { OperatorError } from "@/lib/errors";
import { statementAlgorithm } from "@/lib/escrow/protocol/cose-key";
import { findPerson, type Roster, rosterDigest } from "@/lib/escrow/protocol/roster";
import { recordDigest } from "@/lib/escrow/protocol/statements";
import { isAgreed } from "@/lib/escrow/protocol/succession";

/** Thrown when this custodian may not accept the roster. The message is one line for the operator. */
export class RosterError extends OperatorError {
  override readonly name = "RosterError";
}

function refuseDoubles(values: readonly string[], what: string): void {
  if (new Set(values).size !== values.length) throw new RosterError(`the roster names ${what} twice`);
}

function isUsable(publicKey: string): boolean {
  try {
    return statementAlgorithm(fromBase64url(publicKey)) !== undefined;
  } catch {
    return false;
  }
}

/** Requires unique names and keys. Otherwise one person could count as two approvers. */
function checkPersons(roster: Roster): void {
  refuseDoubles(
    roster.persons.map((person) => person.person),
    "a person",
  );
  const credentials = roster.persons.flatMap((person) => person.credentials);
  const passkeys = credentials.filter((credential) => credential.kind === "passkey");
  refuseDoubles(
    passkeys.map((credential) => credential.credential_id),
    "a passkey",
  );
  const keys = credentials.flatMap((one) => (one.kind === "portal-evaluation" ? [] : [one.public_key]));
  refuseDoubles([...keys, ...(roster.evaluation_key === undefined ? [] : [roster.evaluation_key])], "a key");
  if (!passkeys.every(({ public_key }) => isUsable(public_key))) {
    throw new RosterError("the roster has a passkey of a kind that cannot sign statements");
  }
}

type SignedAgreement = NonNullable<Roster["statements"]>[number];

interface Agreed {
  readonly signed: SignedAgreement;
  readonly proof: Proof;
}

/** Returns the agreements to exactly this step that a person of the current roster signed. */
async function verifiedAgreements(core: Core, current: Roster, next: Roster): Promise<Agreed[]> {
  const rules = { ...rulesOf(core, current), mayPortalAgree: true };
  const wanted = {
    log: core.log,
    version: next.version,
    previous: rosterDigest(current),
    roster: rosterDigest(next),
  };
  const agreed: Agreed[] = [];
  for (const signed of next.statements ?? []) {
    const { statement, signature } = signed;
    const person = findPerson(current, statement.person);
    const isOfThis = recordDigest(statement) === recordDigest({ ...wanted, person: statement.person });
    if (person === undefined || !isOfThis) continue;
    try {
      agreed.push({ signed, proof: await proveSignature(rules, person, "roster", statement, signature) });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
    }
  }
  return agreed;
}

function isFresh(core: Core, { proof }: Agreed): boolean {
  try {
    requireFresh(core, proof);
    return true;
  } catch {
    return false;
  }
}

/** Requires that version n + 1 has the digest of n and the agreement of two people of n. */
async function checkSuccession(core: Core, current: Roster, next: Roster): Promise<SignedAgreement[]> {
  if (next.version !== current.version + 1 || next.previous !== rosterDigest(current)) {
    throw new RosterError(
      `the roster does not follow version ${current.version}, which this custodian holds`,
    );
  }
  const agreed = (await verifiedAgreements(core, current, next)).filter((one) => isFresh(core, one));
  const agreements = agreed.map(({ signed, proof }) => ({
    person: signed.statement.person,
    by: proof.assurance === "evaluation" ? ("portal" as const) : ("own-key" as const),
  }));
  if (!isAgreed(current, next, agreements)) {
    throw new RosterError(
      `roster version ${next.version} lacks the agreement of two people of version ${current.version} who may agree`,
    );
  }
  return agreed.map(({ signed }) => signed);
}

/**
 * Accepts a roster and writes it to the journal. The first is accepted as it is, every later one only as a valid
 * successor, with exactly the agreements that were verified. Submitting the current roster again changes nothing.
 */
export async function adoptRoster(core: Core, roster: Roster): Promise<void> {
  if (roster.log !== core.log) throw new RosterError(`the roster is for ${roster.log}, not for ${core.log}`);
  if (roster.evaluation_key !== undefined && !core.isEvaluation) {
    throw new RosterError("the roster names an evaluation key, which needs CUSTODIAN_EVALUATION=1");
  }
  checkPersons(roster);
  const { statements: _given, ...bare } = roster;
  const current = core.memory.roster;
  if (current === undefined) {
    if (roster.version !== 1 || roster.previous !== undefined) {
      throw new RosterError("the first roster is version 1 and follows none");
    }
    return remember(core, { kind: "roster", roster: bare });
  }
  const digest = rosterDigest(roster);
  if (rosterDigest(current) === digest) return;
  const statements = await checkSuccession(core, current, roster);
  // Verification took time. Meanwhile the same roster may have been accepted, or another one.
  const now = core.memory.roster;
  if (now !== undefined && rosterDigest(now) === digest) return;
  if (now !== current) throw new RosterError("another roster was accepted in the meantime");
  remember(core, { kind: "roster", roster: { ...bare, statements } });
}

/** Requires that the roster did not change. Verification takes time, and a proof under a former roster no longer counts. */
export function requireSameRoster(core: Pick<Core, "memory">, roster: Roster): void {
  if (core.memory.roster !== roster) refuse("roster", "The roster changed in the meantime: try again.");
}
