"use client";

import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { Choice, ChoiceGroup } from "@/components/form/controls";
import { controlId } from "../answers/answers";
import type { FormView } from "../form-view";
import { FormSection } from "../sections/form-section";
import type { LookupStore, Lookups } from "./lookups";
import { TransactionInput } from "./transaction-input";

// People who have the numbers do not need these parts. They are loaded after the form, before a connection can be lost.
const loadQuery = () => import("./query-fields");
const loadFinder = () => import("./transaction-finder");
const QueryFields = dynamic(() => loadQuery().then((module) => module.QueryFields));
const TransactionFinder = dynamic(() => loadFinder().then((module) => module.TransactionFinder));

function FieldChoices({ form }: { form: FormView }) {
  const t = useTranslations("requests.new.transactions");
  const domain = useTranslations("domain.fields");
  const { answers, options } = form;
  const masked =
    options.level === "masked" ? options.fields : answers.kind === "" ? [] : options.maskedBy[answers.kind];
  return (
    <ChoiceGroup
      id={controlId("fields")}
      legend={t("fields")}
      help={t("fieldsHelp")}
      error={form.errorOf("fields")}
      className="mt-5"
    >
      <div className="mt-1 grid gap-x-4 tablet:grid-cols-3">
        {options.fields.map((field) => (
          <Choice
            key={field}
            name="fields"
            value={field}
            checked={answers.fields.includes(field)}
            onChange={(event) => {
              const others = answers.fields.filter((one) => one !== field);
              const chosen = event.target.checked ? [...others, field] : others;
              form.change({ fields: options.fields.filter((one) => chosen.includes(one)) });
            }}
            label={
              <>
                {domain(field)}
                {masked.includes(field) ? (
                  <span className="ml-2 text-note text-ink-2">{t("masked")}</span>
                ) : null}
              </>
            }
          />
        ))}
      </div>
    </ChoiceGroup>
  );
}

/** The requested transactions, and which of their fields. */
export function TransactionsSection(props: {
  form: FormView;
  number: number;
  store: LookupStore;
  lookups: Lookups;
}) {
  const { form, store } = props;
  const t = useTranslations("requests.new.transactions");
  const [isFinding, setFinding] = useState(false);
  useEffect(() => {
    void Promise.allSettled([loadQuery(), loadFinder()]);
  }, []);
  const { answers } = form;
  return (
    <FormSection number={props.number} title={t("title")} help={t("help")}>
      {answers.target === "query" ? (
        <QueryFields form={form} onIds={() => form.change({ target: "ids" })} />
      ) : (
        <>
          <TransactionInput
            form={form}
            store={store}
            lookups={props.lookups}
            onQuery={() => form.change({ target: "query" })}
          />
          <button
            type="button"
            aria-expanded={isFinding}
            onClick={() => setFinding(!isFinding)}
            className="mt-1 min-h-touch cursor-pointer text-control underline underline-offset-4 tablet:min-h-[28px]"
          >
            {isFinding ? t("find.close") : t("byJob")}
          </button>
          {isFinding ? (
            <TransactionFinder
              ids={answers.ids}
              onAdd={(found) => {
                for (const one of found) store.know(one.transaction_id, one.job_id, one.timestamp);
                const added = found.map((one) => one.transaction_id);
                form.change({ ids: [...new Set([...answers.ids, ...added])] });
              }}
            />
          ) : null}
        </>
      )}
      <FieldChoices form={form} />
    </FormSection>
  );
}
