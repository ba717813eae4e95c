"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { useAct } from "@/components/act/use-act";
import { target } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { TextArea } from "@/components/form/controls";
import { Field } from "@/components/form/field";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/states";
import type { setAgencyRecord } from "@/lib/api-client/operations/organisations";
import type { AgencyRecord } from "@/lib/organisations/agency/schema";

const put = target<typeof setAgencyRecord>("PUT", "/confidential/admin/organisations/{id}/agency");

function linesOf(text: string): string[] {
  const lines = text.split("\n").map((line) => line.trim());
  return [...new Set(lines.filter((line) => line !== ""))];
}

/** What an agency's officers are checked by: one domain and one number a line. */
export function AgencyForm({ record }: { record: AgencyRecord }) {
  const t = useTranslations("organisations.agency");
  const router = useRouter();
  const { isBusy, error, run } = useAct(put);
  const [domains, setDomains] = useState(record.email_domains.join("\n"));
  const [contacts, setContacts] = useState(record.contacts.join("\n"));
  const [isDone, setDone] = useState(false);
  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (isBusy) return;
    setDone(false);
    const body = { email_domains: linesOf(domains.toLowerCase()), contacts: linesOf(contacts) };
    if ((await run({ params: { id: record.id }, body })) === undefined) return;
    setDone(true);
    router.refresh();
  };
  return (
    <form onSubmit={save} noValidate className="mt-3 grid max-w-[560px] gap-4">
      <Field id="agency-domains" label={t("domains")} help={t("domainsHelp")}>
        {(control) => (
          <TextArea {...control} value={domains} onChange={(event) => setDomains(event.target.value)} />
        )}
      </Field>
      <Field id="agency-contacts" label={t("contacts")} help={t("contactsHelp")}>
        {(control) => (
          <TextArea {...control} value={contacts} onChange={(event) => setContacts(event.target.value)} />
        )}
      </Field>
      <CallFailure error={error} />
      {isDone ? <Notice tone="accent" icon="tick" isLive title={t("done")} /> : null}
      <p>
        <Button type="submit" isBusy={isBusy}>
          {t("submit")}
        </Button>
      </p>
    </form>
  );
}
