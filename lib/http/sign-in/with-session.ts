import "server-only";
import type { AdministrationContext } from "@/lib/administration/agreements/kind";
import type { Context } from "@/lib/context/context";
import type { ScopeTable } from "@/lib/context/principal";
import { DomainError } from "@/lib/errors";
import type { AccountContext } from "@/lib/identity/account/account-context";
import type { ApiKeySecret } from "@/lib/identity/instance-secret";
import type { Site } from "@/lib/identity/sign-in/site";
import { getRuntime } from "@/lib/runtime/slot";

/** Runs a use case about the caller's own account, which only a signed-in person has. */
export async function withSession<T>(cx: Context, run: (cx: AccountContext) => Promise<T>): Promise<T> {
  const { proof } = cx.principal;
  if (proof.kind !== "session") throw new DomainError("auth.session-only");
  const { site, sessionSecret, limits, scopesFor } = await getRuntime();
  return run({ ...cx, site, sessionSecret, limits, scopesFor, session: proof });
}

/** The same for what makes API keys, which are kept under the instance's secret (ADR 0007). */
export async function withKeySecret<T>(
  cx: Context,
  run: (cx: AccountContext & ApiKeySecret) => Promise<T>,
): Promise<T> {
  const { apiKeySecret } = await getRuntime();
  return withSession(cx, (own) => run({ ...own, apiKeySecret }));
}

/** Runs a use case that names the scopes that a caller may have. */
export async function withScopes<T>(cx: Context, run: (cx: Context & ScopeTable) => Promise<T>): Promise<T> {
  const { scopesFor } = await getRuntime();
  return run({ ...cx, scopesFor });
}

/** Runs a use case of administrators that may make a link: it needs the instance's secret, its address and its mail. */
export async function withAdministration<T>(
  cx: Context,
  run: (cx: AdministrationContext) => Promise<T>,
): Promise<T> {
  const { site, sessionSecret, mailer } = await getRuntime();
  return run({ ...cx, site, sessionSecret, mailer });
}

/** Set-Cookie that makes the browser forget its session; the row is what ended it. */
export function forgetSession({ cookies, isSecure }: Site): string {
  return `${cookies.session}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict${isSecure ? "; Secure" : ""}`;
}
