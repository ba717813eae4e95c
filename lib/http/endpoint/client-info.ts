import "server-only";
import type { ClientInfo } from "@/lib/context/principal";

const MAX_USER_AGENT = 256;

/**
 * Where a request came from. The portal's start script puts the socket's own address (or, behind trusted
 * proxies, the one they vouch for) at the end of X-Forwarded-For, so the last one is not the caller's claim.
 */
export function clientInfo(headers: Headers): ClientInfo {
  const forwarded = headers.get("x-forwarded-for")?.split(",").at(-1)?.trim();
  const userAgent = headers.get("user-agent")?.slice(0, MAX_USER_AGENT);
  return {
    ...(forwarded === undefined || forwarded === "" ? {} : { address: forwarded }),
    ...(userAgent === undefined ? {} : { userAgent }),
  };
}
