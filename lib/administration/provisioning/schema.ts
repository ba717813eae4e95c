import { z } from "zod";
import { Reason } from "@/lib/administration/agreements/schema";
import { NewPerson } from "@/lib/administration/people/schema";
import { AgencyRecordBody } from "@/lib/organisations/schema";
import { Receipt, visibleLine } from "@/lib/schema";
import { Role } from "@/lib/vocabulary";

/** A group of the identity provider, and the role and duties that its members have. */
export const MappedGroup = z.strictObject({
  name: visibleLine(200),
  role: Role,
  duties: NewPerson.shape.duties,
});
export type MappedGroup = z.infer<typeof MappedGroup>;

const Groups = z
  .array(MappedGroup)
  .max(50)
  .refine((groups) => new Set(groups.map(({ name }) => name)).size === groups.length, "names one twice");

/** The settings of an organisation's provisioning. Two administrators agree to them. */
export const ProvisioningSettings = z.strictObject({
  /** Domains of the people that the provider keeps. Those of an agency are in its record. */
  email_domains: AgencyRecordBody.shape.email_domains,
  /** Of a person who is in no mapped group. Without it such a person waits for a group. */
  role: Role.optional(),
  /** For clients and providers: the participant they act for. */
  participant_id: visibleLine(120).optional(),
  groups: Groups,
});
export type ProvisioningSettings = z.infer<typeof ProvisioningSettings>;

export const ProvisioningChange = ProvisioningSettings.extend({ reason: Reason });
export type ProvisioningChange = z.infer<typeof ProvisioningChange>;

/** One call of the identity provider, with its result. */
export const ScimCall = z.object({
  at: z.string(),
  method: z.string(),
  path: z.string(),
  status: z.int(),
  detail: z.string().nullable(),
});
export type ScimCall = z.infer<typeof ScimCall>;

export const ScimToken = z.object({
  id: z.string(),
  prefix: z.string(),
  state: z.enum(["live", "expired", "revoked"]),
  /** The administrator who saw it. What it asks for counts as asked by them. */
  made_by: z.object({ name: z.string(), is_active: z.boolean() }),
  created_at: z.string(),
  expires_at: z.string(),
  last_used_at: z.string().nullable(),
  revoked_at: z.string().nullable(),
});
export type ScimToken = z.infer<typeof ScimToken>;

const GroupView = z.object({ id: z.string(), name: z.string(), members: z.int(), is_mapped: z.boolean() });

export const Provisioning = z.object({
  id: z.string(),
  /** The address to give to the identity provider. */
  address: z.string(),
  /** Null until two administrators have agreed to settings. */
  settings: ProvisioningSettings.nullable(),
  /** Domains in force. */
  domains: z.array(z.string()),
  /** Live tokens, and those that ended in the last 30 days. */
  tokens: z.array(ScimToken),
  /** Newest first. */
  calls: z.array(ScimCall),
  groups: z.array(GroupView),
  /** People whose role and duties are not those of their groups, and who wait for no agreement. */
  differing: z.array(z.object({ id: z.string(), name: z.string() })),
});
export type Provisioning = z.infer<typeof Provisioning>;

export const NewScimToken = z.strictObject({
  /** How long it works. */
  days: z.int().min(1).max(400).default(180),
  /** A token that this one replaces. It works for the overlap. */
  replaces: z.uuid().toLowerCase().optional(),
  overlap_hours: z
    .int()
    .min(0)
    .max(24 * 7)
    .default(24),
});
export type NewScimToken = z.infer<typeof NewScimToken>;

/** The answer to making a token, the only one with its text. */
export const MadeScimToken = ScimToken.extend({ token: z.string(), receipt: Receipt });
export type MadeScimToken = z.infer<typeof MadeScimToken>;

export const ScimTokenPath = z.strictObject({
  id: z.uuid().toLowerCase(),
  token_id: z.uuid().toLowerCase(),
});
export const ScimTokenEnd = z.strictObject({ reason: Reason });
export const EndedScimToken = ScimToken.extend({ receipt: Receipt.optional() });
export type EndedScimToken = z.infer<typeof EndedScimToken>;

/** What was asked for people whose groups gave them something else. */
export const AppliedProvisioning = z.object({
  done: z.array(z.object({ id: z.string(), name: z.string() })),
  failed: z.array(z.object({ id: z.string(), name: z.string(), detail: z.string() })),
});
export type AppliedProvisioning = z.infer<typeof AppliedProvisioning>;
