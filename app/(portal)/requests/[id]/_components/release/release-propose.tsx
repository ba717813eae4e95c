"use client";

import { useTranslations } from "next-intl";
import { target } from "@/components/client/api";
import { AreaField } from "@/components/form/fields";
import { FormFrame } from "@/components/form/form-frame";
import { useForm } from "@/components/form/use-form";
import type { proposeRelease } from "@/lib/api-client/operations/releases";

const PROPOSE = target<typeof proposeRelease>("POST", "/confidential/access/requests/{id}/releases");

/** Proposes the terms, which are exactly what was requested. Two executives must then sign them. */
export function ProposeRelease(props: { requestId: string; onDone: () => void }) {
  const t = useTranslations("release.propose");
  const form = useForm({
    call: PROPOSE,
    params: { id: props.requestId },
    schema: async () => (await import("@/lib/access/executive-release/schema")).NewRelease,
    id: "release",
    initial: { reason: "" },
    toBody: ({ reason }) => ({ reason: reason.trim() }),
    controls: { "/reason": "reason" },
    words: { reason: { label: t("reason"), missing: t("reasonMissing") } },
    isInDialog: true,
    onDone: props.onDone,
  });
  return (
    <FormFrame form={form} failed={t("failed")} submit={t("submit")}>
      <AreaField form={form} name="reason" maxLength={2_000} />
    </FormFrame>
  );
}
