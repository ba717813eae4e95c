"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useReady } from "@/components/client/use-ready";
import { Choice, ChoiceGroup, TextArea } from "@/components/form/controls";
import { ErrorSummary } from "@/components/form/error-summary";
import { Field } from "@/components/form/field";
import { Button } from "@/components/ui/button";
import type { GroupName } from "@/lib/vocabulary";
import { ConfirmUse } from "./confirm-use";
import { faultsOf, MIN_REASON, type TypedUse, type UseFault } from "./typed-use";

const GROUPS: readonly GroupName[] = [
  "amount",
  "pricing",
  "settlement_details",
  "parties",
  "narrative",
  "external_references",
];
const IDS = { transactions: "glass-transactions", fields: "glass-fields", reason: "glass-reason" } as const;

function controlOf(fault: UseFault): string {
  return fault === "fields" || fault === "reason" ? IDS[fault] : IDS.transactions;
}

function FieldChoice(props: {
  chosen: readonly GroupName[];
  error: string | undefined;
  onChange: (fields: GroupName[]) => void;
}) {
  const t = useTranslations("breakGlass.form");
  const names = useTranslations("domain.fields");
  const { chosen } = props;
  return (
    <ChoiceGroup id={IDS.fields} legend={t("fields")} help={t("fieldsHelp")} error={props.error}>
      <div className="grid tablet:grid-cols-2">
        {GROUPS.map((group) => (
          <Choice
            key={group}
            label={names(group)}
            checked={chosen.includes(group)}
            onChange={() =>
              props.onChange(
                chosen.includes(group) ? chosen.filter((one) => one !== group) : [...chosen, group],
              )
            }
          />
        ))}
      </div>
    </ChoiceGroup>
  );
}

/** Which records, which fields, why: then a last look, and the signature. */
export function UseForm({ transaction }: { transaction: string | undefined }) {
  const t = useTranslations("breakGlass.form");
  const isReady = useReady();
  const router = useRouter();
  const [typed, setTyped] = useState<TypedUse>({ transactions: transaction ?? "", fields: [], reason: "" });
  const [attempt, setAttempt] = useState(0);
  const [isAsked, setAsked] = useState(false);
  const change = (part: Partial<TypedUse>) => setTyped((before) => ({ ...before, ...part }));
  const faults = attempt === 0 ? [] : faultsOf(typed);
  const errorOf = (...wanted: UseFault[]) => {
    const found = faults.find((fault) => wanted.includes(fault));
    return found === undefined ? undefined : t(`faults.${found}`);
  };
  const submit = () => {
    setAttempt((count) => count + 1);
    if (faultsOf(typed).length === 0) setAsked(true);
  };
  return (
    <form
      noValidate
      method="post"
      className="max-w-[640px] pt-4"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <ErrorSummary
        title={t("errors")}
        errors={faults.map((fault) => ({ id: controlOf(fault), text: t(`faults.${fault}`) }))}
        attempt={attempt}
      />
      <fieldset role="presentation" disabled={!isReady} className="grid min-w-0 gap-5">
        <Field
          id={IDS.transactions}
          label={t("transactions")}
          help={t("transactionsHelp")}
          error={errorOf("transactionsMissing", "transactionsMany", "transactionsUnclear")}
        >
          {(control) => (
            <TextArea
              {...control}
              rows={3}
              className="font-mono"
              spellCheck={false}
              autoComplete="off"
              value={typed.transactions}
              onChange={(event) => change({ transactions: event.target.value })}
            />
          )}
        </Field>
        <FieldChoice
          chosen={typed.fields}
          error={errorOf("fields")}
          onChange={(fields) => change({ fields })}
        />
        <Field
          id={IDS.reason}
          label={t("reason")}
          help={t("reasonHelp", { count: MIN_REASON })}
          error={errorOf("reason")}
        >
          {(control) => (
            <TextArea
              {...control}
              rows={3}
              maxLength={2000}
              value={typed.reason}
              onChange={(event) => change({ reason: event.target.value })}
            />
          )}
        </Field>
        <div>
          <Button type="submit" look="danger">
            {t("submit")}
          </Button>
        </div>
      </fieldset>
      {isAsked ? (
        <ConfirmUse
          typed={typed}
          onClose={() => setAsked(false)}
          onDone={(id) => router.push(`/break-glass/${id}`)}
        />
      ) : null}
    </form>
  );
}
