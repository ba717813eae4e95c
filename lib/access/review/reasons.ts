import "server-only";
import {
  NewReasons,
  type Reasons,
  type ReasonsAnswer,
  type ReasonTemplate,
} from "@/lib/access/review/reason-schema";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { type Run, statement } from "@/lib/db/statement";
import { inTransaction } from "@/lib/db/transaction";
import type { Locale } from "@/lib/format";

/** Until compliance keeps its own, in the reader's language. What a decider chose is recorded as it was. */
const FIRST_REASONS: Readonly<Record<Locale, readonly ReasonTemplate[]>> = {
  en: [
    {
      decision: "approve",
      text: "The order names the transactions and the fields. The retyped facts match.",
    },
    { decision: "narrow", text: "The order ends on {day}; access ends with it." },
    { decision: "narrow", text: "The order does not name {fields}." },
    { decision: "ask", text: "Which transactions does the order mean with {words}?" },
    {
      decision: "deny",
      text: "The order was issued for {purpose}, and the request asks for another purpose.",
    },
  ],
  de: [
    {
      decision: "approve",
      text: "Die Anordnung nennt die Transaktionen und die Felder. Die abgetippten Angaben stimmen mit ihr überein.",
    },
    { decision: "narrow", text: "Die Anordnung endet am {Tag}. Der Zugriff endet mit ihr." },
    { decision: "narrow", text: "Diese Felder nennt die Anordnung nicht: {Felder}." },
    { decision: "ask", text: "Welche Transaktionen meint die Anordnung mit „{Wortlaut}“?" },
    {
      decision: "deny",
      text: "Die Anordnung wurde zum Zweck {Zweck} ausgestellt. Der Antrag nennt einen anderen Zweck.",
    },
  ],
};

interface NewestRow {
  readonly items: unknown;
  readonly name: string;
  readonly at: Date;
}

const NEWEST = statement<{ readonly tenantId: string }, NewestRow>("newest-reasons")`
  SELECT s.items, u.name, s.at FROM reason_set s JOIN app_user u ON u.id = s.user_id
  WHERE s.tenant_id = ${({ tenantId }) => tenantId}::uuid ORDER BY s.id DESC LIMIT 1`;

interface NewSet {
  readonly id: string;
  readonly tenantId: string;
  readonly items: NewReasons["items"];
  readonly userId: string;
  readonly at: Date;
}

const INSERT = statement<NewSet, never>("insert-reasons")`
  INSERT INTO reason_set (id, tenant_id, items, user_id, at)
  VALUES (${({ id }) => id}::uuid, ${({ tenantId }) => tenantId}::uuid, ${({ items }) => JSON.stringify(items)}::jsonb,
    ${({ userId }) => userId}::uuid, ${({ at }) => at}::timestamptz)`;

async function read(run: Run, tenantId: string, language: Locale): Promise<Reasons> {
  const [row] = await run(NEWEST, { tenantId });
  if (row === undefined) return { items: [...FIRST_REASONS[language]] };
  const { items } = NewReasons.parse({ items: row.items });
  return { items, by: row.name, at: row.at.toISOString() };
}

/** Returns the templates of reasons: those that compliance keeps, or the program's own in this language. */
export function listReasons(cx: Context, language: Locale = "en"): Promise<Reasons> {
  return read(cx.db.run, cx.instance.tenantId, language);
}

/** Replaces the templates. Reasons that were given with one of them stay as they are. */
export async function setReasons(cx: Context, { items }: NewReasons): Promise<ReasonsAnswer> {
  const at = cx.clock.now();
  const id = uuidv7(at.getTime());
  const { tenantId } = cx.instance;
  const entry = await inTransaction(cx, async (tx) => {
    await tx.run(INSERT, { id, tenantId, items, userId: cx.principal.userId, at });
    return appendEntry(tx, cx, {
      class: "admin",
      outcome: "done",
      action: "reason.change",
      subjects: [`reason-set:${id}`],
      details: { items: items.map(({ decision, text }) => ({ decision, text })) },
    });
  });
  return { ...(await listReasons(cx)), receipt: await issueReceipt(cx, entry) };
}
