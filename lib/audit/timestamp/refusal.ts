/**
 * Why a time stamp is not believed. `form`: no token at all; `imprint`: of other bytes; `nonce`, `policy`: not the
 * one asked for; `signer`: not the certificate that ESSCertID names; `usage`: a certificate that may not stamp;
 * `chain`: no way to a trusted certificate that was valid then; `algorithm`: one not accepted; `signature`.
 */
export type TimeStampFault =
  | "form"
  | "imprint"
  | "nonce"
  | "policy"
  | "signer"
  | "usage"
  | "chain"
  | "algorithm"
  | "signature";

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
