import { z } from "zod";
import { pageOf, pageQuery, Receipt, visibleText } from "@/lib/schema";
import { GroupName, InstrumentKind, Purpose } from "@/lib/vocabulary";
import { NOTICE_MODES } from "@/lib/word-lists";

/** An instrument, or `none` for a request that rests on no order. */
export const NoticeInstrument = z.enum([...InstrumentKind.options, "none"]);
export type NoticeInstrument = z.infer<typeof NoticeInstrument>;

/** `queued`: those whose data were disclosed get notice when a person sends it. `none`: they get no notice. */
export const NoticeMode = z.enum(NOTICE_MODES);
export type NoticeMode = z.infer<typeof NoticeMode>;

/** Whether those whose data are disclosed get notice, by the rule in force. */
export const ExpectedNotice = z.object({
  /** `queued`: a person of the operator confirms each notice before it is sent. `none`: they get no notice. */
  mode: NoticeMode,
  /** When the rule was set; absent for the default. */
  rule_of: z.string().optional(),
  /** The end of the seal; the notice is not sent before. */
  not_before: z.string().optional(),
});
export type ExpectedNotice = z.infer<typeof ExpectedNotice>;

export const NewNoticeRule = z.strictObject({
  kind: NoticeInstrument,
  purpose: Purpose,
  notice: NoticeMode,
  reason: visibleText(2_000),
});
export type NewNoticeRule = z.infer<typeof NewNoticeRule>;

const NoticeRule = z.object({
  kind: NoticeInstrument,
  purpose: Purpose,
  notice: NoticeMode,
  /** Absent for the default. */
  reason: z.string().optional(),
  by: z.string().optional(),
  at: z.string().optional(),
});
export const NoticeRules = z.object({ items: z.array(NoticeRule) });
export type NoticeRules = z.infer<typeof NoticeRules>;
export const NoticeRulesAnswer = NoticeRules.extend({ receipt: Receipt });
export type NoticeRulesAnswer = z.infer<typeof NoticeRulesAnswer>;

/** A person's decision on a notice that waits. */
export const NoticeWord = z
  .strictObject({
    /** Whose data were disclosed. */
    participant: z.string().min(1).max(64),
    act: z.enum(["send", "withhold"]),
    reason: visibleText(2_000).optional(),
  })
  .refine((body) => (body.act === "withhold") === (body.reason !== undefined), {
    path: ["reason"],
    error: "is only allowed when you withhold the notice",
  });
export type NoticeWord = z.infer<typeof NoticeWord>;

/** A notice as legal reviewers see it. `sealed` waits for the end of a seal. */
export const NoticeView = z.object({
  request_id: z.string(),
  reference: z.string(),
  participant: z.string(),
  organisation: z.string(),
  kind: NoticeInstrument,
  purpose: Purpose,
  transactions: z.array(z.string()),
  fields: z.array(GroupName),
  first_opened_at: z.string(),
  last_opened_at: z.string(),
  state: z.enum(["queued", "sealed", "withheld", "sent"]),
  /** When the seal ends; the notice is not sent before. */
  not_before: z.string().optional(),
  reason: z.string().optional(),
  by: z.string().optional(),
  at: z.string().optional(),
  acts: z.array(z.enum(["send", "withhold"])),
});
export type NoticeView = z.infer<typeof NoticeView>;
export const NoticeQuery = z.strictObject(pageQuery);
export type NoticeQuery = z.infer<typeof NoticeQuery>;
export const NoticePage = pageOf(NoticeView);
export const NoticeAnswer = NoticeView.extend({ receipt: Receipt });
export type NoticeAnswer = z.infer<typeof NoticeAnswer>;

/** A notice as those see it whose data were disclosed: without order, agency or case. */
export const OwnNotice = z.object({
  id: z.string(),
  at: z.string(),
  kind: NoticeInstrument,
  transactions: z.array(z.string()),
  fields: z.array(GroupName),
  first_opened_on: z.string(),
  last_opened_on: z.string(),
});
export type OwnNotice = z.infer<typeof OwnNotice>;
export const OwnNoticePage = pageOf(OwnNotice);
