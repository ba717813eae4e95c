import "server-only";
import { insertNoticeRule, readNoticeRules } from "@/lib/access/notices/rule-store";
import type { NewNoticeRule, NoticeRules, NoticeRulesAnswer } from "@/lib/access/notices/schema";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inSnapshot, inTransaction, type Tx } from "@/lib/db/transaction";
import { findPeople } from "@/lib/identity/people/people-store";

async function rulesView(tx: Tx, tenantId: string): Promise<NoticeRules> {
  const rules = await readNoticeRules(tx, tenantId);
  const people = await findPeople(
    tx,
    rules.flatMap(({ set }) => (set === undefined ? [] : [set.userId])),
  );
  return {
    items: rules.map(({ set, ...rule }) => ({
      ...rule,
      ...(set === undefined
        ? {}
        : { reason: set.reason, by: people.get(set.userId)?.name ?? "", at: set.at.toISOString() }),
    })),
  };
}

/** Returns the rule for every instrument and purpose, and who set it. */
export function listNoticeRules(cx: Context): Promise<NoticeRules> {
  return inSnapshot(cx, (tx) => rulesView(tx, cx.instance.tenantId));
}

/** Sets whether an instrument and a purpose have notice. It sends nothing: waiting notices still wait for a person. */
export async function setNoticeRule(cx: Context, body: NewNoticeRule): Promise<NoticeRulesAnswer> {
  const at = cx.clock.now();
  const id = uuidv7(at.getTime());
  const { tenantId } = cx.instance;
  const { entry, rules } = await inTransaction(cx, async (tx) => {
    await insertNoticeRule(tx, { ...body, id, tenantId, userId: cx.principal.userId, at });
    const appended = await appendEntry(tx, cx, {
      class: "admin",
      outcome: "done",
      action: "notice.rule",
      subjects: [`notice-rule:${id}`],
      details: { ...body },
    });
    return { entry: appended, rules: await rulesView(tx, tenantId) };
  });
  return { ...rules, receipt: await issueReceipt(cx, entry) };
}
