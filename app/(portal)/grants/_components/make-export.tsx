"use client";

import { useTranslations } from "next-intl";
import { target } from "@/components/client/api";
import { SelectField } from "@/components/form/fields";
import { FormFrame } from "@/components/form/form-frame";
import { useForm } from "@/components/form/use-form";
import type { requestAuditExport } from "@/lib/api-client/operations/audit";

const REQUEST = target<typeof requestAuditExport>("POST", "/confidential/audit/exports");
const FORMATS = ["bundle", "csv", "xlsx", "json", "ndjson", "ocsf", "syslog"] as const;

/** Requests an export under the grant. The list then shows it with its progress. */
export function MakeExport({ grantId, onDone }: { grantId: string; onDone: () => void }) {
  const t = useTranslations("grants.exports");
  const form = useForm({
    call: REQUEST,
    schema: async () => (await import("@/lib/audit/schema")).NewExport,
    id: "export",
    initial: { format: "bundle" as (typeof FORMATS)[number] },
    toBody: ({ format }) => ({ format, grant_id: grantId }),
    controls: { "/format": "format" },
    words: { format: { label: t("format") } },
    isInDialog: true,
    onDone,
  });
  return (
    <FormFrame form={form} submit={t("act")}>
      <SelectField
        form={form}
        name="format"
        options={FORMATS.map((one) => ({
          value: one,
          label: one === "bundle" ? t("bundle") : one === "syslog" ? "Syslog" : one.toUpperCase(),
        }))}
      />
    </FormFrame>
  );
}
