import "server-only";
import type { Context } from "@/lib/context/context";
import { inSnapshot } from "@/lib/db/transaction";
import { readOfficeHours } from "@/lib/organisations/read-office-hours";
import type { OfficeHours } from "@/lib/organisations/schema";

/** Returns an organisation's hours, for administrators. */
export async function getHours(cx: Context, id: string): Promise<OfficeHours> {
  return inSnapshot(cx, (tx) => readOfficeHours(tx, cx.instance.tenantId, id, cx.clock.now()));
}
