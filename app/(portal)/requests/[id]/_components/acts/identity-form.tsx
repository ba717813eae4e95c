"use client";

import { useTranslations } from "next-intl";
import { target } from "@/components/client/api";
import { ChoiceGroup } from "@/components/form/controls";
import { AreaField, SelectField, TickField } from "@/components/form/fields";
import { FormFrame } from "@/components/form/form-frame";
import { useForm } from "@/components/form/use-form";
import { Notice } from "@/components/ui/states";
import type { ReviewView } from "@/lib/access/review/schema";
import type { checkIdentity } from "@/lib/api-client/operations/decisions";

const CHECK = target<typeof checkIdentity>("POST", "/confidential/access/requests/{id}/identity-checks");

/** Records a check of the requester's identity. A request can be approved only after a valid check. */
export function IdentityForm(props: {
  requestId: string;
  officer: string;
  check: ReviewView["identity_check"];
  onDone: () => void;
}) {
  const { requestId, officer, check } = props;
  const { contacts = [], domain = "", is_domain_verified: isVerified = false } = check;
  const t = useTranslations("review.identity");
  const form = useForm({
    call: CHECK,
    params: { id: requestId },
    schema: async () => (await import("@/lib/access/requests/schema")).NewIdentityCheck,
    id: "identity",
    initial: { number: "", isConfirmed: false, note: "" },
    toBody: ({ number, isConfirmed, note }) => ({
      ...(number === "" ? {} : { called_number: number }),
      is_confirmed: isConfirmed,
      note: note.trim(),
    }),
    controls: { "/called_number": "number", "/is_confirmed": "isConfirmed", "/note": "note" },
    words: {
      number: { label: t("number"), missing: t("numberMissing") },
      isConfirmed: { label: t("called") },
      note: { label: t("note"), missing: t("noteMissing") },
    },
    keeps: (_answer, typed) => typed,
    isInDialog: true,
    onDone: ({ is_valid: isValid }) => isValid && props.onDone(),
  });
  const numbers = contacts.map((number) => ({ value: number, label: number }));
  return (
    <div className="grid gap-4">
      <p className="text-control text-ink-2">{t("text", { name: officer })}</p>
      <Notice
        tone={isVerified ? "accent" : "amber"}
        icon={isVerified ? "check" : "warning"}
        title={t(isVerified ? "domain" : "otherDomain", { domain })}
      />
      <FormFrame form={form} submit={t("record")}>
        <SelectField
          form={form}
          name="number"
          help={t(contacts.length === 0 ? "noNumber" : "calledHelp")}
          options={[{ value: "", label: t("notCalled") }, ...numbers]}
        />
        <ChoiceGroup id="identity-facts" legend={t("legend")}>
          <TickField form={form} name="isConfirmed" />
        </ChoiceGroup>
        <AreaField form={form} name="note" help={t("noteHelp")} maxLength={2_000} />
        {form.answer?.is_valid === false ? (
          <Notice tone="amber" icon="warning" isLive title={t("partial")} />
        ) : null}
      </FormFrame>
    </div>
  );
}
