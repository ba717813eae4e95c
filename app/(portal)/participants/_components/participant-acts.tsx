"use client";

import { useTranslations } from "next-intl";
import { ActRow, act } from "@/components/act/act-button";
import { target } from "@/components/client/api";
import type { Participant } from "@/lib/administration/participants/schema";
import type { changeParticipant } from "@/lib/api-client/operations/administration/participants";

const CHANGE = target<typeof changeParticipant>("PATCH", "/confidential/admin/participants/{id}");

/** Suspends a participant, or lets it act again. */
export function ParticipantActs({ participant }: { participant: Participant }) {
  const t = useTranslations("administration.participants");
  const { id, state } = participant;
  const key = state === "active" ? "suspend" : "resume";
  const change = act<typeof changeParticipant, "reason">(key, {
    call: CHANGE,
    params: { id },
    label: t(`${key}.label`),
    named: t(`${key}.title`, { id }),
    button: { size: "bar", look: "quiet" },
    title: t(`${key}.title`, { id }),
    text: t(`${key}.text`),
    fields: { reason: { kind: "reason", label: t("reason"), missing: t("reasonMissing") } },
    body: ({ reason }) => ({ state: state === "active" ? "suspended" : "active", reason }),
    yes: t(`${key}.yes`),
    danger: state === "active",
    failed: t("failed"),
  });
  return <ActRow acts={[change]} />;
}
