import "server-only";
import type { z } from "zod";
import type { AppendedEntry } from "@/lib/audit/event";
import type { Clock } from "@/lib/clock";
import { fromBase64url, toBase64url } from "@/lib/crypto/bytes";
import type { Json } from "@/lib/crypto/canonical-json";
import { verifyEscrowOk } from "@/lib/crypto/escrow-ok";
import { x25519Handle } from "@/lib/crypto/primitives";
import { openReply } from "@/lib/crypto/reply";
import { parseVkey } from "@/lib/crypto/signed-note";
import { verifyStatement } from "@/lib/crypto/statement";
import { verifyEpoch } from "@/lib/escrow/epoch";
import {
  EpochsResponse,
  GrantResponse,
  type GrantSubmission,
  IdentityResponse,
  OpenResponse,
  PATHS,
  RegisterResponse,
  type RegistrationItem,
  type RegistrationResult,
  type Revocation,
  type SignedEpoch,
} from "@/lib/escrow/protocol";
import type { GroupName, OpenStatement, StatementSignature } from "@/lib/escrow/statements";
import { callCustodian, distrust } from "@/lib/escrow/transport";

/** The escrow public key that is sealed to now; its signature has been verified with the pinned key. */
export interface EscrowEpoch {
  readonly epoch: number;
  /** `escrow#<epoch>` */
  readonly kid: string;
  readonly publicKey: Uint8Array;
  readonly signed: SignedEpoch;
}

/** One opening through escrow: what is asked, the requester's word for it, and the record that it is happening. */
export interface EscrowOpening {
  readonly grant: string;
  readonly transaction: string;
  readonly groups: readonly GroupName[];
  /** The sealed groups as they stand in the database, one for each of `groups`. */
  readonly envelopes: readonly RegistrationItem[];
  /** The committed intent entry (action `disclosure.open`, details of `intentDetails`). */
  readonly intent: AppendedEntry;
  readonly opening: { readonly statement: OpenStatement; readonly signature: StatementSignature };
  /** With the private key the answer is opened here; without, it stays sealed to its owner. */
  readonly replyKey: { readonly publicKey: Uint8Array; readonly privateKey?: Uint8Array };
}

export interface SealedReply {
  readonly jwe: Readonly<Record<string, unknown>>;
  readonly signature: string;
}

export interface EscrowOpened {
  readonly assurance: "evaluation" | "signed";
  readonly viewsLeft: number;
  /** Fields by group; empty when the reply key is the requester's own. */
  readonly data: Readonly<Partial<Record<GroupName, Record<string, Json>>>>;
  /** Names of masked fields by group. */
  readonly masked: Readonly<Partial<Record<GroupName, readonly string[]>>>;
  readonly sealed: Readonly<Partial<Record<GroupName, SealedReply>>>;
}

/** A grant the custodian has and will enforce; `statement` is its own reading of the scope. */
export type AcceptedGrant = GrantResponse;

/**
 * The escrow custodian as the portal and the worker see it. Every answer that matters is signed and verified
 * with the pinned key. Away: DomainError custodian.unavailable (503). Refusal: custodian.refused (403) with
 * `extra.reason`, one of `Refusal`.
 */
export interface EscrowClient {
  /** The pinned key. */
  readonly vkey: string;
  identity(): Promise<IdentityResponse>;
  epoch(): Promise<EscrowEpoch>;
  epochs(): Promise<readonly SignedEpoch[]>;
  register(items: readonly RegistrationItem[]): Promise<readonly RegistrationResult[]>;
  submitGrant(submission: GrantSubmission): Promise<AcceptedGrant>;
  revoke(revocation: Revocation): Promise<void>;
  open(opening: EscrowOpening): Promise<EscrowOpened>;
}

export interface EscrowClientOptions {
  readonly url: string;
  /** The pinned identity of the custodian: `<origin>/custodian+hash+key`. */
  readonly vkey: string;
  /** Origin of the log. */
  readonly log: string;
  readonly clock: Clock;
  readonly timeoutMs?: number;
  /** Epochs known from the database, so that sealing goes on while the custodian is away. */
  readonly storedEpochs?: () => Promise<readonly SignedEpoch[]>;
}

const TIMEOUT_MS = 8_000;
const EPOCH_FRESH_MS = 30_000;

interface Pinned {
  readonly url: string;
  readonly log: string;
  readonly publicKey: Uint8Array;
  readonly timeoutMs: number;
}

export function createEscrowClient(options: EscrowClientOptions): EscrowClient {
  const pinned: Pinned = {
    url: options.url,
    log: options.log,
    publicKey: parseVkey(options.vkey).publicKey,
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
  };
  return {
    vkey: options.vkey,
    identity: async () => {
      const identity = await call(pinned, "GET", PATHS.identity, IdentityResponse);
      if (identity.vkey !== options.vkey || identity.log !== pinned.log) throw distrust("identity");
      return identity;
    },
    epoch: epochReader(pinned, options),
    epochs: () => readEpochs(pinned),
    register: (items) => register(pinned, items),
    submitGrant: (submission) => submitGrant(pinned, submission),
    revoke: async (revocation) => {
      await callCustodian(pinned, { method: "POST", path: PATHS.revocations, body: revocation });
    },
    open: (opening) => open(pinned, opening),
  };
}

async function call<S extends z.ZodType>(
  pinned: Pinned,
  method: string,
  path: string,
  schema: S,
  body?: unknown,
): Promise<z.output<S>> {
  const answer = await callCustodian(pinned, { method, path, body });
  const parsed = schema.safeParse(answer);
  if (!parsed.success) throw distrust("answer");
  return parsed.data;
}

async function readEpochs(pinned: Pinned): Promise<readonly SignedEpoch[]> {
  const { epochs } = await call(pinned, "GET", PATHS.epochs, EpochsResponse);
  for (const epoch of epochs) if (!verifyEpoch(pinned, epoch)) throw distrust("epoch");
  return epochs;
}

/** The newest epoch, read again when older than half a minute; while the custodian is away the last known stays. */
function epochReader(pinned: Pinned, options: EscrowClientOptions): () => Promise<EscrowEpoch> {
  let known: { readonly epoch: EscrowEpoch; readonly at: number } | undefined;
  const load = async (): Promise<EscrowEpoch> => {
    try {
      return newest(await readEpochs(pinned));
    } catch (error) {
      if (known !== undefined) return known.epoch;
      const stored = (await options.storedEpochs?.())?.filter((epoch) => verifyEpoch(pinned, epoch)) ?? [];
      if (stored.length === 0) throw error;
      return newest(stored);
    }
  };
  return async () => {
    const now = options.clock.nowMs();
    if (known === undefined || Math.abs(now - known.at) > EPOCH_FRESH_MS)
      known = { epoch: await load(), at: now };
    return known.epoch;
  };
}

function newest(epochs: readonly SignedEpoch[]): EscrowEpoch {
  const signed = epochs.reduce((a, b) => (b.statement.epoch > a.statement.epoch ? b : a));
  const { epoch, kid, public_key } = signed.statement;
  return { epoch, kid, publicKey: fromBase64url(public_key), signed };
}

async function register(
  pinned: Pinned,
  items: readonly RegistrationItem[],
): Promise<readonly RegistrationResult[]> {
  if (items.length === 0) return [];
  const { results } = await call(pinned, "POST", PATHS.registrations, RegisterResponse, { items });
  if (results.length !== items.length) throw distrust("registration");
  checkRegistrations(pinned, results);
  return results;
}

function checkRegistrations(pinned: Pinned, results: readonly RegistrationResult[]): void {
  for (const result of results) {
    if (result.ok && !verifyEscrowOk(pinned.publicKey, result, fromBase64url(result.signature))) {
      throw distrust("registration");
    }
  }
}

async function submitGrant(pinned: Pinned, submission: GrantSubmission): Promise<AcceptedGrant> {
  const accepted = await call(pinned, "POST", PATHS.grants, GrantResponse, submission);
  const signature = fromBase64url(accepted.signature);
  const isSigned = verifyStatement(pinned.publicKey, "grant-ok", accepted.statement, signature);
  if (!isSigned || accepted.statement.grant !== submission.grant) throw distrust("grant");
  checkRegistrations(pinned, accepted.registrations);
  return accepted;
}

function intentEvidence(intent: AppendedEntry): unknown {
  const parts = intent.parts.filter((part) => part.kind === "org");
  return {
    entry: toBase64url(intent.bytes),
    parts: parts.map(({ c, stored, partKey }) => ({
      c,
      stored: toBase64url(stored),
      part_key: toBase64url(partKey),
    })),
  };
}

async function open(pinned: Pinned, opening: EscrowOpening): Promise<EscrowOpened> {
  const { grant, transaction, groups, envelopes } = opening;
  const answer = await call(pinned, "POST", PATHS.open, OpenResponse, {
    grant,
    transaction,
    groups,
    envelopes,
    intent: intentEvidence(opening.intent),
    opening: opening.opening,
  });
  const sealed = Object.fromEntries(
    answer.replies.map(({ grp, jwe, signature }) => [grp, { jwe, signature }]),
  );
  const data: Partial<Record<GroupName, Record<string, Json>>> = {};
  const masked: Partial<Record<GroupName, readonly string[]>> = {};
  const { privateKey } = opening.replyKey;
  if (privateKey !== undefined) {
    for (const { grp, jwe, signature } of answer.replies) {
      const reply = await openOne(pinned, opening, { grp, jwe, signature }, privateKey);
      data[grp] = reply.fields;
      masked[grp] = reply.masked;
    }
  }
  return { assurance: answer.assurance, viewsLeft: answer.views_left, data, masked, sealed };
}

async function openOne(
  pinned: Pinned,
  opening: EscrowOpening,
  reply: OpenResponse["replies"][number],
  privateKey: Uint8Array,
): Promise<{ fields: Record<string, Json>; masked: string[] }> {
  const handle = x25519Handle(privateKey);
  const payload = await openReply({
    intent: opening.intent.id,
    tx: opening.transaction,
    group: reply.grp,
    replyKey: opening.replyKey.publicKey,
    jwe: reply.jwe,
    signature: reply.signature,
    derive: handle.derive,
    custodianPublicKey: pinned.publicKey,
  }).catch(() => {
    throw distrust("reply");
  });
  const { fields, masked } = payload;
  if (typeof fields !== "object" || fields === null || Array.isArray(fields) || !Array.isArray(masked)) {
    throw distrust("reply");
  }
  return { fields, masked: masked.filter((name) => typeof name === "string") };
}
