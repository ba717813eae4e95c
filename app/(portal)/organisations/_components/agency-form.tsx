"use client";

import { useTranslations } from "next-intl";
import { target } from "@/components/client/api";
import { AreaField } from "@/components/form/fields";
import { FormFrame } from "@/components/form/form-frame";
import { useForm } from "@/components/form/use-form";
import { linesOf, pairOfLine, personOfLine } from "@/lib/administration/typed-lines-schema";
import type { setAgencyRecord } from "@/lib/api-client/operations/administration/organisations";
import type { AgencyRecord } from "@/lib/organisations/schema";

const PUT = target<typeof setAgencyRecord>("PUT", "/confidential/admin/organisations/{id}/agency");

/** Domains, telephone numbers and contacts for identity checks of an agency's officers, one a line. A second person agrees. */
export function AgencyForm({ record }: { record: AgencyRecord }) {
  const t = useTranslations("organisations.agency");
  const form = useForm({
    call: PUT,
    params: { id: record.id },
    schema: async () => (await import("@/lib/administration/organisations/schema")).AgencyChange,
    id: "agency",
    initial: {
      domains: record.email_domains.join("\n"),
      contacts: record.contacts.map(({ number, source }) => `${number}; ${source}`).join("\n"),
      people: record.people.map(({ name, email }) => `${name}; ${email}`).join("\n"),
      reason: "",
    },
    toBody: ({ domains, contacts, people, reason }) => ({
      email_domains: linesOf(domains.toLowerCase()),
      contacts: linesOf(contacts).map((line) => {
        const [number, source] = pairOfLine(line);
        return { number, source };
      }),
      people: linesOf(people).map(personOfLine),
      reason: reason.trim(),
    }),
    controls: {
      "/email_domains": "domains",
      "/contacts": "contacts",
      "/people": "people",
      "/reason": "reason",
    },
    words: {
      domains: { label: t("domains") },
      contacts: { label: t("contacts"), missing: t("contactsWrong"), wrong: t("contactsWrong") },
      people: { label: t("people"), missing: t("peopleWrong"), wrong: t("peopleWrong") },
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
      <AreaField form={form} name="people" help={t("peopleHelp")} />
      <AreaField form={form} name="reason" rows={2} />
    </FormFrame>
  );
}
