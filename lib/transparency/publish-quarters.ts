/**
 * Transparency: published figures of each quarter. This file computes and publishes them once; suppress.ts withholds
 * small figures; store.ts counts; get-transparency.ts reads what is published.
 * Must stay true: published figures never change, and they reveal no withheld figure and no sealed case (ADR 0040).
 */
import "server-only";
import { NoticeInstrument } from "@/lib/access/notices/schema";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { AuditContext } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { type DbContext, inSnapshot, inTransaction, type Tx } from "@/lib/db/transaction";
import { InvariantError } from "@/lib/errors";
import { recordDigest } from "@/lib/escrow/protocol/statements";
import { boundsOf, closedQuarters } from "@/lib/transparency/quarter";
import type { Figures } from "@/lib/transparency/schema";
import {
  countBreakGlass,
  countQuarter,
  findBeginning,
  insertReport,
  listReports,
} from "@/lib/transparency/store";
import { SMALLEST, showRow, showSums, tellAlone } from "@/lib/transparency/suppress";

/** The context needed to publish: the portal's own, without a person. */
export type PublishContext = DbContext & AuditContext;

async function figuresOf(tx: Tx, tenantId: string, quarter: string): Promise<Figures> {
  const span = boundsOf(quarter);
  const counted = await countQuarter(tx, tenantId, span);
  const kinds = NoticeInstrument.options.map((kind) => {
    const row = counted.get(kind);
    if (row === undefined) throw new InvariantError("a kind of instrument was not counted");
    return { kind, ...showRow(row) };
  });
  return {
    quarter,
    from: span.from.toISOString(),
    to: span.to.toISOString(),
    smallest: SMALLEST,
    kinds,
    all: showSums(kinds),
    break_glass: tellAlone(await countBreakGlass(tx, tenantId, span)),
  };
}

/** Computes a quarter and stores it with its entry. Returns false, and writes no entry, if another portal was first. */
async function publish(cx: PublishContext, quarter: string): Promise<boolean> {
  const { tenantId } = cx.instance;
  const at = cx.clock.now();
  return inTransaction(cx, async (tx) => {
    const figures = await figuresOf(tx, tenantId, quarter);
    const digest = recordDigest(figures);
    const id = uuidv7(at.getTime());
    const row = { id, tenantId, quarter, figures, digest, published_at: at.toISOString() };
    if (!(await insertReport(tx, row))) return false;
    await appendEntry(tx, cx, {
      class: "admin",
      outcome: "done",
      action: "transparency.publish",
      subjects: [`transparency:${id}`],
      details: { quarter, digest },
    });
    return true;
  });
}

/**
 * Publishes the figures of every unpublished quarter that has been over for a day, oldest first, from the instance's
 * first quarter. If several portals do so at the same time, only one of them publishes each quarter. Returns how many
 * were published.
 */
export async function publishQuarters(cx: PublishContext): Promise<number> {
  const { tenantId } = cx.instance;
  const due = await inSnapshot(cx, async (tx) => {
    const beginning = await findBeginning(tx, tenantId);
    const done = new Set((await listReports(tx, tenantId)).map(({ quarter }) => quarter));
    return closedQuarters(beginning, cx.clock.now()).filter((quarter) => !done.has(quarter));
  });
  let published = 0;
  for (const quarter of due) if (await publish(cx, quarter)) published += 1;
  return published;
}
