import { type AnnouncedEnvelope, intentEvidence, type LostKeyClient } from "@/lib/escrow/protocol/port";
import "server-only";
import { fromBase64url } from "@/lib/crypto/bytes";
import { verifyStatement } from "@/lib/crypto/statement";
import { batchesOf } from "@/lib/escrow/client/batches";
import { askCustodian, callCustodian, distrust, type PinnedCustodian } from "@/lib/escrow/client/transport";
import {
  LOST_KEY_PATHS,
  type RecoverRequest,
  RecoverResponse,
  type RecoverResult,
  RewrapAccepted,
  RewrapChallenge,
  type RewrapSubmission,
} from "@/lib/escrow/protocol/lost-key";
import { rewrapDigest, termsOf } from "@/lib/escrow/protocol/rewrap-statement";

function isSame(result: RecoverResult, recovery: string, asked: AnnouncedEnvelope | undefined): boolean {
  if (asked === undefined) return false;
  const said = result.ok ? result.statement : result;
  const { tx, grp, gen } = asked.envelope;
  const isPlace = said.tx === tx && said.grp === grp && said.gen === gen;
  if (!result.ok) return isPlace;
  return isPlace && result.statement.recovery === recovery && result.statement.intent === asked.intent.id;
}

async function recover(
  pinned: PinnedCustodian,
  recovery: string,
  envelopes: readonly AnnouncedEnvelope[],
): Promise<readonly RecoverResult[]> {
  const items = envelopes.map(({ envelope, intent }) => ({ envelope, intent: intentEvidence(intent) }));
  const body: RecoverRequest = { recovery, items };
  const { results } = await askCustodian(pinned, "POST", LOST_KEY_PATHS.envelopes, RecoverResponse, body);
  if (results.length !== envelopes.length) throw distrust("re-wrap");
  for (const [at, result] of results.entries()) {
    const isSigned =
      !result.ok ||
      verifyStatement(pinned.publicKey, "rewrapped", result.statement, fromBase64url(result.signature));
    if (!isSigned || !isSame(result, recovery, envelopes[at])) throw distrust("re-wrap");
  }
  return results;
}

async function accept(pinned: PinnedCustodian, submission: RewrapSubmission): Promise<RewrapAccepted> {
  const accepted = await askCustodian(pinned, "POST", LOST_KEY_PATHS.accepted, RewrapAccepted, submission);
  const { statement, signature } = accepted;
  const [first] = submission.statements;
  const isThis =
    first !== undefined &&
    statement.recovery === rewrapDigest(termsOf(first.statement)) &&
    statement.new_public_key === first.statement.new_public_key;
  const isSigned = verifyStatement(pinned.publicKey, "rewrap-ok", statement, fromBase64url(signature));
  if (!isThis || !isSigned) throw distrust("re-wrap");
  return accepted;
}

export function createLostKeyClient(pinned: PinnedCustodian): LostKeyClient {
  return {
    challenge: (request) => askCustodian(pinned, "POST", LOST_KEY_PATHS.challenges, RewrapChallenge, request),
    accept: (submission) => accept(pinned, submission),
    recover: async (recovery, envelopes) => {
      const results: RecoverResult[] = [];
      for (const some of batchesOf(envelopes, ({ envelope }) => envelope))
        results.push(...(await recover(pinned, recovery, some)));
      return results;
    },
    end: async (end) => {
      await callCustodian(pinned, { method: "POST", path: LOST_KEY_PATHS.ends, body: end });
    },
  };
}
