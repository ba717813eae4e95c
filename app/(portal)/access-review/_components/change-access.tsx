"use client";

import { useTranslations } from "next-intl";
import { target } from "@/components/client/api";
import { useDutyOptions, useExplained, useRoleOptions } from "@/components/domain/standing-words";
import { AreaField, BoxesField, SelectField } from "@/components/form/fields";
import { FormFrame } from "@/components/form/form-frame";
import { useForm } from "@/components/form/use-form";
import { Dialog } from "@/components/ui/dialog";
import type { ReviewRow } from "@/lib/administration/access-review/schema";
import type { decideAccessReview } from "@/lib/api-client/operations/administration/access-reviews";
import { DUTIES, ROLES } from "@/lib/word-lists";

export const DECIDE = target<typeof decideAccessReview>(
  "POST",
  "/confidential/admin/access-reviews/{id}/decisions",
);

export interface AskedRow {
  readonly review: string;
  readonly row: ReviewRow;
  readonly onClose: () => void;
}

/** Asks for another role or other duties of a person in a review. */
export function ChangeAccess({ review, row, onClose }: AskedRow) {
  const t = useTranslations("accessReview.change");
  const { facts } = row;
  const roleOptions = useRoleOptions(facts.role);
  const options = useDutyOptions();
  const explain = useExplained(t("failed"));
  const given: string[] = [...facts.duties];
  const form = useForm({
    call: DECIDE,
    params: { id: review },
    schema: async () => (await import("@/lib/administration/access-review/schema")).DecisionBody,
    id: "change-access",
    initial: { reason: "", role: facts.role as string, duties: given },
    isInDialog: true,
    toBody: ({ role, duties, reason }) => ({
      decision: "change" as const,
      rows: [{ id: row.id, version: row.version }],
      role: ROLES.find((one) => one === role),
      duties: DUTIES.filter((duty) => duties.includes(duty)),
      reason: reason.trim(),
    }),
    controls: { "/role": "role", "/duties": "duties", "/reason": "reason" },
    words: {
      reason: { label: t("reason"), missing: t("reasonMissing") },
      role: { label: t("role"), wrong: t("roleWrong") },
      duties: { label: t("duties"), wrong: t("dutiesWrong") },
    },
    onDone: onClose,
  });
  return (
    <Dialog isOpen onClose={onClose} title={t("title", { name: facts.name })} look="side">
      <FormFrame form={form} failed={t("failed")} explain={explain} submit={t("submit")}>
        <p className="text-control text-ink-2">{t("text")}</p>
        <AreaField form={form} name="reason" maxLength={1_000} rows={2} />
        <SelectField form={form} name="role" options={roleOptions} />
        <BoxesField form={form} name="duties" options={options} />
      </FormFrame>
    </Dialog>
  );
}
