import { z } from "zod";
import type { GroupMapping, Provider } from "@/lib/identity/providers/provider";
import type { Duty, Role } from "@/lib/vocabulary";

/** How much the clocks of portal and provider may differ. */
export const CLOCK_TOLERANCE_SECONDS = 60;
/** An ID token comes seconds after it was issued. */
const TOKEN_AGE_SECONDS = 300;

/** Why a sign-in at the provider is not enough; `auth-time` where it did not say when that was. */
export type EvidenceFault = "clock" | "auth-time" | "too-old" | "second-factor";
/** Why what a provider said of a person is not enough. */
export type ClaimFault = EvidenceFault | "domain" | "mapping";

const Words = z.union([z.string().transform((one) => [one]), z.array(z.string())]);

/** What a provider says about a person: its ID token, with address and groups from its userinfo where these lack. */
export interface Claims {
  readonly subject: string;
  readonly issuedAt: number;
  readonly authTime: number | undefined;
  readonly amr: readonly string[];
  readonly acr: string | undefined;
  readonly email: string | undefined;
  /** Whether token or userinfo has an `email_verified` that is not true. Some providers send texts, such as "false". */
  readonly isEmailRefuted: boolean;
  readonly groups: readonly string[];
}

const Instant = z.number().int().nonnegative();

const isRefuted = (verified: unknown): boolean =>
  !(verified == null || verified === true || verified === "true");

/** Reads claims. A member of another type counts as absent, which never helps the person. */
export function readClaims(
  token: Readonly<Record<string, unknown>>,
  userinfo: Readonly<Record<string, unknown>>,
  groupClaim: string,
): Claims {
  const email = z
    .string()
    .max(254)
    .safeParse(token.email ?? userinfo.email).data;
  return {
    subject: z.string().parse(token.sub),
    issuedAt: z.number().parse(token.iat),
    authTime: Instant.safeParse(token.auth_time).data,
    amr: z.array(z.string()).safeParse(token.amr).data ?? [],
    acr: z.string().safeParse(token.acr).data,
    email,
    isEmailRefuted: isRefuted(token.email_verified) || isRefuted(userinfo.email_verified),
    groups: Words.safeParse(token[groupClaim] ?? userinfo[groupClaim]).data ?? [],
  };
}

/** When the person signed in at the provider, as far as this portal relies on it. */
export type Evidence = { readonly provedAt: Date } | { readonly fault: EvidenceFault };

/**
 * Returns when the person proved who they are, with a second factor. `since` asks for a sign-in after that moment. A
 * provider that leaves out `auth_time`, or says neither an `amr` nor an `acr` that was agreed on, is refused.
 */
export function evidenceOf(
  { amr, acr, maxAge }: Pick<Provider, "amr" | "acr" | "maxAge">,
  claims: Claims,
  { now, since }: { readonly now: Date; readonly since?: Date | undefined },
): Evidence {
  const seconds = Math.floor(now.getTime() / 1000);
  const { authTime, issuedAt } = claims;
  const isAhead = (time: number) => time > seconds + CLOCK_TOLERANCE_SECONDS;
  if (isAhead(issuedAt) || issuedAt < seconds - TOKEN_AGE_SECONDS) return { fault: "clock" };
  if (authTime === undefined) return { fault: "auth-time" };
  if (isAhead(authTime)) return { fault: "clock" };
  const oldest =
    since === undefined ? seconds - maxAge : Math.max(seconds - maxAge, Math.floor(since.getTime() / 1000));
  if (authTime < oldest - CLOCK_TOLERANCE_SECONDS) return { fault: "too-old" };
  const hasFactor = claims.amr.some((one) => amr.includes(one)) || acr.some((one) => one === claims.acr);
  if (!hasFactor) return { fault: "second-factor" };
  return { provedAt: new Date(Math.min(authTime * 1000, now.getTime())) };
}

/** Returns the domain of an address in small letters, without a final dot. Letters of other scripts stay what they are. */
export function domainOf(email: string): string {
  return email
    .slice(email.lastIndexOf("@") + 1)
    .toLowerCase()
    .replace(/\.$/, "");
}

/** Returns whether the address that the provider names is in one of its domains. False without an address. */
export function isInDomains(
  { domains }: Pick<Provider, "domains">,
  { email, isEmailRefuted }: Claims,
): boolean {
  return email !== undefined && !isEmailRefuted && domains.includes(domainOf(email));
}

/** Returns the mappings that the person's groups select. */
export function mappedBy(
  { mapping }: Pick<Provider, "mapping">,
  { groups }: Claims,
): readonly GroupMapping[] {
  return mapping.filter(({ value }) => groups.includes(value));
}

/**
 * Returns whether the person's groups still give the role and every duty that they have here. Groups that give more
 * change nothing: duties come from an agreement of two people.
 */
export function isMapped(
  provider: Pick<Provider, "mapping">,
  claims: Claims,
  person: { readonly role: Role; readonly duties: readonly Duty[] },
): boolean {
  const mine = mappedBy(provider, claims).filter(({ role }) => role === person.role);
  return mine.length > 0 && person.duties.every((duty) => mine.some(({ duties }) => duties.includes(duty)));
}
