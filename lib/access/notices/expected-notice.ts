import "server-only";
import { readNoticeRules } from "@/lib/access/notices/rule-store";
import type { ExpectedNotice, NoticeInstrument } from "@/lib/access/notices/schema";
import type { RequestView } from "@/lib/access/requests/answer-schema";
import type { Context } from "@/lib/context/context";
import { statement } from "@/lib/db/statement";
import { inSnapshot, type Tx } from "@/lib/db/transaction";
import type { InstrumentKind, Purpose } from "@/lib/vocabulary";

export type { ExpectedNotice };

type Place = Pick<Context, "instance">;

const SEAL = statement<{ readonly requestId: string }, { readonly until: Date | null }>("find-request-seal")`
  SELECT request_seal(${({ requestId }) => requestId}::uuid) AS until`;

/** What a notice depends on. */
interface Disclosing {
  readonly requestId?: string;
  readonly purpose: string;
  readonly authorization?: { readonly kind: InstrumentKind };
}

/**
 * Returns whether those whose data are disclosed get notice, by the rule in force and the seal of the order. Undefined
 * where the grant rests on no request: then the parties asked themselves, or a review follows.
 */
export async function expectedNotice(
  tx: Tx,
  { instance }: Place,
  { requestId, purpose, authorization }: Disclosing,
): Promise<ExpectedNotice | undefined> {
  if (requestId === undefined) return undefined;
  const kind = authorization?.kind ?? "none";
  const rules = await readNoticeRules(tx, instance.tenantId);
  const rule = rules.find((one) => one.kind === kind && one.purpose === purpose);
  if (rule === undefined) return undefined;
  const [seal] = await tx.run(SEAL, { requestId });
  return {
    mode: rule.notice,
    ...(rule.set === undefined ? {} : { rule_of: rule.set.at.toISOString() }),
    ...(seal?.until == null ? {} : { not_before: seal.until.toISOString() }),
  };
}

/** The rule for one instrument and purpose, as the form of a request shows it. */
export interface NoticeOutlook extends Pick<ExpectedNotice, "mode" | "rule_of"> {
  readonly kind: NoticeInstrument;
  readonly purpose: Purpose;
}

/** Returns for every instrument and purpose whether parties get notice, without who set it and why. */
export function noticeOutlooks(cx: Context): Promise<NoticeOutlook[]> {
  return inSnapshot(cx, async (tx) =>
    (await readNoticeRules(tx, cx.instance.tenantId)).map(({ kind, purpose, notice, set }) => ({
      kind,
      purpose,
      mode: notice,
      ...(set === undefined ? {} : { rule_of: set.at.toISOString() }),
    })),
  );
}

/** Returns the same for a request, drafts included, as its pages show it. */
export function noticeOfRequest(
  cx: Context,
  { id, purpose, authorization }: Pick<RequestView, "id" | "purpose" | "authorization">,
): Promise<ExpectedNotice | undefined> {
  const order = authorization === undefined ? {} : { authorization: { kind: authorization.kind } };
  return inSnapshot(cx, (tx) => expectedNotice(tx, cx, { requestId: id, purpose, ...order }));
}
