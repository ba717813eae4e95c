"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "@/components/act/use-act";
import { target } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { TextArea } from "@/components/form/controls";
import type { FormError } from "@/components/form/error-summary";
import { Field } from "@/components/form/field";
import { Button } from "@/components/ui/button";
import { LocalTime } from "@/components/ui/local-time";
import { Confirmation } from "@/components/ui/states";
import type { preserveTransactions } from "@/lib/api-client/operations/preservations";
import { KeepingForm } from "../../_components/keeping-form";

const place = target<typeof preserveTransactions>("POST", "/confidential/access/preservations");
const RECORDS = "hold-records";
const REASON = "hold-reason";
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

function idsOf(text: string): string[] {
  return [...new Set(text.split(/[\s,;]+/).filter((word) => word !== ""))];
}

/** What the form asks for, its faults, and the call. What was typed stays until it was taken. */
function usePlacing() {
  const router = useRouter();
  const t = useTranslations("keeping.holds.place");
  const { isBusy, error, run } = useAct(place);
  const [records, setRecords] = useState("");
  const [reason, setReason] = useState("");
  const [attempt, setAttempt] = useState(0);
  const [until, setUntil] = useState<string>();
  const ids = idsOf(records);
  const wrong = ids.filter((id) => !UUID.test(id));
  const faults = {
    records: ids.length === 0 ? t("recordsNeeded") : wrong.length > 0 ? t("recordsWrong") : undefined,
    reason: reason.trim() === "" ? t("reasonNeeded") : undefined,
  };
  const submit = async () => {
    setAttempt((before) => before + 1);
    if (faults.records !== undefined || faults.reason !== undefined) return;
    const answer = await run({ body: { transactions: ids, reason: reason.trim() } });
    if (answer === undefined) return;
    setUntil(answer.until);
    setRecords("");
    setReason("");
    router.refresh();
  };
  const again = () => {
    setAttempt(0);
    setUntil(undefined);
  };
  const shown = attempt === 0 ? { records: undefined, reason: undefined } : faults;
  return {
    records,
    reason,
    setRecords,
    setReason,
    attempt,
    faults: shown,
    until,
    isBusy,
    error,
    submit,
    again,
  };
}

/** Places a hold on records by their numbers, for 90 days. */
export function PlaceHold() {
  const t = useTranslations("keeping.holds.place");
  const form = usePlacing();
  const { faults } = form;
  const errors: FormError[] = [
    ...(faults.records === undefined ? [] : [{ id: RECORDS, text: faults.records }]),
    ...(faults.reason === undefined ? [] : [{ id: REASON, text: faults.reason }]),
  ];
  if (form.until !== undefined)
    return (
      <div className="max-w-[640px] pt-4">
        <Confirmation title={t("doneTitle")} reference={<LocalTime instant={form.until} form="day" />}>
          <p>{t("doneText")}</p>
          <div className="mt-4">
            <Button onClick={form.again}>{t("another")}</Button>
          </div>
        </Confirmation>
      </div>
    );
  return (
    <KeepingForm
      title={t("errors")}
      errors={errors}
      attempt={form.attempt}
      failure={form.error === undefined ? null : <CallFailure error={form.error} title={t("failed")} />}
      submit={t("submit")}
      isBusy={form.isBusy}
      onSubmit={() => void form.submit()}
    >
      <Field id={RECORDS} label={t("records")} help={t("recordsHelp")} error={faults.records}>
        {(control) => (
          <TextArea
            {...control}
            rows={3}
            className="font-mono"
            spellCheck={false}
            value={form.records}
            onChange={(event) => form.setRecords(event.target.value)}
          />
        )}
      </Field>
      <Field id={REASON} label={t("reason")} help={t("reasonHelp")} error={faults.reason}>
        {(control) => (
          <TextArea
            {...control}
            rows={3}
            maxLength={1_000}
            value={form.reason}
            onChange={(event) => form.setReason(event.target.value)}
          />
        )}
      </Field>
    </KeepingForm>
  );
}
