"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { DialogButton } from "@/components/act/dialog-button";
import { target } from "@/components/client/api";
import { useCallOnce } from "@/components/client/use-call-once";
import type { Fault } from "@/components/form/faults";
import { AreaField, SelectField } from "@/components/form/fields";
import { FormFrame } from "@/components/form/form-frame";
import { type ControlWords, useAnswers } from "@/components/form/use-answers";
import type { NewNoticeRule, NoticeRules } from "@/lib/access/notices/schema";
import type { setNoticeRule } from "@/lib/api-client/operations/notices";
import { NOTICE_MODES } from "@/lib/word-lists";

const SET = target<typeof setNoticeRule>("PUT", "/confidential/access/notices/rules");

type Rule = NoticeRules["items"][number];
type Typed = Record<string, string>;

/** The rules of one legal authority whose notice was changed. */
function changedOf(rules: readonly Rule[], { reason = "", ...typed }: Typed): NewNoticeRule[] {
  return rules.flatMap(({ kind, purpose, notice: present }) => {
    const notice = NOTICE_MODES.find((one) => one === typed[purpose]);
    if (notice === undefined || notice === present) return [];
    return [{ kind, purpose, notice, reason: reason.trim() }];
  });
}

/** Without a change there is nothing to save, and each change needs a reason. */
function faultsOf(rules: readonly Rule[], typed: Typed): Fault[] {
  const missing = (pointer: string): Fault[] => [{ pointer, reason: { key: "missing", count: 0 } }];
  const { reason = "" } = typed;
  if (changedOf(rules, typed).length === 0) return missing(`/${rules[0]?.purpose}`);
  return reason.trim() === "" ? missing("/reason") : [];
}

function Form({ rules, close }: { rules: readonly Rule[]; close: () => void }) {
  const t = useTranslations("notices");
  const domain = useTranslations("domain");
  const router = useRouter();
  const set = useCallOnce(SET);
  const words: Record<string, ControlWords> = Object.fromEntries(
    rules.map(({ purpose }) => [
      purpose,
      { label: domain(`purposes.${purpose}`), missing: t("rules.unchanged") },
    ]),
  );
  const form = useAnswers<Typed, void>({
    id: "rule",
    initial: { ...Object.fromEntries(rules.map(({ purpose, notice }) => [purpose, notice])), reason: "" },
    words: { ...words, reason: { label: t("rules.reason"), missing: t("acts.reasonNeeded") } },
    focus: "control",
    warns: true,
    check: (typed) => faultsOf(rules, typed),
    controlOf: ({ pointer }) => pointer.slice(1),
    send: async (typed) => {
      for (const body of changedOf(rules, typed)) await set({ body });
    },
    onDone: () => {
      close();
      router.refresh();
    },
  });
  return (
    <FormFrame form={form} failed={t("rules.failed")} submit={t("rules.submit")}>
      {rules.map(({ purpose }) => (
        <SelectField
          key={purpose}
          form={form}
          name={purpose}
          options={NOTICE_MODES.map((value) => ({ value, label: t(`rules.${value}`) }))}
        />
      ))}
      <AreaField form={form} name="reason" maxLength={2_000} />
    </FormFrame>
  );
}

/** Changes whether participants are notified under one legal authority. The form begins with the rules as they are. */
export function ChangeRules({ rules }: { rules: readonly Rule[] }) {
  const t = useTranslations("notices");
  const [first] = rules;
  if (first === undefined) return null;
  const title = t("rules.changeTitle", { kind: t(`kinds.${first.kind}`) });
  return (
    <DialogButton label={t("rules.change")} named={title} title={title} button={{ size: "bar" }}>
      {(close) => <Form rules={rules} close={close} />}
    </DialogButton>
  );
}
