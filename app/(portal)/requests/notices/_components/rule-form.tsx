"use client";

import { useTranslations } from "next-intl";
import { target } from "@/components/client/api";
import { SelectField, TextField } from "@/components/form/fields";
import { FormFrame } from "@/components/form/form-frame";
import { useForm } from "@/components/form/use-form";
import type { NewNoticeRule } from "@/lib/access/notices/schema";
import type { setNoticeRule } from "@/lib/api-client/operations/notices";
import { INSTRUMENT_KINDS, NOTICE_MODES, PURPOSES } from "@/lib/word-lists";

const SET = target<typeof setNoticeRule>("PUT", "/confidential/access/notices/rules");

/** Sets whether participants are notified for one instrument and purpose, with the reason. */
export function RuleForm() {
  const t = useTranslations("notices");
  const domain = useTranslations("domain");
  const form = useForm<typeof setNoticeRule, NewNoticeRule>({
    call: SET,
    schema: async () => (await import("@/lib/access/notices/schema")).NewNoticeRule,
    id: "rule",
    initial: { kind: "court_order", purpose: "audit", notice: "none", reason: "" },
    toBody: (rule) => ({ ...rule, reason: rule.reason.trim() }),
    controls: { "/kind": "kind", "/purpose": "purpose", "/notice": "notice", "/reason": "reason" },
    words: {
      kind: { label: t("rules.kind") },
      purpose: { label: t("rules.purpose") },
      notice: { label: t("rules.notice") },
      reason: { label: t("rules.reason"), missing: t("acts.reasonNeeded") },
    },
    keeps: (_answer, rule) => ({ ...rule, reason: "" }),
  });
  return (
    <FormFrame
      form={form}
      errors={t("rules.failed")}
      failed={t("rules.failed")}
      submit={t("rules.submit")}
      look="secondary"
      status={form.answer === undefined ? "" : t("rules.done")}
      className="mt-4 max-w-[720px]"
    >
      <div className="grid gap-x-6 gap-y-3 facts:grid-cols-3">
        <SelectField
          form={form}
          name="kind"
          options={[...INSTRUMENT_KINDS, "none" as const].map((value) => ({
            value,
            label: t(`kinds.${value}`),
          }))}
        />
        <SelectField
          form={form}
          name="purpose"
          options={PURPOSES.map((value) => ({ value, label: domain(`purposes.${value}`) }))}
        />
        <SelectField
          form={form}
          name="notice"
          options={NOTICE_MODES.map((value) => ({ value, label: t(`rules.${value}`) }))}
        />
      </div>
      <TextField form={form} name="reason" maxLength={2_000} />
    </FormFrame>
  );
}
