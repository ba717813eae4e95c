import "server-only";
import { type DbContext, inSnapshot } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import type { TransparencyList, TransparencyReport } from "@/lib/transparency/schema";
import { listReports } from "@/lib/transparency/store";

/** Everything that is published, newest quarter first: for anybody. */
export function readTransparency(cx: DbContext): Promise<TransparencyReport[]> {
  return inSnapshot(cx, (tx) => listReports(tx, cx.instance.tenantId));
}

/** The quarters that are published. */
export async function listTransparency(cx: DbContext): Promise<TransparencyList> {
  const reports = await readTransparency(cx);
  return {
    items: reports.map(({ quarter, published_at, digest }) => ({ quarter, published_at, digest })),
  };
}

/** One quarter, always alike. Throws `transparency.not-found`. */
export async function getTransparency(cx: DbContext, quarter: string): Promise<TransparencyReport> {
  const found = (await readTransparency(cx)).find((report) => report.quarter === quarter);
  if (found === undefined) throw new DomainError("transparency.not-found");
  return found;
}
