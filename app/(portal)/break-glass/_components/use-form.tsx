"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { useWatch } from "react-hook-form";
import { TransactionFinder } from "@/app/(portal)/requests/new/_components/transactions/transaction-finder";
import { controlAt, listedIn } from "@/components/form/faults";
import { AreaField, BoxesField } from "@/components/form/fields";
import { FormFrame } from "@/components/form/form-frame";
import { type Answers, faultsBy, useAnswers } from "@/components/form/use-answers";
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

/** Job names of transactions that were found by job, by number. */
type Jobs = ReadonlyMap<string, string>;

/** Finds transactions by their job, as a new request does, and adds their numbers to those typed. */
function ByJob({ form, onFound }: { form: Answers<Typed>; onFound: (found: Jobs) => void }) {
  const t = useTranslations("requests.new.transactions");
  const [isFinding, setFinding] = useState(false);
  const ids = listedIn(useWatch({ control: form.hook.control, name: "transactions" }).toLowerCase());
  return (
    <div className="-mt-4">
      <button
        type="button"
        aria-expanded={isFinding}
        onClick={() => setFinding(!isFinding)}
        className="min-h-touch cursor-pointer text-control underline underline-offset-4 tablet:min-h-[28px]"
      >
        {t(isFinding ? "find.close" : "byJob")}
      </button>
      {isFinding ? (
        <TransactionFinder
          ids={ids}
          onAdd={(found) => {
            onFound(new Map(found.map((one) => [one.transaction_id, one.job_id])));
            const added = found.map((one) => one.transaction_id);
            const all = [...new Set([...ids, ...added])].join("\n");
            form.hook.setValue("transactions", all, { shouldDirty: true });
          }}
        />
      ) : null}
    </div>
  );
}

/** Asks for records, fields and a reason of `shortest` characters or more. A dialog shows them again before the person signs. */
export function UseForm({ transaction, shortest }: { transaction: string | undefined; shortest: number }) {
  const t = useTranslations("breakGlass.form");
  const names = useTranslations("domain.fields");
  const [asked, setAsked] = useState<NewBreakGlassStatement>();
  const [jobs, setJobs] = useState<Jobs>(new Map());
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
        <ByJob form={form} onFound={(found) => setJobs(new Map([...jobs, ...found]))} />
        <BoxesField
          form={form}
          name="fields"
          help={t("fieldsHelp")}
          look="columns"
          options={GROUPS.map((group) => ({ value: group, label: names(group) }))}
        />
        <AreaField form={form} name="reason" help={t("reasonHelp", { count: shortest })} maxLength={2_000} />
      </FormFrame>
      {asked === undefined ? null : (
        <ConfirmUse asked={asked} jobs={jobs} onClose={() => setAsked(undefined)} />
      )}
    </>
  );
}
