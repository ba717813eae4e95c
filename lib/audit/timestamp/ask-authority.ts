import "server-only";
import { MAX_DER_BYTES } from "@/lib/crypto/pki/der";
import { randomBytes } from "@/lib/crypto/primitives";
import { callService } from "@/lib/ipc/client";
import { timeStampQuery, tokenOf } from "./exchange";
import { type TimeStampFacts, TimeStampRefusal, verifyTimeStamp } from "./verify-time-stamp";

const REPLY_TYPE = "application/timestamp-reply";

/** A time-stamp authority as the operator configured it. */
export interface TimeStampAuthority {
  readonly url: string;
  /** Certificates that the authority's certificate must chain to, PEM. */
  readonly trustedPem: readonly string[];
  readonly policy?: string | undefined;
  readonly timeoutMs: number;
}

/** The answer of the authority is not a time-stamp reply. */
export class TimeStampUnanswered extends Error {
  override readonly name = "TimeStampUnanswered";
  constructor(readonly status: number) {
    super(`the authority gave no time-stamp reply: HTTP ${status}`);
  }
}

/**
 * Requests a time stamp for an imprint over HTTP (RFC 3161 section 3.4) and checks the answer, including its nonce.
 * Throws ServiceUnavailable, TimeStampUnanswered, TimeStampDenied, TimeStampRefusal or PkiRefusal.
 */
export async function askAuthority(
  authority: TimeStampAuthority,
  imprint: Uint8Array,
): Promise<TimeStampFacts & { readonly token: Uint8Array }> {
  const { policy, trustedPem } = authority;
  const query = timeStampQuery(imprint, randomBytes(8), policy);
  const reply = await callService(authority.url, {
    method: "POST",
    path: "",
    body: query.bytes,
    headers: { "content-type": "application/timestamp-query" },
    timeoutMs: authority.timeoutMs,
    maxBytes: MAX_DER_BYTES,
  });
  const type = reply.headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
  if (reply.status !== 200 || type !== REPLY_TYPE) throw new TimeStampUnanswered(reply.status);
  const token = tokenOf(reply.body);
  const expected = { nonce: query.nonce, ...(policy === undefined ? {} : { policy }) };
  const checked = await verifyTimeStamp(token, imprint, trustedPem, expected);
  if (!checked.ok) throw new TimeStampRefusal(checked.fault, checked.detail);
  const { at, policy: under, serialHex, authority: by } = checked;
  return { at, policy: under, serialHex, authority: by, token };
}
