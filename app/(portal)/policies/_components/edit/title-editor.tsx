"use client";

import { useTranslations } from "next-intl";
import { DialogButton } from "@/components/act/dialog-button";
import { target } from "@/components/client/api";
import { AreaField, TextField } from "@/components/form/fields";
import { FormFrame } from "@/components/form/form-frame";
import { useForm } from "@/components/form/use-form";
import type { savePolicySet } from "@/lib/api-client/operations/policies";
import type { PolicySetView } from "@/lib/policies/schema";

const SAVE = target<typeof savePolicySet>("PUT", "/confidential/policies/{number}");
const PLACES = { "/title": "title", "/reason": "reason" } as const;

interface Edited {
  readonly set: Pick<PolicySetView, "number" | "revision" | "document" | "title" | "reason">;
}

function TitleForm({ set, onClose }: Edited & { onClose: () => void }) {
  const t = useTranslations("policies.titleEdit");
  const { number, revision, document, title, reason } = set;
  const form = useForm({
    call: SAVE,
    params: { number: String(number) },
    ifMatch: `"${revision}"`,
    schema: async () => (await import("@/lib/policies/schema")).SavedPolicySet,
    id: "title",
    initial: { title, reason },
    isInDialog: true,
    toBody: (answers) => ({ document, ...answers }),
    controls: PLACES,
    words: {
      title: { label: t("name"), missing: t("nameMissing"), wrong: t("nameForm") },
      reason: { label: t("reason"), missing: t("reasonMissing"), wrong: t("reasonForm") },
    },
    onDone: onClose,
  });
  return (
    <FormFrame form={form} failed={t("failed")} submit={t("save")}>
      <TextField form={form} name="title" maxLength={200} autoComplete="off" />
      <AreaField form={form} name="reason" maxLength={1_000} rows={5} />
    </FormFrame>
  );
}

/** Changes title and reason of a draft. Both stay with the version. */
export function TitleEditor(edited: Edited) {
  const t = useTranslations("policies.titleEdit");
  return (
    <DialogButton label={t("label")} title={t("title")} button={{ icon: "pencil" }}>
      {(close) => <TitleForm {...edited} onClose={close} />}
    </DialogButton>
  );
}
