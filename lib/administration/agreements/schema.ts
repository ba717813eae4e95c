import { z } from "zod";
import { pageOf, pageQuery, Receipt, visibleText } from "@/lib/schema";

/** Acts that need two people. */
export const AgreementKindName = z.enum([
  "invitation",
  "duties",
  "membership",
  "reset",
  "resume",
  "suspension",
  "api_key",
  "agency",
  "agency_record",
  "rules",
  "provisioning",
  "identity_provider",
  "seal",
]);
export type AgreementKindName = z.infer<typeof AgreementKindName>;

export const AgreementState = z.enum(["open", "agreed", "refused", "sent_back", "withdrawn", "expired"]);
export type AgreementState = z.infer<typeof AgreementState>;

/** Why a person asks for a change that needs a second person. */
export const Reason = visibleText(1000);

const Fact = z.union([z.string(), z.array(z.union([z.string(), z.record(z.string(), z.string())]))]);
/** The facts of a record before or after a change, by name. */
export const Facts = z.record(z.string(), Fact);
export type Facts = z.infer<typeof Facts>;

export const Agreement = z.object({
  id: z.string(),
  kind: AgreementKindName,
  state: AgreementState,
  subject: z.object({
    kind: z.enum(["person", "organisation", "program"]),
    id: z.string(),
    name: z.string(),
  }),
  before: Facts,
  after: Facts,
  reason: z.string(),
  asked_by: z.string(),
  asked_at: z.string(),
  expires_at: z.string(),
  decided_by: z.string().nullable(),
  decided_at: z.string().nullable(),
  decision_reason: z.string().nullable(),
  /** Whether the caller asked. */
  is_own: z.boolean(),
  /** Whether the caller may be the second person now. */
  may_agree: z.boolean(),
  /** Before this moment no one can agree; null where there is no hold. */
  agree_from: z.string().nullable(),
});
export type Agreement = z.infer<typeof Agreement>;

/** A link for a first sign-in: mailed where the instance has a mail server, shown once where it has none. */
export const LinkAnswer = z.object({
  /** Null where it was mailed, or the mail server did not take it. */
  link: z.string().nullable(),
  sent_to: z.string().nullable(),
  expires_at: z.string(),
});
export type LinkAnswer = z.infer<typeof LinkAnswer>;

export const AgreementAnswer = Agreement.extend({ receipt: Receipt });
export type AgreementAnswer = z.infer<typeof AgreementAnswer>;

/** The answer to the second person. */
export const AgreedAnswer = AgreementAnswer.extend({ invitation: LinkAnswer.optional() });
export type AgreedAnswer = z.infer<typeof AgreedAnswer>;

export const AgreementQuery = z.strictObject({
  view: z
    .enum(["waiting", "mine", "ended", "all"])
    .default("waiting")
    .describe("waiting: for the caller's agreement; mine: asked by the caller."),
  ...pageQuery,
});
export type AgreementQuery = z.infer<typeof AgreementQuery>;
export const AgreementList = pageOf(Agreement);
export type AgreementList = z.infer<typeof AgreementList>;

export const AgreementPath = z.strictObject({ id: z.uuid().toLowerCase() });

export const AgreeBody = z.strictObject({ reason: visibleText(1000).optional() });
export type AgreeBody = z.infer<typeof AgreeBody>;

export const EndBody = z.strictObject({ reason: Reason });
export type EndBody = z.infer<typeof EndBody>;
