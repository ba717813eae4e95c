import "server-only";
import { fromBase64url } from "@/lib/crypto/bytes";
import { verifyStatement } from "@/lib/crypto/statement";
import type { Roster } from "@/lib/custodian/records";
import { refuse } from "@/lib/custodian/refused";
import type { RosterPerson } from "@/lib/escrow/protocol";
import type { StatementSignature } from "@/lib/escrow/statements";

export type Assurance = "evaluation" | "signed";

/** Key id under which the portal signs in place of a person. */
export function evaluationKeyId(log: string): string {
  return `${log}/evaluation`;
}

export interface SignatureRules {
  readonly log: string;
  readonly isEvaluation: boolean;
  readonly roster: Roster;
}

function verifyByPortal(
  rules: SignatureRules,
  person: RosterPerson,
  kind: string,
  object: unknown,
  signature: string,
): Assurance {
  if (!rules.isEvaluation)
    refuse("evaluation-key", "This custodian takes no statement signed by the portal.");
  const { evaluation_key } = rules.roster;
  const mayUse = person.credentials.some((credential) => credential.kind === "portal-evaluation");
  if (!mayUse || evaluation_key === undefined) {
    refuse("evaluation-key", `${person.person} signs with a key of their own.`);
  }
  if (!verifyStatement(fromBase64url(evaluation_key), kind, object, fromBase64url(signature))) {
    refuse("signature", `The ${kind} statement's signature does not hold.`);
  }
  return "evaluation";
}

/**
 * Requires that a statement was signed by this roster person and says how sure that is. Passkeys (with
 * origin, rpId, presence and verification) come with the portal's sign-in; until then they are refused.
 */
export function requireSignature(
  rules: SignatureRules,
  person: RosterPerson,
  kind: string,
  object: unknown,
  signature: StatementSignature,
): Assurance {
  if (signature.kind === "passkey") refuse("signature", "Passkey signatures are not taken yet.");
  if (signature.key_id === evaluationKeyId(rules.log)) {
    return verifyByPortal(rules, person, kind, object, signature.signature);
  }
  const holds = person.credentials.some(
    (credential) =>
      credential.kind === "ed25519" &&
      credential.key_id === signature.key_id &&
      verifyStatement(fromBase64url(credential.public_key), kind, object, fromBase64url(signature.signature)),
  );
  if (!holds) refuse("signature", `The ${kind} statement's signature is not ${person.person}'s.`);
  return "signed";
}
