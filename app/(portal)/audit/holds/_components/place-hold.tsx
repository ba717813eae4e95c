"use client";

import { useTranslations } from "next-intl";
import { DialogButton } from "@/components/act/dialog-button";
import { target } from "@/components/client/api";
import { AreaField } from "@/components/form/fields";
import { FormFrame } from "@/components/form/form-frame";
import { useForm } from "@/components/form/use-form";
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

function PlaceForm({ records, onDone }: { records: string; onDone: () => void }) {
  const t = useTranslations("keeping.holds.place");
  const form = useForm({
    call: PLACE,
    schema: async () => (await import("@/lib/access/preservations/schema")).NewPreservation,
    id: "hold",
    isInDialog: true,
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
      <Confirmation
        title={t("doneTitle")}
        reference={<LocalTime instant={form.answer.until} form="day" />}
        onDone={onDone}
      >
        <p>{t("doneText")}</p>
      </Confirmation>
    );
  return (
    <FormFrame form={form} failed={t("failed")} submit={t("submit")}>
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

/** The drawer that places a hold on records by their ids or job names, for 90 days. With `records` it is open, and they are filled in. */
export function PlaceHold({ records = "" }: { records?: string }) {
  const t = useTranslations("keeping.holds.place");
  return (
    <DialogButton
      label={t("title")}
      button={{ look: "primary", icon: "plus" }}
      isOpenAtFirst={records !== ""}
    >
      {(close) => <PlaceForm records={records} onDone={close} />}
    </DialogButton>
  );
}
