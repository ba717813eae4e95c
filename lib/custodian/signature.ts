import "server-only";
import { fromBase64url } from "@/lib/crypto/bytes";
import { verifyStatement } from "@/lib/crypto/statement";
import type { Core } from "@/lib/custodian/core";
import type { Roster } from "@/lib/custodian/records";
import { refuse } from "@/lib/custodian/refused";
import type { RosterPerson } from "@/lib/escrow/protocol";
import type { StatementSignature } from "@/lib/escrow/statements";

export type Assurance = "evaluation" | "signed";

/** What several proofs are worth together: never more than the custodian itself. */
export function assuranceOf(core: Pick<Core, "memory">, proofs: readonly Assurance[]): Assurance {
  return core.memory.isEvaluation || proofs.includes("evaluation") ? "evaluation" : "signed";
}

/** Key id under which the portal signs in place of a person. */
export function evaluationKeyId(log: string): string {
  return `${log}/evaluation`;
}

export interface SignatureRules {
  readonly log: string;
  readonly isEvaluation: boolean;
  readonly roster: Roster;
  /** Set where the portal may agree to a roster: one in which nobody holds a key of their own. */
  readonly mayPortalSucceed?: boolean;
}

const PORTAL_KINDS: readonly string[] = ["decision", "open", "dispute"];

function verifyByPortal(
  rules: SignatureRules,
  person: RosterPerson,
  kind: string,
  object: unknown,
  signature: string,
): Assurance {
  if (!rules.isEvaluation)
    refuse("evaluation-key", "This custodian takes no statement signed by the portal.");
  const mayBePortals = PORTAL_KINDS.includes(kind) || (kind === "roster" && rules.mayPortalSucceed === true);
  if (!mayBePortals) refuse("evaluation-key", `The portal signs no ${kind} statement for a person.`);
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
