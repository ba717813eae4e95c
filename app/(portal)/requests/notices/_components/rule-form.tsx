"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "@/components/act/use-act";
import { target } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { Select, TextInput } from "@/components/form/controls";
import { Field } from "@/components/form/field";
import { Button } from "@/components/ui/button";
import type { NewNoticeRule } from "@/lib/access/notices/schema";
import type { setNoticeRule } from "@/lib/api-client/operations/notices";

const SET = target<typeof setNoticeRule>("PUT", "/confidential/access/notices/rules");

const KINDS: readonly NewNoticeRule["kind"][] = [
  "court_order",
  "subpoena",
  "warrant",
  "statutory_demand",
  "audit_mandate",
  "epoc",
  "none",
];
const PURPOSES: readonly NewNoticeRule["purpose"][] = [
  "settlement",
  "audit",
  "compliance",
  "dispute",
  "support",
  "reporting",
];
const NOTICES: readonly NewNoticeRule["notice"][] = ["none", "queued"];

/** One choice of a closed list. */
function Pick<T extends string>(props: {
  readonly id: string;
  readonly label: string;
  readonly value: T;
  readonly options: readonly T[];
  readonly nameOf: (option: T) => string;
  readonly onPick: (value: T) => void;
}) {
  const { value, options, nameOf, onPick } = props;
  return (
    <Field id={props.id} label={props.label}>
      {(control) => (
        <Select
          {...control}
          value={value}
          onChange={(event) => {
            const found = options.find((option) => option === event.target.value);
            if (found !== undefined) onPick(found);
          }}
        >
          {options.map((option) => (
            <option key={option} value={option}>
              {nameOf(option)}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}

/** Sets whether there is notice of an instrument and a purpose, with the reason. */
export function RuleForm() {
  const t = useTranslations("notices");
  const domain = useTranslations("domain");
  const router = useRouter();
  const { isBusy, error, run } = useAct(SET);
  const [rule, setRule] = useState<NewNoticeRule>({
    kind: "court_order",
    purpose: "audit",
    notice: "none",
    reason: "",
  });
  const [isMissing, setMissing] = useState(false);
  const [isDone, setDone] = useState(false);
  const change = (part: Partial<NewNoticeRule>) => {
    setDone(false);
    setRule((before) => ({ ...before, ...part }));
  };
  const submit = async () => {
    const reason = rule.reason.trim();
    setMissing(reason === "");
    if (reason === "" || (await run({ body: { ...rule, reason } })) === undefined) return;
    change({ reason: "" });
    setDone(true);
    router.refresh();
  };
  return (
    <form
      className="mt-4 flex max-w-[720px] flex-col gap-4"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <div className="grid gap-x-6 gap-y-3 facts:grid-cols-3">
        <Pick
          id="rule-kind"
          label={t("rules.kind")}
          value={rule.kind}
          options={KINDS}
          nameOf={(kind) => t(`kinds.${kind}`)}
          onPick={(kind) => change({ kind })}
        />
        <Pick
          id="rule-purpose"
          label={t("rules.purpose")}
          value={rule.purpose}
          options={PURPOSES}
          nameOf={(purpose) => domain(`purposes.${purpose}`)}
          onPick={(purpose) => change({ purpose })}
        />
        <Pick
          id="rule-notice"
          label={t("rules.notice")}
          value={rule.notice}
          options={NOTICES}
          nameOf={(notice) => t(`rules.${notice}`)}
          onPick={(notice) => change({ notice })}
        />
      </div>
      <Field
        id="rule-reason"
        label={t("rules.reason")}
        error={isMissing ? t("acts.reasonNeeded") : undefined}
      >
        {(control) => (
          <TextInput
            {...control}
            maxLength={2000}
            value={rule.reason}
            onChange={(event) => change({ reason: event.target.value })}
          />
        )}
      </Field>
      <div role="status">{isDone ? <p className="text-accent text-control">{t("rules.done")}</p> : null}</div>
      {error === undefined ? null : <CallFailure error={error} title={t("rules.failed")} />}
      <div>
        <Button type="submit" isBusy={isBusy}>
          {t("rules.submit")}
        </Button>
      </div>
    </form>
  );
}
