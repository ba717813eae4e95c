import type { PkiFault } from "@/lib/crypto/pki/refusal";

/**
 * Why a time stamp is not believed: what is wrong with its signature (`PkiFault`), or `imprint`: of other bytes; `nonce`,
 * `policy`: not the one asked for.
 */
export type TimeStampFault = Exclude<PkiFault, "content"> | "imprint" | "nonce" | "policy";

/** A time stamp that is not believed, with the reason by name. */
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
