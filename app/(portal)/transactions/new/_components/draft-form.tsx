"use client";

import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { useFormContext } from "react-hook-form";
import type { Draft } from "@/app/(portal)/transactions/new/_components/draft";
import { MemberRows, UNKEPT } from "@/app/(portal)/transactions/new/_components/member-rows";
import { Recipients } from "@/app/(portal)/transactions/new/_components/recipients";
import { Choice, TextArea, TextInput } from "@/components/form/controls";
import { Field } from "@/components/form/field";
import { Button } from "@/components/ui/button";
import type { Recipient } from "@/lib/keys/list-keys";

/** Section name and one line of help at the left, its controls at the right. */
function FormRow({ title, help, children }: { title: string; help: string; children: ReactNode }) {
  return (
    <div className="grid gap-x-8 gap-y-3 border-line border-b py-6 tablet:grid-cols-[220px_minmax(0,560px)]">
      <div>
        <h2 className="font-semibold text-body">{title}</h2>
        <p className="mt-1 text-control text-ink-2">{help}</p>
      </div>
      <div className="min-w-0 space-y-4">{children}</div>
    </div>
  );
}

interface FormProps {
  readonly own: string;
  readonly known: readonly Recipient[];
  readonly errors: ReadonlyMap<string, string>;
  readonly onFound: (recipient: Recipient) => void;
}

function JobRow({ errors }: Pick<FormProps, "errors">) {
  const t = useTranslations("transactions.create");
  const ui = useTranslations("ui");
  const { register } = useFormContext<Draft>();
  return (
    <FormRow title={t("job.title")} help={t("job.help")}>
      <Field id="new-job" label={t("job.label")} error={errors.get("new-job")} help={t("job.openly")}>
        {(attributes) => (
          <TextInput {...attributes} autoComplete="off" maxLength={200} {...register("jobId")} />
        )}
      </Field>
      <Field
        id="new-occurred"
        label={t("job.occurred")}
        mark={ui("optional")}
        error={errors.get("new-occurred")}
        help={t("job.occurredHelp")}
        className="max-w-[280px]"
      >
        {(attributes) => <TextInput {...attributes} type="datetime-local" {...register("occurredAt")} />}
      </Field>
    </FormRow>
  );
}

function AmountRow({ errors }: Pick<FormProps, "errors">) {
  const t = useTranslations("transactions.create.amount");
  const { register } = useFormContext<Draft>();
  return (
    <FormRow title={t("title")} help={t("help")}>
      <div className="grid max-w-[360px] grid-cols-[minmax(0,2fr)_minmax(0,1fr)] items-end gap-2">
        <Field id="new-amount" label={t("label")} error={errors.get("new-amount")}>
          {(attributes) => (
            <TextInput
              {...attributes}
              {...UNKEPT}
              inputMode="decimal"
              maxLength={40}
              {...register("amount")}
            />
          )}
        </Field>
        <Field id="new-currency" label={t("currency")} error={errors.get("new-currency")}>
          {(attributes) => <TextInput {...attributes} {...UNKEPT} maxLength={16} {...register("currency")} />}
        </Field>
      </div>
    </FormRow>
  );
}

/** The whole transaction on one page. */
export function DraftForm({ own, known, errors, onFound }: FormProps) {
  const t = useTranslations("transactions.create");
  const fields = useTranslations("domain.fields");
  const { register } = useFormContext<Draft>();
  return (
    <>
      <JobRow errors={errors} />
      <FormRow title={t("recipients.title")} help={t("recipients.lead")}>
        <Recipients own={own} known={known} onFound={onFound} error={errors.get("new-recipients")} />
      </FormRow>
      <AmountRow errors={errors} />
      <FormRow title={fields("pricing")} help={t("members.pricing.help")}>
        <MemberRows group="pricing" errors={errors} />
      </FormRow>
      <FormRow title={fields("settlement_details")} help={t("members.settlement.help")}>
        <MemberRows group="settlement" errors={errors} />
      </FormRow>
      <FormRow title={fields("parties")} help={t("members.parties.help")}>
        <MemberRows group="parties" errors={errors} />
      </FormRow>
      <FormRow title={fields("narrative")} help={t("narrative.help")}>
        <Field id="new-narrative" label={fields("narrative")} error={errors.get("new-narrative")}>
          {(attributes) => (
            <TextArea {...attributes} {...UNKEPT} rows={4} maxLength={100_000} {...register("narrative")} />
          )}
        </Field>
      </FormRow>
      <FormRow title={fields("external_references")} help={t("members.references.help")}>
        <MemberRows group="references" errors={errors} />
      </FormRow>
      <FormRow title={t("sealing.title")} help={t("sealing.help")}>
        <Choice label={t("sealing.all")} help={t("sealing.allHelp")} {...register("isConfidential")} />
      </FormRow>
      <div className="pt-6">
        <Button type="submit" look="primary" size="large">
          {t("check")}
        </Button>
        <p className="mt-2 text-control text-ink-2">{t("unkept")}</p>
      </div>
    </>
  );
}
