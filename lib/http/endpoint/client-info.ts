import "server-only";
import type { ClientInfo } from "@/lib/context/principal";

const MAX_USER_AGENT = 256;

/**
 * Returns where a request came from. lib/telemetry/requests.ts has put the caller's address, and nothing that the
 * caller wrote, into X-Forwarded-For.
 */
export function clientInfo(headers: Pick<Headers, "get">): ClientInfo {
  const forwarded = headers.get("x-forwarded-for")?.split(",").at(-1)?.trim();
  const userAgent = headers.get("user-agent")?.slice(0, MAX_USER_AGENT);
  return {
    ...(forwarded === undefined || forwarded === "" ? {} : { address: forwarded }),
    ...(userAgent === undefined ? {} : { userAgent }),
  };
}
