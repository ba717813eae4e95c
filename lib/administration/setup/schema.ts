import { z } from "zod";
import { WorkEmail } from "@/lib/administration/people/schema";
import { OfficeHoursBody } from "@/lib/organisations/schema";
import { Receipt, visibleLine } from "@/lib/schema";

/** The steps of a set-up, in their order. */
export const SetupStep = z.enum(["organisation", "administrator", "signed_in"]);
export type SetupStep = z.infer<typeof SetupStep>;

// In a body, never in an address: browsers, proxies and logs keep addresses.
const proof = {
  token: z.string().min(1).max(200),
  /** SETUP_TOKEN of the portal, where the set-up is not done on its own machine. */
  setup_token: z.string().max(200).optional(),
};

/** The link alone, to read which step is next. */
export const SetupCall = z.strictObject(proof);
export type SetupCall = z.infer<typeof SetupCall>;

export const SetupView = z.object({
  step: SetupStep,
  /** Where people reach the portal. */
  origin: z.string(),
  organisation: z.string().nullable(),
  expires_at: z.string(),
});
export type SetupView = z.infer<typeof SetupView>;

/** The operator's own organisation. Its home jurisdictions are the instance's. */
export const SetupOrganisation = z.strictObject({
  ...proof,
  name: visibleLine(200),
  zone: OfficeHoursBody.shape.zone,
  home_jurisdictions: OfficeHoursBody.shape.home_jurisdictions.unwrap().min(1),
});
export type SetupOrganisation = z.infer<typeof SetupOrganisation>;

const person = { name: visibleLine(200), email: WorkEmail };

/** The first administrator, who sets a passkey next. */
export const SetupAdministrator = z.strictObject({ ...proof, ...person });
export type SetupAdministrator = z.infer<typeof SetupAdministrator>;
export const SetupAdministratorAnswer = z.object({
  /** Token of a link for a first sign-in; the page continues with it. */
  invitation: z.string(),
});
export type SetupAdministratorAnswer = z.infer<typeof SetupAdministratorAnswer>;

/** The second administrator, named by the first. */
export const SecondAdministrator = z.strictObject(person);
export type SecondAdministrator = z.infer<typeof SecondAdministrator>;
export const SecondAdministratorAnswer = z.object({
  user_id: z.string(),
  name: z.string(),
  /** Shown once. No mail is sent before outgoing mail was checked. */
  link: z.string(),
  expires_at: z.string(),
  receipt: Receipt,
});
export type SecondAdministratorAnswer = z.infer<typeof SecondAdministratorAnswer>;

/** How far the set-up of the people is. */
export const SetupPeople = z.object({
  /** The second administrator, once named. */
  second: z.object({ id: z.string(), name: z.string(), email: z.string() }).nullable(),
  /** Whether one administrator is alone: the second has not signed in. */
  is_open: z.boolean(),
  /** Whether the caller names the second administrator now. */
  may_name: z.boolean(),
});
export type SetupPeople = z.infer<typeof SetupPeople>;
