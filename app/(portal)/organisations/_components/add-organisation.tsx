"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { DialogButton } from "@/components/act/dialog-button";
import { CallRefused, target } from "@/components/client/api";
import { AreaField, TextField } from "@/components/form/fields";
import { FormFrame } from "@/components/form/form-frame";
import { useForm } from "@/components/form/use-form";
import { Button } from "@/components/ui/button";
import { ButtonLink } from "@/components/ui/button-link";
import { Notice } from "@/components/ui/states";
import type { NewOrganisationAnswer } from "@/lib/administration/organisations/schema";
import { linesOf, personOfLine } from "@/lib/administration/typed-lines-schema";
import type { createOrganisation } from "@/lib/api-client/operations/administration/organisations";

const ADD = target<typeof createOrganisation>("POST", "/confidential/admin/organisations");

type Kind = "company" | "agency";
const START = {
  name: "",
  zone: "",
  legal: "",
  domains: "",
  number: "",
  source: "",
  first: "",
  second: "",
  reason: "",
};

function bodyOf(kind: Kind, { name, zone, ...typed }: typeof START) {
  const common = { name: name.trim(), zone: zone.trim() };
  if (kind === "company") return { kind, ...common };
  return {
    kind,
    ...common,
    legal_name: typed.legal.trim(),
    email_domains: linesOf(typed.domains.toLowerCase()),
    contacts: [{ number: typed.number.trim(), source: typed.source.trim() }],
    people: [typed.first, typed.second].filter((text) => text.trim() !== "").map(personOfLine),
    reason: typed.reason.trim(),
  };
}

function useAdd(kind: Kind, zone: string, onAnswer: (answer: NewOrganisationAnswer) => void) {
  const t = useTranslations("administration.organisations.add");
  return useForm({
    call: ADD,
    schema: async () => (await import("@/lib/administration/organisations/schema")).NewOrganisation,
    id: "organisation",
    initial: { ...START, zone },
    isInDialog: true,
    toBody: (typed) => bodyOf(kind, typed),
    controls: {
      "/name": "name",
      "/zone": "zone",
      "/legal_name": "legal",
      "/email_domains": "domains",
      "/contacts/0/number": "number",
      "/contacts/0/source": "source",
      "/people/0": "first",
      "/people/1": "second",
      "/reason": "reason",
    },
    words: {
      name: { label: t("name"), missing: t("nameMissing") },
      zone: { label: t("zone"), missing: t("zoneWrong"), wrong: t("zoneWrong") },
      legal: { label: t("legalName"), missing: t("legalNameMissing") },
      domains: { label: t("domains"), missing: t("domainsMissing"), wrong: t("domainsMissing") },
      number: { label: t("number"), missing: t("numberMissing") },
      source: { label: t("source"), missing: t("sourceMissing") },
      first: { label: t("contact1"), missing: t("contactWrong"), wrong: t("contactWrong") },
      second: { label: t("contact2"), missing: t("contactWrong"), wrong: t("contactWrong") },
      reason: { label: t("reason"), missing: t("reasonMissing") },
    },
    onDone: onAnswer,
  });
}

function Fields(props: { kind: Kind; zone: string; onAnswer: (answer: NewOrganisationAnswer) => void }) {
  const t = useTranslations("administration.organisations.add");
  const form = useAdd(props.kind, props.zone, props.onAnswer);
  const explain = (failure: unknown) =>
    failure instanceof CallRefused && failure.problem.code === "organisation.domain" ? (
      <Notice tone="oxblood" icon="stop" isLive title={t("failed")}>
        <p>{t("domainTaken")}</p>
      </Notice>
    ) : undefined;
  const isAgency = props.kind === "agency";
  return (
    <FormFrame form={form} failed={t("failed")} explain={explain} submit={t(isAgency ? "confirm" : "submit")}>
      <TextField form={form} name="name" maxLength={200} />
      {isAgency ? <TextField form={form} name="legal" maxLength={200} /> : null}
      <TextField form={form} name="zone" maxLength={60} spellCheck={false} />
      {isAgency ? (
        <>
          <AreaField form={form} name="domains" help={t("domainsHelp")} rows={2} />
          <TextField form={form} name="number" maxLength={60} />
          <TextField form={form} name="source" help={t("sourceHelp")} maxLength={200} />
          <TextField form={form} name="first" help={t("contactHelp")} maxLength={300} />
          <TextField form={form} name="second" maxLength={300} />
          <AreaField form={form} name="reason" maxLength={1_000} rows={2} />
        </>
      ) : null}
    </FormFrame>
  );
}

interface Added {
  readonly kind: Kind;
  readonly zone: string;
}

function AddForm({ kind, zone, onDone }: Added & { onDone: () => void }) {
  const t = useTranslations("administration.organisations.add");
  const [agreement, setAgreement] = useState<string>();
  const take = ({ agreement: asked }: NewOrganisationAnswer) =>
    asked === null || asked === undefined ? onDone() : setAgreement(asked.id);
  if (agreement === undefined) return <Fields kind={kind} zone={zone} onAnswer={take} />;
  return (
    <>
      <Notice tone="accent" icon="check" isLive title={t("askedTitle")}>
        <p>{t("askedText")}</p>
      </Notice>
      <div className="mt-4 flex flex-wrap gap-2">
        <ButtonLink href={`/agreements/${agreement}`} look="secondary" size="form">
          {t("see")}
        </ButtonLink>
        <Button onClick={onDone}>{t("close")}</Button>
      </div>
    </>
  );
}

/** The drawer that adds a company, or asks a second administrator for an agency. */
export function AddOrganisation(props: Added) {
  const t = useTranslations("administration.organisations.add");
  return (
    <DialogButton
      label={t(props.kind)}
      button={{ look: props.kind === "agency" ? "primary" : "secondary", icon: "plus" }}
    >
      {(close) => <AddForm {...props} onDone={close} />}
    </DialogButton>
  );
}
