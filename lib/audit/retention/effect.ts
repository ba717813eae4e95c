import "server-only";
import { z } from "zod";
import type { Tx } from "@/lib/db/transaction";
import { askFloorDays, type SignerPlace } from "../sequencer/not-behind";

/** Periods by name; `*` is all names that are not named. */
interface Periods {
  readonly classes: Readonly<Record<string, number | undefined>>;
  readonly roles: Readonly<Record<string, number | undefined>>;
}

const Count = z.coerce.number().int().min(0);
const EffectRow = z.object({
  kind: z.enum(["class", "role"]),
  name: z.string(),
  removes: Count,
  kept: Count,
  first_at: z.coerce.date().nullable(),
});

/** What other periods would end of one class of entries, or of the data about people of one role. */
export type RetentionEffect = z.infer<typeof EffectRow>;

/**
 * Returns what these periods would end that the present ones keep, by class and role: how much at once, how much of it a
 * hold keeps, and when the first goes at the earliest. It changes nothing. The signer's days come first; while it does
 * not answer they count as none.
 */
export async function readRetentionEffect(
  tx: Tx,
  periods: Periods,
  signer: SignerPlace | undefined,
): Promise<RetentionEffect[]> {
  const floorDays = signer === undefined ? 0 : ((await askFloorDays(signer)) ?? 0);
  const rows = await tx.$queryRawUnsafe(
    "SELECT kind, name, removes, kept, first_at FROM audit_retention_effect($1::jsonb, $2::int)",
    JSON.stringify(periods),
    floorDays,
  );
  return z.array(EffectRow).parse(rows);
}
