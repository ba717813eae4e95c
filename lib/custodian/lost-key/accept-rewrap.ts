import "server-only";
import { toBase64url } from "@/lib/crypto/bytes";
import { signStatement } from "@/lib/crypto/statement";
import { type Core, remember } from "@/lib/custodian/core";
import type { RewrapChallenges } from "@/lib/custodian/lost-key/challenges";
import { proveRewrap, weighRewrap } from "@/lib/custodian/lost-key/check-rewrap";
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

/** Asks the new key's holder, after two persons' word was proven: nobody is asked about what nobody agreed to. */
export async function challengeRewrap(
  core: Core,
  roster: Roster,
  challenges: RewrapChallenges,
  request: RewrapChallengeRequest,
): Promise<RewrapChallenge> {
  const proven = await proveRewrap(core, roster, request.statements);
  weighRewrap(core, roster, proven);
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
  const signature = core.identity.withSeed((seed) => signStatement(seed, "rewrap-ok", statement));
  return { statement, signature: toBase64url(signature) };
}

/**
 * Takes a recovery for good: two persons' word, and the proof that the new key's holder has it. What is known already is
 * answered as it was, so that whoever lost the answer may ask again; the proof is required each time.
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
  // From here on nothing waits: what is checked is what is remembered.
  const assurance = weighRewrap(core, roster, proven);
  const nonce = challenges.take(core, recovery, client_tag);
  const known = core.memory.recoveries.find(recovery);
  if (known !== undefined) return answer(core, recovery, terms, known.assurance);
  remember(core, { kind: "recovery", recovery, statements, proven: nonce, assurance });
  return answer(core, recovery, terms, assurance);
}

/** Ending needs no proof: it can only take away. */
export function endRewrap(core: Core, { recovery, reason }: RewrapEnd): { ok: true } {
  if (!core.memory.recoveries.isEnded(recovery)) remember(core, { kind: "recovery-end", recovery, reason });
  return { ok: true };
}
