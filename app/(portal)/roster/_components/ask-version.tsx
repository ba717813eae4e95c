"use client";

import { useTranslations } from "next-intl";
import { target } from "@/components/client/api";
import { AreaField, BoxesField } from "@/components/form/fields";
import { FormFrame } from "@/components/form/form-frame";
import { useForm } from "@/components/form/use-form";
import type { askRosterVersion } from "@/lib/api-client/operations/administration/roster";
import type { RosterPage } from "@/lib/identity/roster/schema";

const ASK = target<typeof askRosterVersion>("POST", "/confidential/admin/roster/versions");

/** Asks for the next version with the chosen people. People whose duties end or change are preselected. */
export function AskVersion({ differences }: { differences: RosterPage["differences"] }) {
  const t = useTranslations("roster.ask");
  const form = useForm({
    call: ASK,
    schema: async () => (await import("@/lib/identity/roster/version-schema")).NewRosterVersion,
    id: "version",
    initial: { people: differences.filter((one) => one.is_due).map(({ person }) => person), reason: "" },
    toBody: ({ people, reason }) => ({ people: [...people], reason: reason.trim() }),
    controls: { "/people": "people", "/reason": "reason" },
    words: {
      people: { label: t("people"), missing: t("peopleMissing") },
      reason: { label: t("reason"), missing: t("reasonMissing") },
    },
  });
  return (
    <FormFrame form={form} failed={t("failed")} submit={t("submit")}>
      <BoxesField
        form={form}
        name="people"
        options={differences.map(({ person, name, act, organisation_name: organisation }) => ({
          value: person,
          label: t(`acts.${act}`, { name }),
          help: organisation,
        }))}
      />
      <AreaField form={form} name="reason" help={t("reasonHelp")} maxLength={1_000} rows={2} />
    </FormFrame>
  );
}
