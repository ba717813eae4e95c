import "server-only";
import type { Refusal } from "@/lib/escrow/protocol/refusals";

/** Thrown when the custodian refuses. The reason is stable. The detail is for the caller and contains no secret. */
export class Refused extends Error {
  override readonly name = "Refused";

  constructor(
    readonly reason: Refusal,
    detail: string,
  ) {
    super(detail);
  }
}

export function refuse(reason: Refusal, detail: string): never {
  throw new Refused(reason, detail);
}
