import "server-only";
import { fromBase64url } from "@/lib/crypto/bytes";
import { verifyStatement } from "@/lib/crypto/statement";
import type { Core } from "@/lib/custodian/core";
import { refuse } from "@/lib/custodian/refused";
import { verifyPasskey } from "@/lib/custodian/roster/passkey";
import { type PasskeyUse, useOf } from "@/lib/custodian/roster/passkey-uses";
import type { RosterPerson } from "@/lib/escrow/protocol/messages";
import type { Roster } from "@/lib/escrow/protocol/roster";
import type { StatementSignature } from "@/lib/escrow/protocol/statements";
import { isPortalSigned } from "@/lib/escrow/protocol/succession";

export type Assurance = "evaluation" | "signed";

/** Returns the combined value of several proofs. In an evaluation custodian all proofs count as evaluation. */
export function assuranceOf(core: Pick<Core, "memory">, proofs: readonly Assurance[]): Assurance {
  return core.memory.isEvaluation || proofs.includes("evaluation") ? "evaluation" : "signed";
}

/** Key id of the portal's signatures in place of a person. */
export function evaluationKeyId(log: string): string {
  return `${log}/evaluation`;
}

export interface SignatureRules {
  readonly log: string;
  readonly isEvaluation: boolean;
  readonly roster: Roster;
  /** Accepted origins in addition to the roster's: the evaluation's own address. */
  readonly origins?: readonly string[];
  /** Set where the caller later checks what the portal's signature for a roster or a recovery may change. */
  readonly mayPortalAgree?: boolean;
}

export function rulesOf(
  core: Pick<Core, "log" | "isEvaluation" | "origins">,
  roster: Roster,
): SignatureRules {
  const { log, isEvaluation, origins } = core;
  return { log, isEvaluation, roster, origins };
}

/** The value of a verified signature. `requireFresh` still has to check a passkey's counter. */
export interface Proof {
  readonly assurance: Assurance;
  readonly use?: PasskeyUse;
}

const PORTAL_KINDS: readonly string[] = [
  "decision",
  "open",
  "dispute",
  "rewrap",
  "release",
  "release-end",
  "break-glass",
  "review",
  "epoch",
  "policy",
  "access-review",
];

function verifyByPortal(
  rules: SignatureRules,
  person: RosterPerson,
  about: { readonly kind: string; readonly object: unknown },
  signature: string,
): Proof {
  const { kind, object } = about;
  if (!rules.isEvaluation)
    refuse("evaluation-key", "This custodian accepts no statement signed by the portal.");
  const isCheckedByCaller = (kind === "roster" || kind === "recovery") && rules.mayPortalAgree === true;
  const mayBePortals = PORTAL_KINDS.includes(kind) || isCheckedByCaller;
  if (!mayBePortals) refuse("evaluation-key", `The portal signs no ${kind} statement for a person.`);
  const { evaluation_key } = rules.roster;
  if (!isPortalSigned(person) || evaluation_key === undefined) {
    refuse("evaluation-key", `${person.person} signs with a key of their own.`);
  }
  if (!verifyStatement(fromBase64url(evaluation_key), kind, object, fromBase64url(signature))) {
    refuse("signature", `The ${kind} statement's signature is not valid.`);
  }
  return { assurance: "evaluation" };
}

/**
 * Requires that this roster person signed a statement, and returns the value of the signature. It changes nothing and
 * takes time. The caller checks counters and conflicts in the step that stores the act.
 */
export async function proveSignature(
  rules: SignatureRules,
  person: RosterPerson,
  kind: string,
  object: unknown,
  signature: StatementSignature,
): Promise<Proof> {
  if (signature.kind === "passkey") {
    const origins = [...rules.roster.origins, ...(rules.origins ?? [])];
    await verifyPasskey(person, origins, { kind, object }, signature);
    const use = useOf(kind, object, signature);
    return { assurance: "signed", ...(use === undefined ? {} : { use }) };
  }
  if (signature.key_id === evaluationKeyId(rules.log)) {
    return verifyByPortal(rules, person, { kind, object }, signature.signature);
  }
  const holds = person.credentials.some(
    (credential) =>
      credential.kind === "ed25519" &&
      credential.key_id === signature.key_id &&
      verifyStatement(fromBase64url(credential.public_key), kind, object, fromBase64url(signature.signature)),
  );
  if (!holds) refuse("signature", `The ${kind} statement's signature is not ${person.person}'s.`);
  return { assurance: "signed" };
}

/**
 * Requires that a passkey's counter increased since its last use, unless both are 0 as with synced passkeys, or this very
 * use was seen before. A counter that decreased may mean a copied device (WebAuthn Level 3, 7.2).
 */
export function requireFresh(core: Pick<Core, "memory">, proof: Proof): void {
  const { use } = proof;
  if (use === undefined || core.memory.passkeys.isKnown(use)) return;
  const last = core.memory.passkeys.lastCounter(use.credentialId);
  if (use.counter === 0 && last === 0) return;
  if (use.counter <= last) refuse("counter", "The passkey's counter went back: it may have been copied.");
}
