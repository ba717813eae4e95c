/**
 * Why a certificate or a signature of CMS is not believed. `form`: it cannot be read; `signer`: not the certificate that
 * the signed attributes name; `usage`: a certificate that may not do this; `chain`: no way to a trusted certificate that
 * was valid then; `algorithm`: one not accepted; `content`: signed attributes of other bytes; `signature`.
 */
export type PkiFault = "form" | "signer" | "usage" | "chain" | "algorithm" | "content" | "signature";

/** A certificate or a signature that is not believed, with the reason by name. */
export class PkiRefusal extends Error {
  override readonly name = "PkiRefusal";
  constructor(
    readonly fault: PkiFault,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
