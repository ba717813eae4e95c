// The escrow client: how portal and worker call the custodian. store.ts and registrar.ts keep track of registered
// groups, epochs.ts stores the custodian's keys, and submit-grant.ts and open.ts are the calls of a grant and an
// opening. protocol/ has the messages and statements. Every answer that matters is verified with the pinned key.
import type { AcceptedGrant, EscrowClient, EscrowEpoch, GrantEnds } from "@/lib/escrow/protocol/port";
import "server-only";
import type { Clock } from "@/lib/clock";
import { fromBase64url } from "@/lib/crypto/bytes";
import { verifyEscrowOk } from "@/lib/crypto/escrow-ok";
import { parseVkey } from "@/lib/crypto/log/signed-note";
import { verifyStatement } from "@/lib/crypto/statement";
import { checkX25519PublicKey } from "@/lib/crypto/x25519-check";
import { batchesOf } from "@/lib/escrow/client/batches";
import { createLostKeyClient } from "@/lib/escrow/client/lost-key";
import { openThroughEscrow } from "@/lib/escrow/client/open";
import { createRosterReader } from "@/lib/escrow/client/roster-reader";
import { askCustodian, callCustodian, distrust, type PinnedCustodian } from "@/lib/escrow/client/transport";
import {
  EpochsResponse,
  GrantResponse,
  IdentityResponse,
  PATHS,
  RegisterResponse,
  type RegistrationItem,
  type RegistrationResult,
  type Revocation,
  RewrapResponse,
  type RewrapResult,
  type SignedEpoch,
} from "@/lib/escrow/protocol/messages";
import { POLICIES_PATH, PolicyHeld, type PolicyOrder } from "@/lib/escrow/protocol/policy-order";
import { NoteResponse, ROSTER_PATHS } from "@/lib/escrow/protocol/roster";
import {
  CO_VIEWER_ENDS_PATH,
  type CoViewerEnd,
  type GrantSubmission,
  ReviewResponse,
  type Suspension,
} from "@/lib/escrow/protocol/submissions";

/** Returns whether the pinned custodian signed an epoch's key for this log, and the key is safe to seal to. */
function verifyEpoch(
  pinned: { readonly log: string; readonly publicKey: Uint8Array },
  { statement, signature }: SignedEpoch,
): boolean {
  if (statement.log !== pinned.log || statement.kid !== `escrow#${statement.epoch}`) return false;
  try {
    checkX25519PublicKey(fromBase64url(statement.public_key));
    return verifyStatement(pinned.publicKey, "escrow-key", statement, fromBase64url(signature));
  } catch {
    return false;
  }
}

export interface EscrowClientOptions {
  readonly url: string;
  /** The pinned identity of the custodian: `<origin>/custodian+hash+key`. */
  readonly vkey: string;
  /** Origin of the log. */
  readonly log: string;
  readonly clock: Clock;
  readonly timeoutMs?: number;
  /** Epochs stored in the database, so that sealing continues while the custodian is away. */
  readonly storedEpochs?: () => Promise<readonly SignedEpoch[]>;
}

const TIMEOUT_MS = 8_000;
const EPOCH_FRESH_MS = 30_000;

export function createEscrowClient(options: EscrowClientOptions): EscrowClient {
  const pinned: PinnedCustodian = {
    url: options.url,
    log: options.log,
    publicKey: parseVkey(options.vkey).publicKey,
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
  };
  const rosters = createRosterReader(pinned, options.clock);
  const epochs = epochReader(pinned, options);
  return {
    vkey: options.vkey,
    identity: async () => {
      const identity = await askCustodian(pinned, "GET", PATHS.identity, IdentityResponse);
      if (identity.vkey !== options.vkey || identity.log !== pinned.log) throw distrust("identity");
      return identity;
    },
    epoch: epochs.read,
    epochs: async () => (await readEpochs(pinned)).epochs,
    rotationDays: epochs.rotationDays,
    register: (items) => inCalls(items, (some) => register(pinned, some)),
    beginEpoch: async (order) => {
      const answer = await askCustodian(pinned, "POST", PATHS.epochs, EpochsResponse, order);
      return epochs.learn(verified(pinned, answer));
    },
    rewrap: (items) => inCalls(items, (some) => rewrap(pinned, some)),
    destroyEpoch: async (order) => {
      await callCustodian(pinned, { method: "POST", path: PATHS.destructions, body: order });
    },
    submitGrant: (submission) => submitGrant(pinned, submission),
    ...createGrantEnds(pinned),
    open: (opening) => openThroughEscrow(pinned, opening),
    roster: rosters.read,
    knownRoster: rosters.known,
    submitRoster: rosters.submit,
    heldPolicy: () => policyHeld(pinned, "GET"),
    orderPolicy: (order) => policyHeld(pinned, "POST", order),
    noteStatement: async (note) =>
      (await askCustodian(pinned, "POST", ROSTER_PATHS.statements, NoteResponse, note)).assurance,
    lostKeys: createLostKeyClient(pinned),
  };
}

/** Reads or orders the policy set in force, and verifies who says so. */
async function policyHeld(
  pinned: PinnedCustodian,
  method: "GET" | "POST",
  order?: PolicyOrder,
): Promise<string | null> {
  const { statement, signature } = await askCustodian(pinned, method, POLICIES_PATH, PolicyHeld, order);
  const isSigned = verifyStatement(pinned.publicKey, "policy-held", statement, fromBase64url(signature));
  if (!isSigned || statement.log !== pinned.log) throw distrust("policy");
  return statement.document;
}

async function readEpochs(pinned: PinnedCustodian): Promise<EpochsResponse> {
  return verified(pinned, await askCustodian(pinned, "GET", PATHS.epochs, EpochsResponse));
}

function verified(pinned: PinnedCustodian, answer: EpochsResponse): EpochsResponse {
  for (const epoch of answer.epochs) if (!verifyEpoch(pinned, epoch)) throw distrust("epoch");
  return answer;
}

interface EpochReader {
  read(): Promise<EscrowEpoch>;
  /** Replaces the cached answer with the newest one. */
  learn(answer: EpochsResponse): EscrowEpoch;
  rotationDays(): number | undefined;
}

/** Returns the newest epoch. It is read again after half a minute. While the custodian is away the last known epoch is used. */
function epochReader(pinned: PinnedCustodian, options: EscrowClientOptions): EpochReader {
  let known: { readonly epoch: EscrowEpoch; readonly at: number } | undefined;
  let days: number | undefined;
  const heard = ({ epochs, rotation_days }: EpochsResponse): EscrowEpoch => {
    days = rotation_days;
    return newest(epochs);
  };
  const load = async (): Promise<EscrowEpoch> => {
    try {
      return heard(await readEpochs(pinned));
    } catch (error) {
      if (known !== undefined) return known.epoch;
      const stored = (await options.storedEpochs?.())?.filter((epoch) => verifyEpoch(pinned, epoch)) ?? [];
      if (stored.length === 0) throw error;
      return newest(stored);
    }
  };
  return {
    read: async () => {
      const now = options.clock.nowMs();
      if (known === undefined || Math.abs(now - known.at) > EPOCH_FRESH_MS)
        known = { epoch: await load(), at: now };
      return known.epoch;
    },
    learn: (answer) => {
      known = { epoch: heard(answer), at: options.clock.nowMs() };
      return known.epoch;
    },
    rotationDays: () => days,
  };
}

function newest(epochs: readonly SignedEpoch[]): EscrowEpoch {
  const signed = epochs.reduce((a, b) => (b.statement.epoch > a.statement.epoch ? b : a));
  const { epoch, kid, public_key } = signed.statement;
  return { epoch, kid, publicKey: fromBase64url(public_key), signed };
}

/** Returns one answer for each group in the given order, from as many calls as needed. */
async function inCalls<R>(
  items: readonly RegistrationItem[],
  call: (some: readonly RegistrationItem[]) => Promise<readonly R[]>,
): Promise<readonly R[]> {
  const results: R[] = [];
  for (const some of batchesOf(items, (item) => item)) results.push(...(await call(some)));
  return results;
}

async function register(
  pinned: PinnedCustodian,
  items: readonly RegistrationItem[],
): Promise<readonly RegistrationResult[]> {
  const answer = await askCustodian(pinned, "POST", PATHS.registrations, RegisterResponse, { items });
  const { results, signature } = answer;
  // One signature over the list, which contains that of each confirmation: each is verified when it is used.
  const isSigned = verifyStatement(pinned.publicKey, "registered", { results }, fromBase64url(signature));
  if (!isSigned || results.length !== items.length) throw distrust("registration");
  const isAnswer = items.every(({ tx, grp, gen }, at) => {
    const result = results[at];
    return result?.tx === tx && result.grp === grp && result.gen === gen;
  });
  if (!isAnswer) throw distrust("registration");
  return results;
}

function checkRegistrations(pinned: PinnedCustodian, results: readonly RegistrationResult[]): void {
  for (const result of results) {
    if (result.ok && !verifyEscrowOk(pinned.publicKey, result, fromBase64url(result.signature))) {
      throw distrust("registration");
    }
  }
}

async function rewrap(
  pinned: PinnedCustodian,
  items: readonly RegistrationItem[],
): Promise<readonly RewrapResult[]> {
  const { results } = await askCustodian(pinned, "POST", PATHS.rewraps, RewrapResponse, { items });
  if (results.length !== items.length) throw distrust("re-wrap");
  for (const result of results) {
    if (!result.ok) continue;
    const { epk: _epk, encrypted_key: _key, signature, ...said } = result;
    if (!verifyEscrowOk(pinned.publicKey, said, fromBase64url(signature))) throw distrust("re-wrap");
  }
  return results;
}

async function submitGrant(pinned: PinnedCustodian, submission: GrantSubmission): Promise<AcceptedGrant> {
  const accepted = await askCustodian(pinned, "POST", PATHS.grants, GrantResponse, submission);
  const signature = fromBase64url(accepted.signature);
  const isSigned = verifyStatement(pinned.publicKey, "grant-ok", accepted.statement, signature);
  if (!isSigned || accepted.statement.grant !== submission.grant) throw distrust("grant");
  checkRegistrations(pinned, accepted.registrations);
  return accepted;
}

function createGrantEnds(pinned: PinnedCustodian): GrantEnds {
  const tell = async (path: string, body: Revocation | Suspension | CoViewerEnd): Promise<void> => {
    await callCustodian(pinned, { method: "POST", path, body });
  };
  return {
    revoke: (revocation) => tell(PATHS.revocations, revocation),
    suspend: (suspension) => tell(PATHS.suspensions, suspension),
    endCoViewer: (end) => tell(CO_VIEWER_ENDS_PATH, end),
    review: (review) => askCustodian(pinned, "POST", PATHS.reviews, ReviewResponse, review),
  };
}
