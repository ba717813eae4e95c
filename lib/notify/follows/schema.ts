import { z } from "zod";
import { Receipt, Uuid } from "@/lib/schema";

/** What a person can follow: a case, a request, or the record of a transaction. */
export const FollowKind = z.enum(["case", "request", "transaction"]);
export type FollowKind = z.infer<typeof FollowKind>;

export const NewFollow = z.strictObject({
  kind: FollowKind,
  subject: Uuid.toLowerCase().describe("Id of the case, request or transaction."),
});
export type NewFollow = z.infer<typeof NewFollow>;

export const FollowPath = z.strictObject({ id: Uuid.toLowerCase() });

export const Follow = z.object({
  id: z.string(),
  kind: FollowKind,
  subject: z.string(),
  /** What people call it: a case number, a request's reference, a job. */
  name: z.string(),
  since: z.string(),
});
export type Follow = z.infer<typeof Follow>;

export const FollowList = z.object({ items: z.array(Follow) });
export const FollowAnswer = Follow.omit({ name: true }).extend({ receipt: Receipt });
export type FollowAnswer = z.infer<typeof FollowAnswer>;
export const FollowEnded = z.object({ id: z.string(), receipt: Receipt });
