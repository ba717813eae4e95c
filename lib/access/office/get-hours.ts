import "server-only";
import { readOfficeHours } from "@/lib/access/office/office-view";
import type { OfficeHours } from "@/lib/access/office/schema";
import type { Context } from "@/lib/context";
import { inSnapshot } from "@/lib/db/transaction";

/** An organisation's hours, for administrators. */
export async function getHours(cx: Context, id: string): Promise<OfficeHours> {
  return inSnapshot(cx, (tx) => readOfficeHours(tx, cx.instance.tenantId, id, cx.clock.now()));
}
