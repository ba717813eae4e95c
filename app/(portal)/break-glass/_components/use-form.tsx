"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { controlAt, listedIn } from "@/components/form/faults";
import { AreaField, BoxesField } from "@/components/form/fields";
import { FormFrame } from "@/components/form/form-frame";
import { faultsBy, useAnswers } from "@/components/form/use-answers";
import type { NewBreakGlassStatement } from "@/lib/access/break-glass/schema";
import type { GroupName } from "@/lib/vocabulary";
import { ConfirmUse } from "./confirm-use";

const loadStatement = async () => (await import("@/lib/access/break-glass/schema")).NewBreakGlassStatement;
const GROUPS: readonly GroupName[] = [
  "amount",
  "pricing",
  "settlement_details",
  "parties",
  "narrative",
  "external_references",
];
const CONTROLS = { "/transactions": "transactions", "/fields": "fields", "/reason": "reason" } as const;

interface Typed {
  readonly transactions: string;
  readonly fields: readonly GroupName[];
  readonly reason: string;
}

function bodyOf({ transactions, fields, reason }: Typed): NewBreakGlassStatement {
  return { transactions: listedIn(transactions.toLowerCase()), fields: [...fields], reason: reason.trim() };
}

/** Asks for records, fields and a reason of `shortest` characters or more. A dialog shows them again before the person signs. */
export function UseForm({ transaction, shortest }: { transaction: string | undefined; shortest: number }) {
  const t = useTranslations("breakGlass.form");
  const names = useTranslations("domain.fields");
  const [asked, setAsked] = useState<NewBreakGlassStatement>();
  const form = useAnswers<Typed, NewBreakGlassStatement>({
    id: "glass",
    initial: { transactions: transaction ?? "", fields: [], reason: "" },
    words: {
      transactions: {
        label: t("transactions"),
        missing: t("faults.transactionsMissing"),
        tooMany: t("faults.transactionsMany"),
        wrong: t("faults.transactionsUnclear"),
      },
      fields: { label: t("fields"), missing: t("faults.fields") },
      reason: { label: t("reason"), missing: t("faults.reason"), wrong: t("faults.reason") },
    },
    focus: "summary",
    warns: true,
    check: (typed) => faultsBy(loadStatement, bodyOf(typed)),
    controlOf: ({ pointer }) => controlAt(CONTROLS, pointer),
    send: async (typed) => bodyOf(typed),
    keeps: (_asked, typed) => typed,
    onDone: setAsked,
  });
  return (
    <>
      <FormFrame form={form} errors={t("errors")} submit={t("submit")} look="danger">
        <AreaField
          form={form}
          name="transactions"
          help={t("transactionsHelp")}
          className="font-mono"
          spellCheck={false}
        />
        <BoxesField
          form={form}
          name="fields"
          help={t("fieldsHelp")}
          look="columns"
          options={GROUPS.map((group) => ({ value: group, label: names(group) }))}
        />
        <AreaField form={form} name="reason" help={t("reasonHelp", { count: shortest })} maxLength={2_000} />
      </FormFrame>
      {asked === undefined ? null : <ConfirmUse asked={asked} onClose={() => setAsked(undefined)} />}
    </>
  );
}
