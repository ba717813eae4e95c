import { z } from "zod";
import { OrderReach } from "@/lib/authorities/schema";
import type { Reach } from "@/lib/authorities/selector";
import type { AuthorizationRecord } from "@/lib/escrow/protocol/messages";

/** Members that only some records have. */
const Members = z.object({
  reach: OrderReach.optional(),
  single_use: z.literal(true).optional(),
});

/** Reads from a record how far a signed order reaches, and whether a legal authority serves one request only. */
export function membersOf(record: AuthorizationRecord): {
  readonly reach: Reach | undefined;
  readonly isSingleUse: boolean;
} {
  const { reach, single_use: once } = Members.parse(record);
  return { reach, isSingleUse: once === true };
}
