import "server-only";
import { type DbContext, inSnapshot } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import type { TransparencyList, TransparencyReport } from "@/lib/transparency/schema";
import { listReports } from "@/lib/transparency/store";

/** Returns all published figures, newest quarter first, for anyone. */
export function readTransparency(cx: DbContext): Promise<TransparencyReport[]> {
  return inSnapshot(cx, (tx) => listReports(tx, cx.instance.tenantId));
}

/** Returns the published quarters. */
export async function listTransparency(cx: DbContext): Promise<TransparencyList> {
  const reports = await readTransparency(cx);
  return {
    items: reports.map(({ quarter, published_at, digest }) => ({ quarter, published_at, digest })),
  };
}

/** Returns one quarter, always the same. Throws `transparency.not-found`. */
export async function getTransparency(cx: DbContext, quarter: string): Promise<TransparencyReport> {
  const found = (await readTransparency(cx)).find((report) => report.quarter === quarter);
  if (found === undefined) throw new DomainError("transparency.not-found");
  return found;
}
