import type { PkiFault } from "@/lib/crypto/pki/refusal";

/**
 * Why a time stamp is not accepted. A `PkiFault` is a fault of its signature. `imprint`: it covers other bytes.
 * `nonce`, `policy`: it differs from the request.
 */
export type TimeStampFault = Exclude<PkiFault, "content"> | "imprint" | "nonce" | "policy";

/** A time stamp that is not accepted, with the reason. */
export class TimeStampRefusal extends Error {
  override readonly name = "TimeStampRefusal";
  constructor(
    readonly fault: TimeStampFault,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
