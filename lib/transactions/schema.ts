import { z } from "zod";
import type { Json } from "@/lib/crypto/json/canonical-json";
import { StatementSignature } from "@/lib/escrow/protocol/statements";
import {
  Instant,
  pageOf,
  pageQuery,
  Receipt,
  RecordName,
  text,
  visibleLine,
  visibleText,
} from "@/lib/schema";
import { isAssetCode } from "@/lib/transactions/assets";
import { GroupName, Purpose } from "@/lib/vocabulary";

export const MAX_PARTICIPANTS = 32;
export const MAX_BATCH = 1000;
const MAX_MEMBERS = 1000;
/** Sealing nests a value two levels deeper than the request does; both stay far below the parser's limit. */
const MAX_DEPTH = 32;

/** Ids are compared as text in places, so only one spelling is allowed. */
const Uuid = z.uuid().toLowerCase();

export const ParticipantId = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, "not a participant id");

export const TransactionStatus = z.enum([
  "created",
  "processing",
  "completed",
  "settled",
  "failed",
  "disputed",
]);
export type TransactionStatus = z.infer<typeof TransactionStatus>;

function isShallow(value: unknown, depth = 0): boolean {
  if (typeof value !== "object" || value === null) return true;
  return depth < MAX_DEPTH && Object.values(value).every((member) => isShallow(member, depth + 1));
}

/** Returns whether a parsed body's value is JSON. The HTTP layer parses nothing else; this narrows the type. */
export function isJson(value: unknown): value is Json {
  if (value === null || ["string", "number", "boolean"].includes(typeof value)) return true;
  return typeof value === "object" && Object.values(value).every(isJson);
}

/** Any JSON except null: an absent value is left out. */
const Value = z
  .unknown()
  .refine((value) => value !== null && value !== undefined, "must not be null")
  .refine((value) => isShallow(value), `nested deeper than ${MAX_DEPTH}`);

/** A value whose members become sealed fields of the group, so none may have the group's own name. */
function groupValue(group: GroupName) {
  return Value.superRefine((value, context) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return;
    const names = Object.keys(value);
    if (names.length > MAX_MEMBERS)
      context.addIssue({ code: "custom", message: `more than ${MAX_MEMBERS} members` });
    if (Object.hasOwn(value, group)) {
      context.addIssue({ code: "custom", path: [group], message: "a member may not be named as its group" });
    }
  });
}

export const Amount = z
  .string()
  .regex(
    /^-?(0|[1-9]\d{0,17})(\.\d{1,18})?$/,
    "not a decimal number such as 1000.50, with at most 18 digits before the point and 18 after it",
  );
export const AssetCode = z
  .string()
  .max(16)
  .refine(isAssetCode, "neither an ISO 4217 code nor a declared asset");

const NO_POLICIES = "access policies are not evaluated yet, so none is accepted";
const NOT_YET = "is not taken before client-held keys are available";

/** The body of `POST /confidential/transactions`. */
export const NewTransaction = z.strictObject({
  job_id: visibleLine(200),
  amount: Amount.optional(),
  currency: AssetCode.optional(),
  pricing: groupValue("pricing").optional(),
  settlement_details: groupValue("settlement_details").optional(),
  parties: Value.optional(),
  narrative: z.string().max(100_000).optional(),
  occurred_at: Instant.optional(),
  external_references: z
    .array(z.strictObject({ scheme: text(100), value: text(500) }))
    .max(100)
    .optional(),
  confidential: z.boolean().optional(),
  participants: z.array(ParticipantId).min(1, "at least one participant").max(MAX_PARTICIPANTS),
  /** Must be empty: policies are not evaluated yet, and none may be accepted and ignored. */
  access_policies: z.array(text(200), NO_POLICIES).max(0, NO_POLICIES).optional(),
  transaction_id: z.uuidv7().toLowerCase().optional(),
  digests: z
    .unknown()
    .refine((value) => value === undefined, NOT_YET)
    .optional(),
  client_envelopes: z
    .unknown()
    .refine((value) => value === undefined, NOT_YET)
    .optional(),
});
export type NewTransaction = z.output<typeof NewTransaction>;

/** A transaction as its parties and staff may see it, without opening. */
export const TransactionView = z.object({
  /** With `created_at`: the names that things of the API have. The other two are those of the coordinator's programs. */
  id: z.string(),
  created_at: z.string(),
  transaction_id: z.string(),
  job_id: z.string(),
  timestamp: z.string(),
  status: TransactionStatus,
  confidential: z.boolean(),
  participants: z.array(z.string()),
  submitter: z.string(),
  has_encrypted_data: z.boolean(),
  sealed_groups: z.array(GroupName),
  occurred_at: z.string().optional(),
  amount: z.string().optional(),
  currency: z.string().optional(),
  pricing: z.unknown().optional(),
  settlement_details: z.unknown().optional(),
});
export type TransactionView = z.infer<typeof TransactionView>;

export const TransactionAnswer = TransactionView.extend({ receipt: Receipt });
export type TransactionAnswer = z.infer<typeof TransactionAnswer>;

/** Items are checked one by one, so one bad item does not refuse the others. */
export const NewBatch = z.strictObject({
  transactions: z.array(z.unknown()).min(1).max(MAX_BATCH),
  atomic: z.boolean().default(false),
});
export type NewBatch = z.output<typeof NewBatch>;

export const BatchResult = z.object({
  index: z.int(),
  status: z.int(),
  transaction_id: z.string().optional(),
  receipt: Receipt.optional(),
  problem: z.record(z.string(), z.unknown()).optional(),
});
export type BatchResult = z.infer<typeof BatchResult>;
export const BatchAnswer = z.object({ results: z.array(BatchResult) });
export type BatchAnswer = z.infer<typeof BatchAnswer>;

export const TransactionPath = z.strictObject({ id: RecordName });

export const TransactionQuery = z.strictObject({
  ...pageQuery,
  job_id: text(200).optional(),
  participant: ParticipantId.optional(),
  status: TransactionStatus.optional(),
  from: Instant.optional(),
  to: Instant.optional(),
});
export type TransactionQuery = z.output<typeof TransactionQuery>;
export const TransactionPage = pageOf(TransactionView);

/** A signed `open` statement prepared by `POST /confidential/access/openings`. */
export const SignedOpening = z.strictObject({ opening_id: Uuid, signature: StatementSignature });
export type SignedOpening = z.infer<typeof SignedOpening>;

export const AccessBody = z.strictObject({
  purpose: Purpose,
  justification: visibleText(2000).optional(),
  fields: z.array(GroupName).min(1).max(6).optional(),
  grant_id: Uuid.optional(),
  opening: SignedOpening.optional(),
});
export type AccessBody = z.output<typeof AccessBody>;
/** Programs of the coordinator also name the requester. The credential decides; a different name is refused. */
const requester = { requester: ParticipantId.optional() } as const;
/** The body if the path names the transaction. A transaction in the body must be the same one. */
export const AccessOfPathBody = AccessBody.extend({ ...requester, transaction_id: RecordName.optional() });
export type AccessOfPathBody = z.output<typeof AccessOfPathBody>;
export const AccessByIdBody = AccessBody.extend({ ...requester, transaction_id: RecordName });

export const AuditBody = AccessBody.extend({
  authorization: Uuid.optional(),
  hours_override: z.strictObject({ reason: visibleText(2000) }).optional(),
});
export type AuditBody = z.output<typeof AuditBody>;
export const AuditByIdBody = AuditBody.extend({ transaction_id: RecordName });

export const Disclosure = z.object({
  success: z.literal(true),
  access_id: z.string(),
  data: z.record(z.string(), z.unknown()),
  receipt: Receipt,
  /** `setup`: signed by people, on an instance that is not ready for real data. */
  assurance: z.enum(["evaluation", "setup", "signed"]).optional(),
  masked: z.array(GroupName).optional(),
});
export type Disclosure = z.infer<typeof Disclosure>;

/** What a person copied out of an opening; the value itself is never sent. */
export const CopyBody = z.strictObject({ access_id: Uuid, fields: z.array(GroupName).min(1).max(6) });
export type CopyBody = z.output<typeof CopyBody>;
export const CopyAnswer = z.object({ success: z.literal(true), receipt: Receipt });
export type CopyAnswer = z.infer<typeof CopyAnswer>;

export const StatusBody = z.strictObject({ status: TransactionStatus, reason: visibleText(2000).optional() });
export type StatusBody = z.output<typeof StatusBody>;

export const RetentionBody = z.strictObject({
  retention_class: z.enum(["standard", "extended"]),
  reason: visibleText(2000),
});
export type RetentionBody = z.output<typeof RetentionBody>;

export const RetentionAnswer = z.object({
  transaction_id: z.string(),
  retention_class: z.enum(["standard", "extended"]),
  receipt: Receipt,
});
export type RetentionAnswer = z.input<typeof RetentionAnswer>;

export const EnvelopeItem = z.object({
  group: GroupName,
  jwe: z.record(z.string(), z.unknown()),
  ep: z.string(),
  gen: z.int(),
  digests: z.array(z.string()),
  entry: z.object({
    id: z.string(),
    bytes: z.string(),
    proof: z.string().optional(),
  }),
});
export const EnvelopeList = z.object({ items: z.array(EnvelopeItem) });
export type EnvelopeList = z.infer<typeof EnvelopeList>;
