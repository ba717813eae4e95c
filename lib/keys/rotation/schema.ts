import { z } from "zod";
import { ParticipantId } from "@/lib/keys/schema";
import { Receipt, Uuid } from "@/lib/schema";

/** `rewrap` keeps payloads and moves recipient entries; `reseal` also gives active data a new content key. */
export const RotationMode = z.enum(["rewrap", "reseal"]);
export type RotationMode = z.infer<typeof RotationMode>;

/** `asked`: of a compromised key; waits for a second person. */
export const RotationState = z.enum(["asked", "running", "completed", "failed"]);
export type RotationState = z.infer<typeof RotationState>;

/** Body of a rotation. */
export const RotationOrder = z.strictObject({ mode: RotationMode.default("rewrap") });
export type RotationOrder = z.infer<typeof RotationOrder>;

export const RotationOf = z.strictObject({ participant_id: ParticipantId });
export const RotationPath = z.strictObject({ id: Uuid });

/** A rotation and its progress; `receipt` on the answer that started it. */
export const RotationView = z.object({
  success: z.literal(true),
  rotation_id: z.string(),
  participant_id: z.string(),
  mode: RotationMode,
  state: RotationState,
  old_version: z.int(),
  new_version: z.int(),
  /** Recipient entries moved, out of `total` under retired keys at the start. */
  rewrapped: z.int(),
  total: z.int(),
  started_at: z.string(),
  /** The rotation and its time under the names that things of the API have. */
  id: z.string(),
  created_at: z.string(),
  finished_at: z.string().optional(),
  receipt: Receipt.optional(),
});
export type RotationView = z.infer<typeof RotationView>;

/** Rotations of one participant, newest first; at most fifty. */
export const RotationList = z.object({ items: z.array(RotationView) });
export type RotationList = z.infer<typeof RotationList>;
