export type NotSignedReason = "cancelled" | "unsupported" | "differs";

/** Thrown when nothing was signed: the person stopped, the browser cannot sign, or the statement does not match the page. */
export class NotSigned extends Error {
  override readonly name = "NotSigned";

  constructor(readonly reason: NotSignedReason) {
    super(reason);
  }
}
