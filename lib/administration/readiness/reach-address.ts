import "server-only";
import { done, failed, type Result } from "@/lib/administration/readiness/result";
import { equalConstantTime, fromBase64url, toBase64url, utf8 } from "@/lib/crypto/bytes";
import { hmacSha256, randomBytes } from "@/lib/crypto/primitives";
import type { SessionSecret } from "@/lib/identity/sessions/session-token";
import type { Site } from "@/lib/identity/sign-in/site";

const TIMEOUT_MS = 8_000;
/** Where a portal proves that it has this instance's secret. */
const PROOF_PATH = "/api/auth/setup/proof";

/** Returns what only a portal of this instance answers to a nonce. It tells nothing of the secret. */
export function proofOf(cx: SessionSecret, nonce: string): string {
  return toBase64url(hmacSha256(cx.sessionSecret, utf8(`sealport/readiness/1\n${nonce}`)));
}

function codeOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const code = typeof cause === "object" && cause !== null ? Reflect.get(cause, "code") : undefined;
  return typeof code === "string" ? code : error instanceof Error ? error.name : "";
}

/** Returns why an address was not reached, by the code of the system, of TLS or of the client. */
export function faultOfCall(error: unknown, host: string): Result {
  const code = codeOf(error);
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return failed("no_such_host", { host });
  if (/TIMEOUT|TimeoutError|AbortError/i.test(code)) return failed("timeout", { host });
  if (/CERT|SELF_SIGNED|LEAF_SIGNATURE|ISSUER|SSL|TLS/.test(code))
    return failed("certificate", { host, code });
  return failed("unreachable", { host });
}

async function proves(response: Response, expected: string): Promise<boolean> {
  try {
    const { proof } = (await response.json()) as { readonly proof?: unknown };
    return typeof proof === "string" && equalConstantTime(fromBase64url(proof), fromBase64url(expected));
  } catch {
    return false;
  }
}

/**
 * Calls the portal at the address that people use, as they would: by name, over https, through whatever is in front.
 * Another server there cannot give the proof.
 */
export async function reachAddress(
  cx: SessionSecret & { readonly site: Site },
  call: typeof fetch = fetch,
): Promise<Result> {
  const { host, protocol } = new URL(cx.site.origin);
  if (protocol !== "https:") return failed("plain_http", { host });
  const nonce = toBase64url(randomBytes(16));
  const began = performance.now();
  let response: Response;
  try {
    response = await call(`${cx.site.origin}${PROOF_PATH}?nonce=${nonce}`, {
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (error) {
    return faultOfCall(error, host);
  }
  const status = String(response.status);
  if (response.status >= 500) return failed("answer", { host, status });
  if (!response.ok || !(await proves(response, proofOf(cx, nonce))))
    return failed("other_instance", { host });
  return done({ host, ms: String(Math.round(performance.now() - began)) });
}
