/**
 * Why a certificate or a CMS signature is rejected. `form`: it cannot be read. `signer`: it is not the certificate that
 * the signed attributes name. `usage`: the certificate may not be used for this. `chain`: no path leads to a trusted
 * certificate that was valid then. `algorithm`: the algorithm is not accepted. `content`: the signed attributes are for
 * other bytes. `signature`: it is invalid.
 */
export type PkiFault = "form" | "signer" | "usage" | "chain" | "algorithm" | "content" | "signature";

/** Thrown when a certificate or a signature is rejected, with the reason's name. */
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
