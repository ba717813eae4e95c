import { z } from "zod";

/** What changes while people look at it. */
export const LiveKind = z.enum([
  "request",
  "grant",
  "dispute",
  "transaction",
  "rotation",
  "key",
  "epoch",
  "hold",
  "notification",
  "notice",
]);
export type LiveKind = z.infer<typeof LiveKind>;

/** One change, told to those who may know of the thing. Never content: whoever is told reads it by its own call. */
export const LiveChange = z.object({
  kind: LiveKind,
  id: z.string(),
  state: z.string(),
  version: z.int().optional(),
});
export type LiveChange = z.infer<typeof LiveChange>;

/**
 * What a stream says beside changes. `ready`: from here on changes are told. `down`: they are not, for now.
 * `resync`: they are again, and some may have been missed. `ended`: the session is over.
 */
export type LiveSignal = "ready" | "down" | "resync" | "ended";
