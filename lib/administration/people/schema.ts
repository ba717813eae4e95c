import { z } from "zod";
import {
  AgreementAnswer,
  AgreementKindName,
  LinkAnswer,
  Reason,
} from "@/lib/administration/agreements/schema";
import { CalendarDate, pageOf, pageQuery, Receipt, text, visibleLine } from "@/lib/schema";
import { Duty, Role } from "@/lib/vocabulary";

/** What administrators call the state of a person. An invited person has no way to sign in yet. */
export const PersonState = z.enum(["active", "invited", "suspended", "left"]);
export type PersonState = z.infer<typeof PersonState>;

/** Why an administrator should look at a person. */
export const PersonLook = z.enum(["code_only", "unseen", "link_ends", "key_without_end"]);
export type PersonLook = z.infer<typeof PersonLook>;

export const SignsInWith = z.enum(["passkey", "code", "password", "provider", "none"]);

export const PersonSummary = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  organisation: z.object({ id: z.string(), name: z.string() }),
  participant_id: z.string().nullable(),
  role: Role,
  duties: z.array(Duty),
  signs_in_with: SignsInWith,
  last_seen_at: z.string().nullable(),
  state: PersonState,
  /** Last day of a planned leave. */
  leaves_on: z.string().nullable(),
  looks: z.array(PersonLook),
});
export type PersonSummary = z.infer<typeof PersonSummary>;

export const PeopleView = z.enum(["all", "invited", "suspended", "left", "looks"]);
export type PeopleView = z.infer<typeof PeopleView>;

export const PeopleQuery = z.strictObject({
  view: PeopleView.default("all").describe("all leaves out people who left."),
  q: text(200).optional().describe("Part of a name or an address."),
  organisation: z.uuid().toLowerCase().optional(),
  role: Role.optional(),
  duty: Duty.optional(),
  ...pageQuery,
});
export type PeopleQuery = z.infer<typeof PeopleQuery>;

const Counts = z.object({
  all: z.int(),
  invited: z.int(),
  suspended: z.int(),
  left: z.int(),
  looks: z.int(),
  organisations: z.int(),
});
export const PeopleList = pageOf(PersonSummary).extend({ counts: Counts });
export type PeopleList = z.infer<typeof PeopleList>;

export const PersonPath = z.strictObject({ id: z.uuid().toLowerCase() });

const Factor = z.object({
  kind: z.enum(["password", "totp", "passkey", "recovery", "ed25519", "oidc"]),
  label: z.string().nullable(),
  created_at: z.string(),
  used_at: z.string().nullable(),
});

/** A person, with all that administrators may know of them. It contains no data that the person may open. */
export const PersonDetail = PersonSummary.extend({
  handle: z.string(),
  created_at: z.string(),
  state_reason: z.string().nullable(),
  state_at: z.string().nullable(),
  /** Whether their organisation names them as its reviewer in access reviews. */
  is_access_reviewer: z.boolean(),
  duties_given: z.array(z.object({ duty: Duty, by: z.string().nullable(), at: z.string() })),
  memberships: z.array(z.object({ id: z.string(), name: z.string() })),
  factors: z.array(Factor),
  sessions: z.array(z.object({ device: z.string(), last_seen_at: z.string(), expires_at: z.string() })),
  api_keys: z.array(
    z.object({
      id: z.string(),
      label: z.string(),
      prefix: z.string(),
      scopes: z.array(z.string()),
      expires_at: z.string().nullable(),
      last_used_at: z.string().nullable(),
    }),
  ),
  webhooks: z.array(z.object({ id: z.string(), name: z.string() })),
  link: z.object({ expires_at: z.string(), is_expired: z.boolean() }).nullable(),
  /** What the person has begun. Other people continue with it when they leave or lose a duty. */
  open_work: z.object({
    disputes: z.array(z.object({ id: z.string(), transaction_id: z.string() })),
    agreements: z.array(z.object({ id: z.string(), kind: AgreementKindName })),
  }),
  /** For an agency's officer: whom to call before a reset of their sign-in. */
  agency: z
    .object({
      contacts: z.array(z.object({ name: z.string(), email: z.string() })),
      numbers: z.array(z.string()),
    })
    .nullable(),
  /** Changes of this person that wait for a second person. */
  agreements: z.array(z.object({ id: z.string(), kind: AgreementKindName })),
});
export type PersonDetail = z.infer<typeof PersonDetail>;

/** A name part and a domain in plain letters, so that no other alphabet can pose as an address. */
const PLAIN_ADDRESS =
  /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?$/;
export const WorkEmail = z
  .string()
  .trim()
  .max(254)
  .regex(PLAIN_ADDRESS, "is not an address of plain letters, digits and signs")
  .refine((address) => address.slice(address.indexOf("@")).includes("."), "has no whole domain");

export const NewPerson = z.strictObject({
  name: visibleLine(120),
  email: WorkEmail,
  organisation_id: z.uuid().toLowerCase(),
  role: Role,
  duties: z
    .array(Duty)
    .max(Duty.options.length)
    .refine((duties) => new Set(duties).size === duties.length, "names one twice"),
  /** For clients and providers: the participant they act for. */
  participant_id: visibleLine(120).optional(),
  reason: Reason.optional().describe("Needed where a second administrator has to agree."),
});
export type NewPerson = z.infer<typeof NewPerson>;

/** The person as they will be, in an agreement. */
export const InvitedPerson = NewPerson.omit({ reason: true }).extend({
  handle: z.string(),
  organisation: z.string(),
});
export type InvitedPerson = z.infer<typeof InvitedPerson>;

/** Either the person was invited, or a second person has to agree first. */
export const InviteAnswer = z.object({
  user_id: z.string(),
  state: z.enum(["invited", "asked"]),
  agreement: AgreementAnswer.nullable(),
  invitation: LinkAnswer.nullable(),
  receipt: Receipt,
});
export type InviteAnswer = z.infer<typeof InviteAnswer>;

export const ResentAnswer = z.object({ user_id: z.string(), invitation: LinkAnswer, receipt: Receipt });
export type ResentAnswer = z.infer<typeof ResentAnswer>;

export const PersonReason = z.strictObject({ reason: Reason });

/** A callback about an agency's officer: the addresses of two contacts of the agency, and the called number. */
export const CallBack = z.strictObject({
  contacts: z.array(z.string().trim().min(1).max(254)).length(2),
  number: visibleLine(60),
  note: Reason.describe("Who said what, and when."),
});
export type CallBack = z.infer<typeof CallBack>;

/** An agency's officer is reset after a callback and a hold of 24 hours. */
export const ResetBody = z.strictObject({ reason: Reason, call: CallBack.optional() });
export type ResetBody = z.infer<typeof ResetBody>;

/** `told`: addresses to which the mail about an officer's reset was sent. All other people must be notified by hand. */
export const ResetAnswer = AgreementAnswer.extend({ told: z.array(z.string()) });
export type ResetAnswer = z.infer<typeof ResetAnswer>;

/** With a day in the future the leave is planned: everything ends when that day is over in UTC. Null ends the plan. */
export const Leave = z.strictObject({ reason: Reason, on: CalendarDate.nullable().optional() });
export type Leave = z.infer<typeof Leave>;

export const Rename = z.strictObject({ name: visibleLine(120) });
export const NoBody = z.strictObject({});

export const DutiesBody = z.strictObject({ role: Role, duties: NewPerson.shape.duties, reason: Reason });
export type DutiesBody = z.infer<typeof DutiesBody>;
export const Standing = z.strictObject({ role: Role, duties: z.array(Duty) });
export type Standing = z.infer<typeof Standing>;

export const MembershipsBody = z.strictObject({
  organisation_ids: z
    .array(z.uuid().toLowerCase())
    .min(1)
    .max(20)
    .refine((ids) => new Set(ids).size === ids.length, "names one twice"),
  reason: Reason,
});

/** The person after an act, with what the act ended. */
export const PersonAnswer = PersonSummary.extend({
  ended: z.object({
    sessions: z.int(),
    api_keys: z.int(),
    webhooks: z.int(),
    agreements: z.int(),
    grants: z.int(),
  }),
  /** Work that other people continue with. */
  handed_over: z.object({ disputes: z.int() }),
  /** The roster version without this person, which waits for two signatures; null where the roster need not change. */
  roster_change: z.string().nullable(),
  receipt: Receipt,
});
export type PersonAnswer = z.infer<typeof PersonAnswer>;
