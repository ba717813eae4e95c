import "server-only";
import { toBase64url } from "@/lib/crypto/bytes";
import { statementBytes } from "@/lib/crypto/statement-bytes";
import { type Core, remember } from "@/lib/custodian/core";
import type { RewrapChallenges } from "@/lib/custodian/lost-key/challenges";
import { checkProvenRewrap, proveRewrap } from "@/lib/custodian/lost-key/check-rewrap";
import { assuranceOf } from "@/lib/custodian/roster/signature";
import type {
  RewrapAccepted,
  RewrapChallenge,
  RewrapChallengeRequest,
  RewrapEnd,
  RewrapOkStatement,
  RewrapSubmission,
} from "@/lib/escrow/protocol/lost-key";
import type { RewrapTerms } from "@/lib/escrow/protocol/rewrap-statement";
import type { Roster } from "@/lib/escrow/protocol/roster";

/**
 * Challenges the new key's holder. The statements of two persons must be proven first, so that no challenge is issued
 * without an agreement.
 */
export async function challengeRewrap(
  core: Core,
  roster: Roster,
  challenges: RewrapChallenges,
  request: RewrapChallengeRequest,
): Promise<RewrapChallenge> {
  const proven = await proveRewrap(core, roster, request.statements);
  checkProvenRewrap(core, roster, proven);
  return challenges.ask(core, { ...proven, keyId: request.key_id });
}

function answer(core: Core, recovery: string, terms: RewrapTerms, assurance: RewrapOkStatement["assurance"]) {
  const { log, participant, old_kid, new_kid, new_public_key, transactions, not_after } = terms;
  const statement: RewrapOkStatement = {
    log,
    recovery,
    participant,
    old_kid,
    new_kid,
    new_public_key,
    transactions: transactions.length,
    not_after,
    assurance: assuranceOf(core, [assurance]),
  };
  const signature = core.identity.signNow(statementBytes("rewrap-ok", statement));
  return { statement, signature: toBase64url(signature) };
}

/**
 * Accepts a recovery for good. It needs the statements of two persons and the proof that the holder has the new key. A
 * known recovery gets the first answer, so that a caller may ask again after a lost answer. The proof is required each
 * time.
 */
export async function acceptRewrap(
  core: Core,
  roster: Roster,
  challenges: RewrapChallenges,
  submission: RewrapSubmission,
): Promise<RewrapAccepted> {
  const { statements, client_tag } = submission;
  const proven = await proveRewrap(core, roster, statements);
  const { recovery, terms } = proven;
  // All steps after this line are synchronous, so the custodian remembers exactly what it checked.
  const assurance = checkProvenRewrap(core, roster, proven);
  const nonce = challenges.take(core, recovery, client_tag);
  const known = core.memory.recoveries.find(recovery);
  if (known !== undefined) return answer(core, recovery, terms, known.assurance);
  remember(core, { kind: "recovery", recovery, statements, proven: nonce, assurance });
  return answer(core, recovery, terms, assurance);
}

/** Ends a recovery. This needs no proof, because it can only reduce access. */
export function endRewrap(core: Core, { recovery, reason }: RewrapEnd): { ok: true } {
  if (!core.memory.recoveries.isEnded(recovery)) remember(core, { kind: "recovery-end", recovery, reason });
  return { ok: true };
}
