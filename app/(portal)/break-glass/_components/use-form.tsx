"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { useWatch } from "react-hook-form";
import { findTransactions } from "@/app/(portal)/requests/new/_components/transactions/lookups";
import { TransactionFinder } from "@/app/(portal)/requests/new/_components/transactions/transaction-finder";
import { controlAt } from "@/components/form/faults";
import { AreaField, BoxesField } from "@/components/form/fields";
import { FormFrame } from "@/components/form/form-frame";
import { type Answers, faultsBy, useAnswers } from "@/components/form/use-answers";
import type { NewBreakGlassStatement } from "@/lib/access/break-glass/schema";
import type { GroupName } from "@/lib/vocabulary";
import { ConfirmUse } from "./confirm-use";
import { asNumbers, recordsNamed, recordsTyped } from "./typed-records";

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

/** Job names of transactions that were found by job, by number. */
type Jobs = ReadonlyMap<string, string>;

/** Enough to tell one transaction of a job from several. */
const FOUND = 2;
const findByJob = async (job: string) => (await findTransactions({ job_id: job }, FOUND)).items;

function bodyOf(typed: Typed, transactions: string[]): NewBreakGlassStatement {
  return { transactions, fields: [...typed.fields], reason: typed.reason.trim() };
}

/** What was typed as the call's body, with the transaction's number for the name of a job. */
async function named(typed: Typed) {
  const { transactions, jobs } = await recordsNamed(recordsTyped(typed.transactions), findByJob);
  return { body: bodyOf(typed, transactions), jobs };
}

/** Finds transactions by their job, as a new request does, and adds their numbers to those typed. */
function ByJob({ form, onFound }: { form: Answers<Typed>; onFound: (found: Jobs) => void }) {
  const t = useTranslations("requests.new.transactions");
  const [isFinding, setFinding] = useState(false);
  const ids = recordsTyped(useWatch({ control: form.hook.control, name: "transactions" }));
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
  const form = useAnswers<Typed, Awaited<ReturnType<typeof named>>>({
    id: "glass",
    initial: { transactions: transaction ?? "", fields: [], reason: "" },
    words: {
      transactions: {
        label: t("transactions"),
        missing: t("faults.transactionsMissing"),
        tooMany: t("faults.transactionsMany"),
        findsNothing: t("faults.noJob"),
        findsTooMany: t("faults.severalOfJob"),
      },
      fields: { label: t("fields"), missing: t("faults.fields") },
      reason: { label: t("reason"), missing: t("faults.reason"), wrong: t("faults.reason") },
    },
    focus: "summary",
    warns: true,
    check: (typed) => faultsBy(loadStatement, bodyOf(typed, asNumbers(recordsTyped(typed.transactions)))),
    controlOf: ({ pointer }) => controlAt(CONTROLS, pointer),
    send: named,
    keeps: (_asked, typed) => typed,
    onDone: ({ body, jobs: found }) => {
      setJobs(new Map([...jobs, ...found]));
      setAsked(body);
    },
  });
  return (
    <>
      <FormFrame form={form} errors={t("errors")} submit={t("submit")} look="danger">
        <AreaField form={form} name="transactions" help={t("transactionsHelp")} spellCheck={false} />
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
