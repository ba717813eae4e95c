"use client";

import { useTranslations } from "next-intl";
import { target } from "@/components/client/api";
import { AreaField } from "@/components/form/fields";
import { FormFrame } from "@/components/form/form-frame";
import { useForm } from "@/components/form/use-form";
import { NewRelease } from "@/lib/access/executive-release/schema";
import type { proposeRelease } from "@/lib/api-client/operations/releases";

const PROPOSE = target<typeof proposeRelease>("POST", "/confidential/access/requests/{id}/releases");

/** Proposes the terms, which are exactly what was requested. Two executives must then sign them. */
export function ProposeRelease(props: {
  requestId: string;
  reference: string;
  /** The requester's identity is not checked yet; before that a release is refused. */
  isUnknown: boolean;
}) {
  const t = useTranslations("release.propose");
  const form = useForm({
    call: PROPOSE,
    params: { id: props.requestId },
    schema: NewRelease,
    id: "release",
    initial: { reason: "" },
    toBody: ({ reason }) => ({ reason: reason.trim() }),
    controls: { "/reason": "reason" },
    words: { reason: { label: t("reason"), missing: t("reasonMissing") } },
  });
  return (
    <div className="mb-6 grid gap-4 text-control">
      <p className="text-ink-2">{t("lead", { reference: props.reference })}</p>
      {props.isUnknown ? (
        <p>{t("unknown")}</p>
      ) : (
        <FormFrame form={form} className="" failed={t("failed")} submit={t("submit")}>
          <AreaField form={form} name="reason" maxLength={2_000} />
        </FormFrame>
      )}
    </div>
  );
}
