import { createSealport } from "@/lib/api-client/client/sealport";
import { fromBase64url } from "@/lib/crypto/bytes";
import type { Connection, Target } from "./command";

/** For one attempt; a thousand transactions are sealed before their answer begins. */
const TIMEOUT_MS = 120_000;
const RETRIES = 4;

/** The one place that knows how the API is called. A signed call names its key and need not send it. */
export function connect({ url, apiKey, signing }: Target, send: typeof fetch = fetch): Connection {
  return createSealport({
    baseUrl: url,
    fetch: send,
    retries: RETRIES,
    timeoutMs: TIMEOUT_MS,
    ...(apiKey === undefined || signing !== undefined ? {} : { apiKey }),
    ...(signing === undefined
      ? {}
      : { signing: { keyId: signing.key_id, privateKey: fromBase64url(signing.private_key) } }),
  });
}
