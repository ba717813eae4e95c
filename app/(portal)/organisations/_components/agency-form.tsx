"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { DialogButton } from "@/components/act/dialog-button";
import { target } from "@/components/client/api";
import { AreaField } from "@/components/form/fields";
import { FormFrame } from "@/components/form/form-frame";
import { useForm } from "@/components/form/use-form";
import { linesOf, pairOfLine, personOfLine } from "@/lib/administration/typed-lines-schema";
import type { setAgencyRecord } from "@/lib/api-client/operations/administration/organisations";
import type { AgencyRecord } from "@/lib/organisations/schema";

const PUT = target<typeof setAgencyRecord>("PUT", "/confidential/admin/organisations/{id}/agency");

/** Domains, telephone numbers and contacts for identity checks of an agency's officers, one a line. A second person agrees. */
function AgencyForm({ record }: { record: AgencyRecord }) {
  const t = useTranslations("organisations.agency");
  const router = useRouter();
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
    isInDialog: true,
    onDone: ({ id }) => router.push(`/agreements/${id}`),
    refreshes: false,
  });
  return (
    <FormFrame form={form} submit={t("submit")}>
      <AreaField form={form} name="domains" help={t("domainsHelp")} />
      <AreaField form={form} name="contacts" help={t("contactsHelp")} />
      <AreaField form={form} name="people" help={t("peopleHelp")} />
      <AreaField form={form} name="reason" rows={2} />
    </FormFrame>
  );
}

/** The drawer that asks for a change of the data for identity checks. */
export function ChangeAgency({ record }: { record: AgencyRecord }) {
  const t = useTranslations("organisations.agency");
  return (
    <DialogButton
      label={t("change")}
      named={t("changeTitle")}
      title={t("changeTitle")}
      button={{ size: "bar" }}
    >
      {() => <AgencyForm record={record} />}
    </DialogButton>
  );
}
