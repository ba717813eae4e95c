import { z } from "zod";
import type { EventDetail } from "@/lib/audit/schema";

const Follows = z.object({ origin: z.string(), lost: z.object({ from: z.int(), to: z.int() }) });
const Restored = z.object({ from: z.int(), to: z.int(), lost: z.array(z.string()) });
const Public = z.looseObject({
  sealed: z.array(z.unknown()).default([]),
  pub: z.looseObject({ recovery: z.unknown().optional() }).optional(),
});

/** What an entry says without any sealed part: entries that the database writes itself have none (entry.md). */
export type PublicPart =
  | { readonly is: "follows"; readonly origin: string; readonly from: number; readonly to: number }
  | { readonly is: "restored"; readonly from: number; readonly to: number; readonly lost: number }
  | { readonly is: "open" }
  | { readonly is: "sealed" };

/** Returns the public part of an entry. */
export function publicPartOf(detail: Pick<EventDetail, "public">): PublicPart {
  const { sealed, pub } = Public.parse(detail.public);
  const follows = Follows.safeParse(pub?.recovery);
  if (follows.success) return { is: "follows", origin: follows.data.origin, ...follows.data.lost };
  const restored = Restored.safeParse(pub?.recovery);
  if (restored.success) return { is: "restored", ...restored.data, lost: restored.data.lost.length };
  return { is: sealed.length === 0 ? "open" : "sealed" };
}
