"use client";

import { useTranslations } from "next-intl";
import { target } from "@/components/client/api";
import { AreaField, FormFrame } from "@/components/form/fields";
import { useForm } from "@/components/form/use-form";
import type { setAgencyRecord } from "@/lib/api-client/operations/organisations";
import { type AgencyRecord, AgencyRecordBody } from "@/lib/organisations/schema";

const PUT = target<typeof setAgencyRecord>("PUT", "/confidential/admin/organisations/{id}/agency");

function linesOf(text: string): string[] {
  const lines = text.split("\n").map((line) => line.trim());
  return [...new Set(lines.filter((line) => line !== ""))];
}

/** The domains and telephone numbers that identity checks of an agency's officers use, one a line. */
export function AgencyForm({ record }: { record: AgencyRecord }) {
  const t = useTranslations("organisations.agency");
  const form = useForm({
    call: PUT,
    params: { id: record.id },
    schema: AgencyRecordBody,
    id: "agency",
    initial: { domains: record.email_domains.join("\n"), contacts: record.contacts.join("\n") },
    toBody: ({ domains, contacts }) => ({
      email_domains: linesOf(domains.toLowerCase()),
      contacts: linesOf(contacts),
    }),
    controls: { "/email_domains": "domains", "/contacts": "contacts" },
    words: { domains: { label: t("domains") }, contacts: { label: t("contacts") } },
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
    </FormFrame>
  );
}
