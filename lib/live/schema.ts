import { z } from "zod";
import { WATCHED_KINDS } from "@/lib/word-lists";

/** The kinds of things that change while people read them. */
export const LiveKind = z.enum(WATCHED_KINDS);
export type LiveKind = z.infer<typeof LiveKind>;

/** One change, for people who may know of the thing. Never content: the receiver reads it by its own call. */
export const LiveChange = z.object({
  kind: LiveKind,
  id: z.string(),
  state: z.string(),
  version: z.int().optional(),
});
export type LiveChange = z.infer<typeof LiveChange>;

/**
 * What a stream sends in addition to changes. `ready`: changes are sent from here on. `down`: they are not sent for
 * now. `resync`: they are sent again, and some may have been missed. `ended`: the session is over.
 */
export type LiveSignal = "ready" | "down" | "resync" | "ended";
