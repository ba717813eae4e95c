import "server-only";
import type { Refusal } from "@/lib/escrow/protocol/refusals";

/** The custodian will not do this. The reason is stable; the detail is for the caller and holds nothing secret. */
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
