import { z } from "zod";
import { GroupName } from "@/lib/vocabulary";
import { IntentEvidence, RegistrationItem } from "./messages";
import { Refusal } from "./refusals";
import { MAX_REWRAP_TRANSACTIONS, REWRAP_PERSONS, SignedRewrap } from "./rewrap-statement";

// Messages between portal and custodian about a participant's lost key (crypto.md "Lost participant key").

const Uuid = z.string().regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
const Bytes32 = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
const Signature = z.string().regex(/^[A-Za-z0-9_-]{86}$/);

/** Statements over the same terms, each by a different person. */
export const RewrapStatements = z.array(SignedRewrap).min(REWRAP_PERSONS).max(4);
export type RewrapStatements = z.infer<typeof RewrapStatements>;

/** `key_id` is the portal's name for the new key. The challenge contains it, so that the key's holder can compare it. */
export const RewrapChallengeRequest = z.strictObject({ statements: RewrapStatements, key_id: Uuid });
export type RewrapChallengeRequest = z.infer<typeof RewrapChallengeRequest>;

export const RewrapChallenge = z.strictObject({
  ephemeral_key: Bytes32,
  server_tag: Bytes32,
  nonce: Bytes32,
  expires_at: z.string(),
  context: z.string().max(4096),
});
export type RewrapChallenge = z.infer<typeof RewrapChallenge>;

export const RewrapSubmission = z.strictObject({ statements: RewrapStatements, client_tag: Bytes32 });
export type RewrapSubmission = z.infer<typeof RewrapSubmission>;

/** `sealport/rewrap-ok/1`: the custodian has the statements of two people and the proof of the new key. */
export const RewrapOkStatement = z.strictObject({
  log: z.string(),
  /** Digest of the terms. */
  recovery: Bytes32,
  participant: z.string(),
  old_kid: z.string(),
  new_kid: z.string(),
  new_public_key: Bytes32,
  transactions: z.int().min(0).max(MAX_REWRAP_TRANSACTIONS),
  not_after: z.string(),
  assurance: z.enum(["evaluation", "signed"]),
});
export type RewrapOkStatement = z.infer<typeof RewrapOkStatement>;
export const RewrapAccepted = z.strictObject({ statement: RewrapOkStatement, signature: Signature });
export type RewrapAccepted = z.infer<typeof RewrapAccepted>;

/** Envelopes of one call. */
export const MAX_RECOVERED = 300;

export const RecoverRequest = z.strictObject({
  recovery: Bytes32,
  items: z
    .array(z.strictObject({ envelope: RegistrationItem, intent: IntentEvidence }))
    .min(1)
    .max(MAX_RECOVERED),
});
export type RecoverRequest = z.infer<typeof RecoverRequest>;

/** `sealport/rewrapped/1`: the entry that the custodian made for this body and this recovery. */
export const RewrappedStatement = z.strictObject({
  log: z.string(),
  recovery: Bytes32,
  /** Log entry that announced it. */
  intent: Uuid,
  tx: Uuid,
  grp: GroupName,
  gen: z.int(),
  bd: Bytes32,
  kid: z.string(),
  epk: Bytes32,
  encrypted_key: z.string().regex(/^[A-Za-z0-9_-]{54}$/),
});
export type RewrappedStatement = z.infer<typeof RewrappedStatement>;

export const RecoverResult = z.discriminatedUnion("ok", [
  z.strictObject({ ok: z.literal(true), statement: RewrappedStatement, signature: Signature }),
  z.strictObject({ ok: z.literal(false), tx: Uuid, grp: GroupName, gen: z.int(), reason: Refusal }),
]);
export type RecoverResult = z.infer<typeof RecoverResult>;
export const RecoverResponse = z.strictObject({
  assurance: z.enum(["evaluation", "signed"]),
  results: z.array(RecoverResult),
});

/** Ends a recovery permanently, also one that the custodian does not know yet. */
export const RewrapEnd = z.strictObject({ recovery: Bytes32, reason: z.string().min(1).max(2_000) });
export type RewrapEnd = z.infer<typeof RewrapEnd>;

export const LOST_KEY_PATHS = {
  challenges: "/v1/lost-keys/challenges",
  accepted: "/v1/lost-keys",
  envelopes: "/v1/lost-keys/envelopes",
  ends: "/v1/lost-keys/ends",
} as const;

/** Action of the intent entry that announces one re-wrapped envelope, and the details in its org part. */
export const REWRAP_INTENT_ACTION = "disclosure.rewrap";

export function rewrapIntent(about: {
  readonly transaction: string;
  readonly group: GroupName;
  readonly recovery: string;
  readonly old_kid: string;
  readonly new_kid: string;
}): { transaction: string; groups: string[]; recovery: string; old_kid: string; new_kid: string } {
  const { transaction, group, recovery, old_kid, new_kid } = about;
  return { transaction, groups: [group], recovery, old_kid, new_kid };
}
