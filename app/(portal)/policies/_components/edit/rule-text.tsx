"use client";

import { useTranslations } from "next-intl";
import { useRef } from "react";
import { Field } from "@/components/form/field";
import { Icon } from "@/components/ui/icon";
import type { PolicyDocument } from "@/lib/access/policy/policy-document";
import { CedarEditor, goTo } from "./cedar-editor";
import { FaultList } from "./fault-list";
import { useFaults } from "./use-faults";

/** The Cedar text of a rule, checked while it is written. */
export function RuleText(props: {
  number: number;
  /** The draft with the rule as it is typed. */
  document: PolicyDocument;
  id: string;
  text: string;
  onText: (text: string) => void;
}) {
  const t = useTranslations("policies.edit");
  const area = useRef<HTMLTextAreaElement>(null);
  const { number, document, id, text, onText } = props;
  const faults = useFaults(number, document, text.trim() !== "" && id !== "");
  const own = (faults ?? []).filter((fault) => fault.policy === id);
  return (
    <div className="grid gap-3">
      <Field id="rule-text" label={t("text")} help={t("textHelp")}>
        {(control) => <CedarEditor control={control} area={area} text={text} faults={own} onText={onText} />}
      </Field>
      {faults === undefined ? (
        <p className="text-control text-ink-2">{t(text.trim() === "" || id === "" ? "empty" : "checking")}</p>
      ) : null}
      {faults?.length === 0 ? (
        <p role="status" className="flex items-center gap-2 text-accent text-control">
          <Icon name="check" />
          {t("valid")}
        </p>
      ) : null}
      <FaultList faults={faults ?? []} id={id} onGo={(fault) => goTo(area, fault)} />
    </div>
  );
}
