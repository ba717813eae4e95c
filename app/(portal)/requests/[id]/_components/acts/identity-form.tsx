"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { useAct } from "@/components/act/use-act";
import { target } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { Choice, ChoiceGroup, Select, TextArea } from "@/components/form/controls";
import { Field } from "@/components/form/field";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/states";
import type { ReviewView } from "@/lib/access/review/schema";
import type { checkIdentity } from "@/lib/api-client/operations/decisions";

const checkOf = target<typeof checkIdentity>("POST", "/confidential/access/requests/{id}/identity-checks");

/** The legal reviewer records that the officer is who they say. Only a check with both lets a request be approved. */
export function IdentityForm(props: {
  requestId: string;
  officer: string;
  check: ReviewView["identity_check"];
}) {
  const { requestId, officer, check } = props;
  const { contacts = [] } = check;
  const t = useTranslations("review");
  const router = useRouter();
  const { isBusy, error, run } = useAct(checkOf);
  const [called, setCalled] = useState("");
  const [isConfirmed, setConfirmed] = useState(false);
  const [note, setNote] = useState("");
  const [isMissing, setMissing] = useState(false);
  const [isPartial, setPartial] = useState(false);
  const record = async (event: FormEvent) => {
    event.preventDefault();
    setMissing(note.trim() === "");
    if (note.trim() === "" || isBusy) return;
    const number = called === "" ? {} : { called_number: called };
    const body = { ...number, is_confirmed: isConfirmed && called !== "", note: note.trim() };
    const answer = await run({ params: { id: requestId }, body });
    if (answer === undefined) return;
    setPartial(!answer.is_valid);
    router.refresh();
  };
  return (
    <form onSubmit={record} noValidate className="mt-3 grid max-w-[560px] gap-4">
      <p className="text-control text-ink-2">{t("identity.text", { name: officer })}</p>
      <Notice
        tone={check.is_domain_verified === true ? "accent" : "amber"}
        icon={check.is_domain_verified === true ? "check" : "warning"}
        title={t(check.is_domain_verified === true ? "identity.domain" : "identity.otherDomain", {
          domain: check.domain ?? "",
        })}
      />
      <Field
        id="identity-number"
        label={t("identity.number")}
        help={t(contacts.length === 0 ? "identity.noNumber" : "identity.calledHelp")}
      >
        {(control) => (
          <Select {...control} value={called} onChange={(event) => setCalled(event.target.value)}>
            <option value="">{t("identity.notCalled")}</option>
            {contacts.map((number) => (
              <option key={number} value={number}>
                {number}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <ChoiceGroup id="identity-facts" legend={t("identity.legend")}>
        <Choice
          checked={isConfirmed}
          onChange={(event) => setConfirmed(event.target.checked)}
          label={t("identity.called")}
        />
      </ChoiceGroup>
      <Field
        id="identity-note"
        label={t("identity.note")}
        help={t("identity.noteHelp")}
        error={isMissing ? t("identity.noteMissing") : undefined}
      >
        {(control) => (
          <TextArea
            {...control}
            maxLength={2000}
            value={note}
            onChange={(event) => setNote(event.target.value)}
          />
        )}
      </Field>
      <CallFailure error={error} />
      {isPartial ? <Notice tone="amber" icon="warning" isLive title={t("identity.partial")} /> : null}
      <p>
        <Button type="submit" isBusy={isBusy}>
          {t("identity.record")}
        </Button>
      </p>
    </form>
  );
}
