import { z } from "zod";
import { Reason } from "@/lib/administration/agreements/schema";
import { ReturnedBody } from "@/lib/identity/providers/schema";
import { EmailDomain, isOnce } from "@/lib/organisations/schema";
import { Receipt, visibleLine } from "@/lib/schema";
import { Duty, Role } from "@/lib/vocabulary";

const Word = visibleLine(200);
const Words = z.array(Word).max(20).refine(isOnce, "names one twice");

/** A group of the directory, and what its members are here. It gives nothing: it says who may keep what they have. */
const Mapped = z.strictObject({ value: Word, role: Role, duties: z.array(Duty).max(9).refine(isOnce) });

const Authentication = z.enum(["client_secret", "private_key"]);

/** What two administrators agree on. */
export const ProviderChange = z
  .strictObject({
    /** As the provider names itself, to the letter. */
    issuer: z
      .url({ protocol: /^https?$/ })
      .max(500)
      .refine((text) => !/[?#]/.test(text), "must have no query and no fragment"),
    client_id: visibleLine(300),
    authentication: Authentication,
    /** Left out, the present one stays. */
    client_secret: z.string().min(8).max(1000).optional(),
    /** Of the people who sign in there. */
    domains: z.array(EmailDomain).min(1).max(20).refine(isOnce, "names one twice"),
    /** Values of `amr` that each count as a second factor. */
    amr: Words,
    /** Values of `acr` that each count as a second factor. */
    acr: Words,
    /** Greatest age of the sign-in there, in seconds. */
    max_age: z.int().min(60).max(28_800),
    /** The claim that has the groups. */
    group_claim: visibleLine(100),
    mapping: z.array(Mapped).min(1).max(100),
    reason: Reason,
  })
  .refine(({ amr, acr }) => amr.length + acr.length > 0, {
    path: ["amr"],
    error: "needs a value, here or for acr, that counts as a second factor",
  })
  .refine(
    ({ authentication, client_secret: secret }) => authentication === "client_secret" || secret === undefined,
    {
      path: ["client_secret"],
      error: "is not used with the portal's own key",
    },
  );
export type ProviderChange = z.infer<typeof ProviderChange>;

/** An organisation's identity provider. Its secret is in no answer. */
export const ProviderView = z.object({
  issuer: z.string(),
  client_id: z.string(),
  authentication: Authentication,
  /** The portal's public keys as JWK Set, for the provider, where it proves itself by its own key. */
  jwks: z.object({ keys: z.array(z.record(z.string(), z.unknown())) }).nullable(),
  domains: z.array(z.string()),
  amr: z.array(z.string()),
  acr: z.array(z.string()),
  max_age: z.int(),
  group_claim: z.string(),
  mapping: z.array(Mapped),
  changed_at: z.string(),
});
export type ProviderView = z.infer<typeof ProviderView>;

/** How the people of an organisation sign in. */
export const OrganisationSignIn = z.object({
  id: z.string(),
  provider: ProviderView.nullable(),
  /** Of an agency's record. Its people's addresses at the provider are usually in them. */
  verified_domains: z.array(z.string()),
  /** The address to register at the provider. */
  redirect_uri: z.string(),
  /** People of the organisation who linked their sign-in there. */
  linked: z.int(),
  /** Whether another administrator has to agree to a change that was asked for. */
  is_waiting: z.boolean(),
});
export type OrganisationSignIn = z.infer<typeof OrganisationSignIn>;

export const Disconnect = z.strictObject({ reason: Reason });
export const Disconnected = z.object({ ended_sessions: z.int(), receipt: Receipt });
export type Disconnected = z.infer<typeof Disconnected>;

/** What a provider says about itself, and its keys. */
export const ProviderTest = z.object({
  issuer: z.string(),
  authorization_endpoint: z.string(),
  token_endpoint: z.string(),
  /** Signature of its ID tokens. */
  algorithm: z.string(),
  keys: z.int(),
  /** Whether it says that it supports PKCE with S256. It is used in any case. */
  says_pkce: z.boolean(),
  took_ms: z.int(),
});
export type ProviderTest = z.infer<typeof ProviderTest>;

export const TestReturn = z.strictObject({ returned: ReturnedBody });

/** The result of a test sign-in, and whether it would be sufficient. No one is signed in. */
export const TestSignIn = z.object({
  claims: z.object({
    sub: z.string(),
    email: z.string().nullable(),
    amr: z.array(z.string()),
    acr: z.string().nullable(),
    auth_time: z.string().nullable(),
    groups: z.array(z.string()),
  }),
  checks: z.object({
    /** Recent, by clocks that agree, and with a second factor; else what is missing. */
    sign_in: z.enum(["ok", "clock", "auth-time", "too-old", "second-factor"]),
    domain: z.boolean(),
    /** Roles and duties that the groups let a person keep. */
    roles: z.array(z.object({ role: Role, duties: z.array(Duty) })),
    /** The person who is linked to this subject. */
    person: z.string().nullable(),
  }),
});
export type TestSignIn = z.infer<typeof TestSignIn>;
