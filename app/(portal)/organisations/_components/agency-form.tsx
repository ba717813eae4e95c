"use client";

import { useTranslations } from "next-intl";
import { target } from "@/components/client/api";
import { AreaField, FormFrame } from "@/components/form/fields";
import { useForm } from "@/components/form/use-form";
import { AgencyChange } from "@/lib/administration/organisations/schema";
import type { setAgencyRecord } from "@/lib/api-client/operations/organisations";
import type { AgencyRecord } from "@/lib/organisations/schema";

const PUT = target<typeof setAgencyRecord>("PUT", "/confidential/admin/organisations/{id}/agency");

function linesOf(text: string): string[] {
  const lines = text.split("\n").map((line) => line.trim());
  return [...new Set(lines.filter((line) => line !== ""))];
}

/** Reads "number; source" of a line. Without a semicolon the schema names the missing source. */
function numberOf(line: string): { number: string; source: string } {
  const at = line.indexOf(";");
  return {
    number: line.slice(0, at < 0 ? undefined : at).trim(),
    source: at < 0 ? "" : line.slice(at + 1).trim(),
  };
}

/** The domains and telephone numbers that identity checks of an agency's officers use, one a line. A second person agrees. */
export function AgencyForm({ record }: { record: AgencyRecord }) {
  const t = useTranslations("organisations.agency");
  const form = useForm({
    call: PUT,
    params: { id: record.id },
    schema: AgencyChange,
    id: "agency",
    initial: {
      domains: record.email_domains.join("\n"),
      contacts: record.contacts.map(({ number, source }) => `${number}; ${source}`).join("\n"),
      reason: "",
    },
    toBody: ({ domains, contacts, reason }) => ({
      email_domains: linesOf(domains.toLowerCase()),
      contacts: linesOf(contacts).map(numberOf),
      reason: reason.trim(),
    }),
    controls: { "/email_domains": "domains", "/contacts": "contacts", "/reason": "reason" },
    words: {
      domains: { label: t("domains") },
      contacts: { label: t("contacts"), missing: t("contactsWrong"), wrong: t("contactsWrong") },
      reason: { label: t("reason"), missing: t("reasonMissing") },
    },
    keeps: (_answer, answers) => answers,
  });
  return (
    <FormFrame
      form={form}
      submit={t("submit")}
      look="secondary"
      status={form.answer === undefined ? "" : t("done")}
      className="mt-3 max-w-[560px]"
    >
      <AreaField form={form} name="domains" help={t("domainsHelp")} />
      <AreaField form={form} name="contacts" help={t("contactsHelp")} />
      <AreaField form={form} name="reason" rows={2} />
    </FormFrame>
  );
}
