import { CallRefused } from "@/components/client/api";
import { PasskeyFailed } from "@/components/client/passkey";

/** How the person tried to sign in. */
export type SignInWay = "passkey" | "password";

/** Keys of `signin.failed` for what this page says better than the call's answer; undefined for all else. */
export function failureKey(
  error: unknown,
  way: SignInWay,
): "noPasskey" | "noPasskeys" | "refused" | "refusedPasskey" | undefined {
  if (error instanceof PasskeyFailed) return error.fault === "unsupported" ? "noPasskeys" : "noPasskey";
  if (!(error instanceof CallRefused) || error.problem.code !== "auth.sign-in") return undefined;
  // Whether the passkey is unknown, removed or somebody's who may not sign in is told to nobody.
  return way === "passkey" ? "refusedPasskey" : "refused";
}
