import { CallRefused, NetworkLost } from "@/components/client/api";

export type FailureKind = "lost" | "signedOut" | "conflict" | "closed" | "refused";

/** What a failed call means for a draft. Only a refusal with a known outcome ends its attempt. */
export function failureKind(error: unknown): FailureKind {
  if (error instanceof NetworkLost) return "lost";
  if (!(error instanceof CallRefused)) return "refused";
  const { status, code } = error.problem;
  if (status === 401) return "signedOut";
  if (code === "request.conflict") return "conflict";
  if (code === "request.illegal-transition") return "closed";
  // The server or something before it is away, or the first attempt still runs: the same call is repeated.
  return status >= 500 || status === 429 || code === "idempotency.in-progress" ? "lost" : "refused";
}
