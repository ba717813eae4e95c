import "server-only";
import { z } from "zod";
import { NoticeInstrument, NoticeMode } from "@/lib/access/notices/schema";
import { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";
import { Purpose } from "@/lib/vocabulary";

/** Instruments for which notice can be an offence. */
const SILENT: readonly NoticeInstrument[] = ["statutory_demand", "audit_mandate"];

/**
 * Returns whether participants get notice of a disclosure by default, until a person sets it otherwise (access.md
 * "Release"). Not for statutory demands and audit mandates, and not for the purpose compliance, where suspicion is
 * investigated. Pure.
 */
export function defaultNotice(kind: NoticeInstrument, purpose: Purpose): NoticeMode {
  return SILENT.includes(kind) || purpose === "compliance" ? "none" : "queued";
}

export interface NoticeRuleRow {
  readonly kind: NoticeInstrument;
  readonly purpose: Purpose;
  readonly notice: NoticeMode;
  /** Who set it and why; absent for the default. */
  readonly set: { readonly reason: string; readonly userId: string; readonly at: Date } | undefined;
}

const Row = z.object({
  kind: NoticeInstrument,
  purpose: Purpose,
  notice: NoticeMode,
  reason: z.string(),
  user_id: z.string(),
  at: z.date(),
});

/** Returns the rule for every instrument and purpose. */
export async function readNoticeRules(tx: Tx, tenantId: string): Promise<NoticeRuleRow[]> {
  const rows = z.array(Row).parse(
    await tx.$queryRaw<unknown[]>(Prisma.sql`SELECT DISTINCT ON (kind, purpose) kind, purpose, notice, reason,
      user_id::text, at FROM notice_rule WHERE tenant_id = ${tenantId}::uuid ORDER BY kind, purpose, id DESC`),
  );
  return NoticeInstrument.options.flatMap((kind) =>
    Purpose.options.map((purpose) => {
      const found = rows.find((row) => row.kind === kind && row.purpose === purpose);
      if (found === undefined) return { kind, purpose, notice: defaultNotice(kind, purpose), set: undefined };
      const { notice, reason, user_id: userId, at } = found;
      return { kind, purpose, notice, set: { reason, userId, at } };
    }),
  );
}

export async function insertNoticeRule(
  tx: Tx,
  row: {
    readonly id: string;
    readonly tenantId: string;
    readonly kind: NoticeInstrument;
    readonly purpose: Purpose;
    readonly notice: NoticeMode;
    readonly reason: string;
    readonly userId: string;
    readonly at: Date;
  },
): Promise<void> {
  const { id, tenantId, kind, purpose, notice, reason, userId, at } = row;
  const data = { id, tenant_id: tenantId, kind, purpose, notice, reason, user_id: userId, at };
  await tx.notice_rule.createMany({ data: [data] });
}
