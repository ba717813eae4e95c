"use client";

import { useTranslations } from "next-intl";
import { target } from "@/components/client/api";
import { AreaField, FormFrame } from "@/components/form/fields";
import { useForm } from "@/components/form/use-form";
import { Button } from "@/components/ui/button";
import { LocalTime } from "@/components/ui/local-time";
import { Confirmation } from "@/components/ui/states";
import type { preserveTransactions } from "@/lib/api-client/operations/preservations";

const PLACE = target<typeof preserveTransactions>("POST", "/confidential/access/preservations");

/** Ids and job names, one in a line or with commas between them. A line of ids may have blanks between them. */
function recordsIn(text: string): string[] {
  const lines = text.split(/[\n,;]+/).map((line) => line.trim());
  const isId = (word: string): boolean => /^[0-9a-f-]{36}$/i.test(word);
  const names = lines.flatMap((line) => (line.split(/\s+/).every(isId) ? line.split(/\s+/) : [line]));
  return [...new Set(names.filter((name) => name !== ""))];
}

/** Places a hold on records by their ids or job names, for 90 days. `records` are filled in. */
export function PlaceHold({ records = "" }: { records?: string }) {
  const t = useTranslations("keeping.holds.place");
  const form = useForm({
    call: PLACE,
    schema: async () => (await import("@/lib/access/preservations/schema")).NewPreservation,
    id: "hold",
    initial: { records, reason: "" },
    toBody: ({ records, reason }) => ({ transactions: recordsIn(records), reason: reason.trim() }),
    controls: { "/transactions": "records", "/reason": "reason" },
    words: {
      records: { label: t("records"), missing: t("recordsNeeded"), wrong: t("recordsWrong") },
      reason: { label: t("reason"), missing: t("reasonNeeded") },
    },
  });
  if (form.answer !== undefined)
    return (
      <div className="max-w-[640px] pt-4">
        <Confirmation title={t("doneTitle")} reference={<LocalTime instant={form.answer.until} form="day" />}>
          <p>{t("doneText")}</p>
          <div className="mt-4">
            <Button onClick={form.again}>{t("another")}</Button>
          </div>
        </Confirmation>
      </div>
    );
  return (
    <FormFrame form={form} errors={t("errors")} failed={t("failed")} submit={t("submit")}>
      <AreaField
        form={form}
        name="records"
        help={t("recordsHelp")}
        className="font-mono"
        spellCheck={false}
      />
      <AreaField form={form} name="reason" help={t("reasonHelp")} maxLength={1_000} />
    </FormFrame>
  );
}
