"use client";

import { useTranslations } from "next-intl";
import { ActButton } from "@/components/act/act-button";
import { target } from "@/components/client/api";
import type { SealState } from "@/lib/administration/seal/schema";
import type { askSeal } from "@/lib/api-client/operations/administration/seal";

const ASK = target<typeof askSeal>("POST", "/confidential/admin/seal");

/** Asks to seal the keys, or to unseal them, and leads to the agreement that a second administrator decides. */
export function SealAct({ state }: { state: SealState }) {
  const t = useTranslations("administration.seal");
  const isSealed = state === "sealed";
  const key = isSealed ? "unseal" : "seal";
  return (
    <ActButton<typeof askSeal, "reason">
      call={ASK}
      button={{ look: isSealed ? "primary" : "danger" }}
      danger={!isSealed}
      label={t(`${key}.label`)}
      title={t(`${key}.title`)}
      text={t(`${key}.text`)}
      fields={{ reason: { kind: "reason", label: t("reason"), missing: t("reasonMissing") } }}
      body={({ reason }) => ({ state: isSealed ? "open" : "sealed", reason })}
      yes={t(`${key}.yes`)}
      failed={t("failed")}
      leadsTo={({ id }) => `/agreements/${id}`}
    />
  );
}
