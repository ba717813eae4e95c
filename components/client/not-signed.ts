export type NotSignedReason = "cancelled" | "unsupported" | "differs";

/** Nothing was signed: the person gave up, the browser cannot, or what came to be signed is not what was shown. */
export class NotSigned extends Error {
  override readonly name = "NotSigned";

  constructor(readonly reason: NotSignedReason) {
    super(reason);
  }
}
