import "server-only";
import { DomainError } from "@/lib/errors";
import type { Provider } from "@/lib/identity/providers/provider";
import { hostOf } from "@/lib/identity/providers/provider-client";
import type { Account } from "@/lib/identity/sign-in/credential-store";
import { type ProviderFault, refuseSignIn, type SignInContext } from "@/lib/identity/sign-in/sign-in";
import type { AddressDraw } from "@/lib/identity/sign-in/throttle-sign-in";

/** A fault of a sign-in at a provider, and of the person behind it. */
export type ProviderRefusal = ProviderFault | "inactive" | "unknown" | "passkey";

/** Who the person is, is known to the provider: these words help them and tell them nothing about others. */
function detailOf(fault: ProviderRefusal, host: string): string {
  switch (fault) {
    case "round-trip":
      return "This sign-in was used already, is older than 15 minutes, or began in another browser. Start again.";
    case "denied":
      return `${host} did not sign you in. Try again there.`;
    case "clock":
      return `The clocks of ${host} and of this portal differ by more than a minute. Notify your administrators.`;
    case "auth-time":
      return `${host} did not say when you signed in there. Notify your administrators.`;
    case "too-old":
      return `Your sign-in at ${host} is too old. Sign out there, then try again.`;
    case "second-factor":
      return `${host} did not say that you used a second factor that counts here.`;
    case "domain":
      return `${host} sent no e-mail address in a domain of your organisation.`;
    case "address":
      return "The address that you signed in with there is not the invited one.";
    case "mapping":
      return `Your groups at ${host} do not give the role and duties that you have here. Nothing was changed.`;
    case "passkey":
      return "You have a passkey here. Use it.";
    case "token":
      return `The answer of ${host} did not pass its checks. Notify your administrators.`;
    case "unlinked":
    case "unknown":
    case "inactive":
      return "No active account here is linked to your sign-in. Use your invitation, or link it under Account.";
  }
}

/** The error that the person is shown. People without an account and people who may not act get the same one. */
export function providerRefused(fault: ProviderRefusal, provider: Provider | undefined): DomainError {
  const host = provider === undefined ? "Your identity provider" : hostOf(provider.issuer);
  const isUnknown = fault === "unknown" || fault === "inactive";
  return new DomainError("auth.provider", {
    detail: detailOf(fault, host),
    extra: { fault: isUnknown ? "unlinked" : fault },
  });
}

interface Refused {
  /** A spent budget of wrong sign-ins gets no entry and no reason. */
  readonly ofAddress: AddressDraw;
  readonly provider?: Provider | undefined;
  readonly account?: Account | undefined;
}

/** Records a refused sign-in by a provider and returns the error to throw. */
export async function refuseProviderSignIn(
  cx: SignInContext,
  fault: Exclude<ProviderRefusal, "passkey">,
  { ofAddress, provider, account }: Refused,
): Promise<DomainError> {
  ofAddress.refuseWrong();
  await refuseSignIn(cx, fault, "oidc", account);
  const error = providerRefused(fault, provider);
  error.isRecorded = true;
  return error;
}
