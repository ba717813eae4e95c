import { z } from "zod";
import { AgreementAnswer, Reason } from "@/lib/administration/agreements/schema";

export const SealState = z.enum(["open", "sealed"]);
export type SealState = z.infer<typeof SealState>;

/** The seal of this tenant's keys. While they are sealed, they open no data. */
export const Seal = z.object({
  state: SealState,
  /** When this state began; null for keys that were never sealed. */
  since: z.string().nullable(),
  reason: z.string().nullable(),
  /** The two administrators who agreed to it. */
  asked_by: z.string().nullable(),
  agreed_by: z.string().nullable(),
  /** The change that waits for its second person. */
  waiting: z.object({ agreement_id: z.string(), state: SealState, asked_by: z.string() }).nullable(),
});
export type Seal = z.infer<typeof Seal>;

export const SealBody = z.strictObject({
  state: SealState.describe("sealed: the tenant's keys open no data; open: they can open data again."),
  reason: Reason,
});
export type SealBody = z.infer<typeof SealBody>;

export const SealAnswer = AgreementAnswer;
