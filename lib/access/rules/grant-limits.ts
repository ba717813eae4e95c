import { DAY_MS } from "@/lib/access/rules/limits";
import type { ActiveSet } from "@/lib/context/policies";
import { DomainError, type FieldError } from "@/lib/errors";

/** The most that one grant may give, and the version of the policies that says so. */
export interface GrantLimits {
  readonly maxViews: number;
  readonly maxExports: number;
  readonly maxDays: number;
  readonly version: number;
}

/** What a grant gives, or what is asked for it. */
interface Terms {
  readonly maxViews: number;
  readonly maxExports: number;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** Returns the limits of the policies in force. */
export function grantLimits({ settings: { grants }, number }: ActiveSet): GrantLimits {
  return {
    maxViews: grants.max_views,
    maxExports: grants.max_exports,
    maxDays: grants.max_days,
    version: number,
  };
}

const lastMoment = ({ maxDays }: GrantLimits, notBefore: Date): Date =>
  new Date(notBefore.getTime() + maxDays * DAY_MS);

/** Returns the terms without what the limits do not allow. Terms never become wider. */
export function limited<T extends Terms>(terms: T, limits: GrantLimits): T {
  const { notBefore, notAfter } = terms;
  return {
    ...terms,
    maxViews: Math.min(terms.maxViews, limits.maxViews),
    maxExports: Math.min(terms.maxExports, limits.maxExports),
    notAfter: new Date(Math.min(notAfter.getTime(), lastMoment(limits, notBefore).getTime())),
  };
}

function faultsOf(
  asked: Pick<Terms, "maxViews" | "maxExports"> & { readonly from: Date; readonly until: Date | undefined },
  limits: GrantLimits,
): FieldError[] {
  const beyond = (pointer: string, most: number, unit: string) => ({
    pointer,
    detail: `is more than ${most} ${unit}, the limit of version ${limits.version} of the policies`,
  });
  const { maxViews, maxExports, maxDays } = limits;
  return [
    ...(asked.maxViews > maxViews ? [beyond("/max_views", maxViews, "views")] : []),
    ...(asked.maxExports > maxExports ? [beyond("/max_exports", maxExports, "exports")] : []),
    ...(asked.until !== undefined && asked.until > lastMoment(limits, asked.from)
      ? [beyond("/until", maxDays, "days")]
      : []),
  ];
}

/** Throws `grant.limit` with each limit that a request for a grant goes beyond, and the version that sets it. */
export function requireWithinLimits(
  asked: Pick<Terms, "maxViews" | "maxExports"> & {
    readonly from: Date | undefined;
    readonly until: Date | undefined;
  },
  limits: GrantLimits,
  now: Date,
): void {
  const errors = faultsOf({ ...asked, from: asked.from ?? now }, limits);
  if (errors.length === 0) return;
  const { version, maxViews, maxExports, maxDays } = limits;
  throw new DomainError("grant.limit", {
    detail: `Version ${version} of the policies allows a grant ${maxViews} views, ${maxExports} exports and ${maxDays} days.`,
    errors,
    extra: { version, max_views: maxViews, max_exports: maxExports, max_days: maxDays },
  });
}
