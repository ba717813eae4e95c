"use client";

import { useTranslations } from "next-intl";
import { type ReactNode, useEffect, useMemo } from "react";
import { ErrorSummary } from "@/components/form/error-summary";
import { PageFrame } from "@/components/layout/page-frame";
import type { RequestView } from "@/lib/access/requests/answer-schema";
import { type Answers, answersOf, blankAnswers, type FormOptions } from "./answers/answers";
import { factsOf } from "./answers/bodies";
import { useFaultText } from "./answers/fault-words";
import { faultId } from "./answers/faults";
import { RequestSummary } from "./check/request-summary";
import { useOrderText } from "./document/use-order-text";
import { FormNotices, SaveLine } from "./form-notices";
import type { FormView } from "./form-view";
import { AuthoritySection } from "./sections/authority-section";
import { BasisSection } from "./sections/basis-section";
import { PeriodSection } from "./sections/period-section";
import { TransactionsSection } from "./transactions/transactions-section";
import { type RequestForm, useRequestForm } from "./use-request-form";

/** Focuses the control that a change link of *Check answers* names. */
function useNamedControl(isReady: boolean): void {
  useEffect(() => {
    if (!isReady) return;
    const control = document.getElementById(location.hash.slice(1));
    if (location.hash === "" || control === null) return;
    control.scrollIntoView({ block: "center" });
    control.focus();
  }, [isReady]);
}

function useFormView(request: RequestForm, options: FormOptions): FormView {
  const textOf = useFaultText();
  const { shown, draft } = request;
  return {
    answers: draft.answers,
    options,
    change: request.change,
    errorOf: (name) => {
      const fault = shown.find((one) => one.name === name);
      return fault === undefined ? undefined : textOf(fault);
    },
  };
}

/** A new request: one page with four sections, saved at every change. */
export function NewRequest(props: {
  options: FormOptions;
  view?: RequestView;
  prefill: Partial<Answers>;
  /** A former request, whose answers this one starts with. */
  begunFrom?: RequestView;
  /** Why the former request was denied. */
  denied?: ReactNode;
}) {
  const { options, view, prefill, begunFrom } = props;
  const t = useTranslations("requests");
  const ui = useTranslations("ui");
  const textOf = useFaultText();
  const opening = useMemo(
    () => ({
      options,
      view,
      prefill: begunFrom === undefined ? prefill : answersOf(begunFrom, options),
    }),
    [options, view, prefill, begunFrom],
  );
  const request = useRequestForm(opening);
  const form = useFormView(request, options);
  const text = useOrderText(request.authority.chosen, options.jurisdictions);
  const { stores, draft, summary } = request;
  const errors = summary.map((fault) => ({ id: faultId(fault), text: textOf(fault) }));
  useNamedControl(request.isReady);
  const sendAgain = () => {
    const facts = factsOf(draft.answers);
    if (draft.draft !== undefined && facts !== undefined) void stores.authority.attach(draft.draft.id, facts);
  };
  return (
    <PageFrame
      crumbs={[{ label: t("title"), href: "/requests" }, { label: t("new.title") }]}
      title={t("new.title")}
      actions={
        <SaveLine
          state={draft}
          hasFactsHere={stores.authority.hasFactsHere(draft.answers, blankAnswers(options))}
        />
      }
      apiCall={{ method: "POST", path: "/confidential/access/requests" }}
      facts={
        <RequestSummary
          answers={draft.answers}
          options={options}
          open={request.open}
          isChecking={request.isChecking}
          onCheck={() => void request.check()}
        />
      }
    >
      <ErrorSummary
        title={ui("oneThing", { count: errors.length })}
        errors={errors}
        attempt={request.attempt}
      />
      {props.denied}
      <FormNotices request={request} options={options} />
      <form noValidate onSubmit={(event) => event.preventDefault()}>
        <fieldset role="presentation" disabled={!request.isReady} className="min-w-0">
          {options.needsAuthority ? (
            <AuthoritySection
              form={form}
              number={1}
              state={request.authority}
              text={text}
              onFile={(file) => void stores.authority.choose(file)}
              onAgain={sendAgain}
              onSign={(file) => stores.authority.sign(file)}
            />
          ) : null}
          <TransactionsSection
            form={form}
            number={options.needsAuthority ? 2 : 1}
            store={stores.lookups}
            lookups={request.lookups}
            text={text}
          />
          <BasisSection form={form} number={options.needsAuthority ? 3 : 2} />
          <PeriodSection form={form} number={options.needsAuthority ? 4 : 3} />
        </fieldset>
      </form>
    </PageFrame>
  );
}
