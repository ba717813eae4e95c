"use client";

import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { Button } from "@/components/ui/button";
import type { OrderText } from "../document/use-order-text";
import type { FormView } from "../form-view";
import { FormSection } from "../sections/form-section";
import { FieldTable } from "./field-table";
import type { LookupStore, Lookups } from "./lookups";
import { TransactionInput } from "./transaction-input";

// People who have the numbers do not need these parts. They are loaded after the form, before a connection can be lost.
const loadQuery = () => import("./query-fields");
const loadFinder = () => import("./transaction-finder");
const QueryFields = dynamic(() => loadQuery().then((module) => module.QueryFields));
const TransactionFinder = dynamic(() => loadFinder().then((module) => module.TransactionFinder));

/** The requested transactions, and which of their fields. */
export function TransactionsSection(props: {
  form: FormView;
  number: number;
  store: LookupStore;
  lookups: Lookups;
  /** What the order's text says. */
  text: OrderText;
}) {
  const { form, store } = props;
  const t = useTranslations("requests.new.transactions");
  const [isFinding, setFinding] = useState(false);
  useEffect(() => {
    void Promise.allSettled([loadQuery(), loadFinder()]);
  }, []);
  const { answers } = form;
  const listed =
    typeof props.text === "object" ? props.text.ids.filter((id) => !answers.ids.includes(id)) : [];
  return (
    <FormSection number={props.number} title={t("title")} help={t("help")}>
      {listed.length === 0 || answers.target === "query" ? null : (
        <p role="status" className="mb-3 flex flex-wrap items-center gap-x-3 text-control">
          {t("inOrder", { count: listed.length })}
          <Button size="bar" onClick={() => form.change({ ids: [...answers.ids, ...listed] })}>
            {t("addListed", { count: listed.length })}
          </Button>
        </p>
      )}
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
      <FieldTable form={form} text={props.text} />
    </FormSection>
  );
}
