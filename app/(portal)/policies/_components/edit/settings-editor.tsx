"use client";

import { useTranslations } from "next-intl";
import { DialogButton } from "@/components/act/dialog-button";
import { target } from "@/components/client/api";
import { TextField } from "@/components/form/fields";
import { FormFrame } from "@/components/form/form-frame";
import { useForm } from "@/components/form/use-form";
import type { PolicySettings } from "@/lib/access/policy/policy-document";
import type { savePolicySet } from "@/lib/api-client/operations/policies";
import { SETTINGS, settingOf } from "@/lib/policies/authoring/document-diff";
import type { PolicySetView } from "@/lib/policies/schema";

const SAVE = target<typeof savePolicySet>("PUT", "/confidential/policies/{number}");

interface Numbers {
  legal: string;
  coordinator: string;
  maxViews: string;
  maxExports: string;
  maxDays: string;
  reviewDays: string;
}
const NAMES = ["legal", "coordinator", "maxViews", "maxExports", "maxDays", "reviewDays"] as const;

const PLACES = {
  "/document/settings/quorums/legal": "legal",
  "/document/settings/quorums/coordinator": "coordinator",
  "/document/settings/grants/max_views": "maxViews",
  "/document/settings/grants/max_exports": "maxExports",
  "/document/settings/grants/max_days": "maxDays",
  "/document/settings/review_days": "reviewDays",
} as const;

/** What is no number is sent as it is and refused at its place. */
const numberOf = (text: string): number => (text.trim() === "" ? Number.NaN : Number(text));

function settingsOf(answers: Numbers, { retention }: PolicySettings): PolicySettings {
  return {
    retention,
    quorums: { legal: numberOf(answers.legal), coordinator: numberOf(answers.coordinator) },
    grants: {
      max_views: numberOf(answers.maxViews),
      max_exports: numberOf(answers.maxExports),
      max_days: numberOf(answers.maxDays),
    },
    review_days: numberOf(answers.reviewDays),
  };
}

interface Edited {
  readonly set: Pick<PolicySetView, "number" | "revision" | "document">;
}

function SettingsForm({ set, onClose }: Edited & { onClose: () => void }) {
  const { number, revision, document } = set;
  const t = useTranslations("policies.settings");
  const texts = SETTINGS.map((name) => String(settingOf(document.settings, name)));
  const labels = Object.fromEntries(
    SETTINGS.map((name, index) => [NAMES[index], { label: t(`names.${name}`), wrong: t(`wrong.${name}`) }]),
  );
  const form = useForm({
    call: SAVE,
    params: { number: String(number) },
    ifMatch: `"${revision}"`,
    schema: async () => (await import("@/lib/policies/schema")).SavedPolicySet,
    id: "settings",
    initial: Object.fromEntries(
      NAMES.map((name, index) => [name, texts[index] ?? ""]),
    ) as unknown as Numbers & Record<string, string>,
    isInDialog: true,
    toBody: (answers) => ({ document: { ...document, settings: settingsOf(answers, document.settings) } }),
    controls: PLACES,
    words: labels,
    onDone: onClose,
  });
  return (
    <FormFrame form={form} failed={t("failed")} submit={t("save")}>
      {NAMES.map((name) => (
        <TextField key={name} form={form} name={name} inputMode="numeric" maxLength={6} autoComplete="off" />
      ))}
    </FormFrame>
  );
}

/** Changes the numbers of a draft. */
export function SettingsEditor(edited: Edited) {
  const t = useTranslations("policies.settings");
  return (
    <DialogButton label={t("change")} button={{ size: "bar", icon: "pencil" }}>
      {(close) => <SettingsForm {...edited} onClose={close} />}
    </DialogButton>
  );
}
