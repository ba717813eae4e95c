import { z } from "zod";
import { GroupName } from "@/lib/vocabulary";
import { Refusal } from "./refusals";
import { FrozenRequestRecord, SignedReleaseEnd } from "./release-statement";
import {
  DecisionStatement,
  DisputeStatement,
  EscrowKeyStatement,
  GrantOkStatement,
  OpenStatement,
  Person,
  StatementSignature,
} from "./statements";

const Uuid = z.string().regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
const Base64url = z.string().regex(/^[A-Za-z0-9_-]*$/);
const Bytes32 = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
const Signature = z.string().regex(/^[A-Za-z0-9_-]{86}$/);

/** General JSON JWE of cfx1. lib/crypto checks its strict form, not this schema. */
export const Jwe = z.strictObject({
  protected: Base64url,
  recipients: z
    .array(
      z.strictObject({
        header: z.strictObject({
          kid: z.string().max(100),
          epk: z.strictObject({ crv: z.string(), kty: z.string(), x: Base64url }),
          apu: Base64url,
          apv: Base64url,
        }),
        encrypted_key: Base64url,
      }),
    )
    .min(1)
    .max(64),
  iv: Base64url,
  ciphertext: Base64url,
  tag: Base64url,
});
export type Jwe = z.infer<typeof Jwe>;

const Confirmed = z.strictObject({
  ok: z.literal(true),
  tx: Uuid,
  grp: GroupName,
  gen: z.int(),
  bd: Bytes32,
  kid: z.string(),
  signature: Signature,
});

/** One sealed group as the database stores it, with everything a custodian needs to open its own entry. */
export const RegistrationItem = z.strictObject({
  tx: Uuid,
  grp: GroupName,
  ep: z.string().regex(/^[1-9][0-9]{0,14}$/),
  /** A reseal adds one, when a party's key is compromised. */
  gen: z.int().min(1).max(10_000),
  /** Number of sealed fields of the group row. */
  fields: z.int().min(0).max(10_000),
  /** The transaction's list of field digests, base64url, in stored order. */
  rd_list: z.array(Bytes32).min(1).max(20_000),
  jwe: Jwe,
});
export type RegistrationItem = z.infer<typeof RegistrationItem>;

export const RegistrationResult = z.discriminatedUnion("ok", [
  Confirmed,
  z.strictObject({ ok: z.literal(false), tx: Uuid, grp: GroupName, gen: z.int(), reason: Refusal }),
]);
export type RegistrationResult = z.infer<typeof RegistrationResult>;

/** The same for a group whose escrow entry was wrapped for the newest epoch, with that entry. */
export const RewrapResult = z.discriminatedUnion("ok", [
  Confirmed.extend({ epk: Bytes32, encrypted_key: z.string().regex(/^[A-Za-z0-9_-]{54}$/) }),
  z.strictObject({ ok: z.literal(false), tx: Uuid, grp: GroupName, gen: z.int(), reason: Refusal }),
]);
export type RewrapResult = z.infer<typeof RewrapResult>;
export const RewrapResponse = z.strictObject({ results: z.array(RewrapResult) });

export const MAX_REGISTRATIONS = 500;
export const RegisterRequest = z.strictObject({
  items: z.array(RegistrationItem).min(1).max(MAX_REGISTRATIONS),
});
export type RegisterRequest = z.infer<typeof RegisterRequest>;
/** The results, and the custodian's signature over all of them together (statement `registered`). */
export const RegisterResponse = z.strictObject({
  results: z.array(RegistrationResult),
  signature: Signature,
});

export const SignedDecision = z.strictObject({ statement: DecisionStatement, signature: StatementSignature });
export type SignedDecision = z.infer<typeof SignedDecision>;

/** The record whose JCS digest is in the decisions. The custodian reads its kind and dates and ignores other members. */
export const AuthorizationRecord = z.looseObject({
  kind: z.enum(["court_order", "subpoena", "warrant", "statutory_demand", "audit_mandate", "epoc"]),
  valid_from: z.string(),
  valid_until: z.string(),
});
export type AuthorizationRecord = z.infer<typeof AuthorizationRecord>;

export const SignedDispute = z.strictObject({ statement: DisputeStatement, signature: StatementSignature });
export type SignedDispute = z.infer<typeof SignedDispute>;

/** Groups that the grant covers and that are not registered yet. */
export const Registrations = z.array(RegistrationItem).max(MAX_REGISTRATIONS).optional();

/** A grant that two reviewers decided. */
export const DecidedSubmission = z.strictObject({
  grant: Uuid,
  /** At least one of each stage. The policies ask for five of each at most. */
  decisions: z.array(SignedDecision).min(2).max(10),
  /** Required when the decisions name an authorization. */
  authorization: AuthorizationRecord.optional(),
  /** Digest of the policy set under which the portal makes the grant. */
  policy: Bytes32.optional(),
  /** The request whose digest is in the decisions. Without it only the requester can open. */
  request: FrozenRequestRecord.optional(),
  registrations: Registrations,
});
export type DecidedSubmission = z.infer<typeof DecidedSubmission>;

/** A masked grant based on a party's dispute statement. `holder` is the support person who took the dispute. */
export const DisputeSubmission = z.strictObject({
  grant: Uuid,
  dispute: SignedDispute,
  holder: Person,
  registrations: Registrations,
});
export type DisputeSubmission = z.infer<typeof DisputeSubmission>;

export const GrantResponse = z.strictObject({
  ok: z.literal(true),
  statement: GrantOkStatement,
  signature: Signature,
  registrations: z.array(RegistrationResult),
});
export type GrantResponse = z.infer<typeof GrantResponse>;

export const Revocation = z.strictObject({
  grant: Uuid,
  reason: z.string().min(1).max(2000),
  at: z.string().min(20).max(27),
  /** Ends a dispute statement for good: no later grant can use it, and existing grants based on it open nothing. */
  dispute_nonce: Bytes32.optional(),
  /** Required for a grant that executives released. Other grants end without it. */
  ended_by: SignedReleaseEnd.optional(),
});
export type Revocation = z.infer<typeof Revocation>;

export const IntentEvidence = z.strictObject({
  /** Canonical bytes of the intent entry. */
  entry: Base64url,
  parts: z.array(z.strictObject({ c: z.string().max(64), stored: Base64url, part_key: Bytes32 })).max(8),
});
export type IntentEvidence = z.infer<typeof IntentEvidence>;

export const OpenRequest = z.strictObject({
  grant: Uuid,
  transaction: Uuid,
  groups: z.array(GroupName).min(1).max(6),
  /** The sealed groups themselves, one for each of `groups`. */
  envelopes: z.array(RegistrationItem).min(1).max(6),
  intent: IntentEvidence,
  opening: z.strictObject({ statement: OpenStatement, signature: StatementSignature }),
  /** For evidence: replies that are not masked also have the salts of their fields. */
  with_salts: z.literal(true).optional(),
});
export type OpenRequest = z.infer<typeof OpenRequest>;

/** Flattened JWE of a reply (crypto.md "Answer"). */
export const ReplyJwe = z.strictObject({
  protected: Base64url,
  encrypted_key: Base64url,
  iv: Base64url,
  ciphertext: Base64url,
  tag: Base64url,
});

export const OpenResponse = z.strictObject({
  assurance: z.enum(["evaluation", "signed"]),
  views_left: z.int().min(0),
  leaf: Bytes32,
  replies: z.array(z.strictObject({ grp: GroupName, jwe: ReplyJwe, signature: Signature })).min(1),
});
export type OpenResponse = z.infer<typeof OpenResponse>;

export const SignedEpoch = z.strictObject({ statement: EscrowKeyStatement, signature: Signature });
export type SignedEpoch = z.infer<typeof SignedEpoch>;
/**
 * `rotation_days`: after how many days the custodian begins the next epoch automatically. Not signed, because it is only
 * displayed.
 */
export const EpochsResponse = z.strictObject({
  epochs: z.array(SignedEpoch).min(1),
  rotation_days: z.int().positive().optional(),
});
export type EpochsResponse = z.infer<typeof EpochsResponse>;

export const IdentityResponse = z.strictObject({
  log: z.string(),
  vkey: z.string(),
  evaluation: z.boolean(),
  roster: z.strictObject({ version: z.int(), digest: Bytes32 }).optional(),
});
export type IdentityResponse = z.infer<typeof IdentityResponse>;

/** The copy of the roster that people see (`Person` is a user's handle). */
export const RosterPerson = z.strictObject({
  person: Person,
  organisation: z.string().min(1).max(160),
  role: z.enum(["client", "miner", "coordinator", "auditor", "regulator", "admin"]).optional(),
  duties: z.array(z.string()).max(16),
  /** The participant that the person acts for. A party's dispute statement requires it. */
  participant: z.string().min(1).max(64).optional(),
  credentials: z
    .array(
      z.discriminatedUnion("kind", [
        z.strictObject({
          kind: z.literal("ed25519"),
          key_id: z.string().min(1).max(255),
          public_key: Bytes32,
        }),
        z.strictObject({
          kind: z.literal("passkey"),
          credential_id: z.string(),
          public_key: z.string(),
          rp_id: z.string(),
        }),
        z.strictObject({ kind: z.literal("portal-evaluation") }),
      ]),
    )
    .max(16),
});
export type RosterPerson = z.infer<typeof RosterPerson>;

export const PATHS = {
  identity: "/v1/identity",
  epochs: "/v1/epochs",
  registrations: "/v1/registrations",
  rewraps: "/v1/rewraps",
  destructions: "/v1/destructions",
  grants: "/v1/grants",
  revocations: "/v1/revocations",
  suspensions: "/v1/suspensions",
  reviews: "/v1/reviews",
  open: "/v1/open",
} as const;
