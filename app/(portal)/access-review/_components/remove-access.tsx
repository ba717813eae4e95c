"use client";

import { useTranslations } from "next-intl";
import { AreaField } from "@/components/form/fields";
import { FormFrame } from "@/components/form/form-frame";
import { useForm } from "@/components/form/use-form";
import { Dialog } from "@/components/ui/dialog";
import { type AskedRow, DECIDE } from "./change-access";

/** Asks a second person to agree that a person is suspended or a program's key ends. */
export function RemoveAccess({ review, row, onClose }: AskedRow) {
  const t = useTranslations("accessReview.remove");
  const form = useForm({
    call: DECIDE,
    params: { id: review },
    schema: async () => (await import("@/lib/administration/access-review/schema")).DecisionBody,
    id: "remove-access",
    initial: { reason: "" },
    isInDialog: true,
    toBody: ({ reason }) => ({
      decision: "remove" as const,
      rows: [{ id: row.id, version: row.version }],
      reason: reason.trim(),
    }),
    controls: { "/reason": "reason" },
    words: { reason: { label: t("reason"), missing: t("reasonMissing") } },
    onDone: onClose,
  });
  return (
    <Dialog isOpen onClose={onClose} title={t("title", { name: row.facts.name })}>
      <FormFrame form={form} failed={t("failed")} submit={t("submit")}>
        <p className="text-control text-ink-2">{t(row.subject.kind === "person" ? "text" : "programText")}</p>
        <AreaField form={form} name="reason" maxLength={1_000} rows={2} />
      </FormFrame>
    </Dialog>
  );
}
