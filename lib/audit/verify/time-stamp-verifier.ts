import type { VerifyTimeStamp } from "./time-stamp";

/**
 * The verifier of RFC 3161 tokens that command line, browser page and server job hand to `verifyBundle`: the one
 * place to connect it. Undefined means that tokens are counted and reported as unchecked, and never believed.
 */
export const TIME_STAMP_VERIFIER: VerifyTimeStamp | undefined = undefined;
