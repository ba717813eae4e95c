import { FormatError } from "@/lib/crypto/format-error";
import type { VerifyTimeStamp } from "./time-stamp";

/**
 * Verifies RFC 3161 tokens for the command line and the browser page. The certificate code is large and is loaded with
 * the first token only.
 */
export const TIME_STAMP_VERIFIER: VerifyTimeStamp = async ({ token, imprint, certificates }) => {
  const { verifyTimeStamp } = await import("@/lib/audit/timestamp/verify-time-stamp");
  const checked = await verifyTimeStamp(token, imprint, certificates);
  if (!checked.ok) throw new FormatError("format.bundle", `${checked.fault}: ${checked.detail}`);
  return { at: checked.at, by: checked.authority };
};
