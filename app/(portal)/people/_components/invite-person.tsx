"use client";

import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { DialogButton } from "@/components/act/dialog-button";
import { target } from "@/components/client/api";
import { SignInLink } from "@/components/domain/sign-in-link";
import { useDutyOptions, useExplained, useRoleOptions } from "@/components/domain/standing-words";
import { AreaField, BoxesField, SelectField, TextField } from "@/components/form/fields";
import { FormFrame } from "@/components/form/form-frame";
import { useForm } from "@/components/form/use-form";
import { Button } from "@/components/ui/button";
import { ButtonLink } from "@/components/ui/button-link";
import { Confirmation, Notice } from "@/components/ui/states";
import type { InviteAnswer } from "@/lib/administration/people/schema";
import type { invitePerson } from "@/lib/api-client/operations/administration/people";
import { DUTIES, ROLES } from "@/lib/word-lists";

const INVITE = target<typeof invitePerson>("POST", "/confidential/admin/invitations");

interface Organisation {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
}

/** A client or provider that a person can act for. */
interface Participant {
  readonly id: string;
  readonly role: string;
  readonly organisation: { readonly id: string };
}

const START = { name: "", email: "", organisation: "", role: "coordinator", participant: "", reason: "" };

function useInvite(onAnswer: (answer: InviteAnswer) => void) {
  const t = useTranslations("administration.invite");
  const none: string[] = [];
  return useForm({
    call: INVITE,
    schema: async () => (await import("@/lib/administration/people/schema")).NewPerson,
    id: "invite",
    initial: { ...START, duties: none },
    isInDialog: true,
    toBody: ({ organisation, participant, role, duties, ...typed }) => ({
      name: typed.name.trim(),
      email: typed.email.trim(),
      organisation_id: organisation === "" ? undefined : organisation,
      role: ROLES.find((one) => one === role),
      duties: DUTIES.filter((duty) => duties.includes(duty)),
      ...(participant.trim() === "" ? {} : { participant_id: participant.trim() }),
      reason: typed.reason.trim(),
    }),
    controls: {
      "/name": "name",
      "/email": "email",
      "/organisation_id": "organisation",
      "/role": "role",
      "/participant_id": "participant",
      "/duties": "duties",
      "/reason": "reason",
    },
    words: {
      name: { label: t("name"), missing: t("nameMissing") },
      email: { label: t("email"), missing: t("emailMissing"), wrong: t("emailWrong") },
      organisation: { label: t("organisation"), missing: t("organisationMissing") },
      role: { label: t("role"), wrong: t("roleWrong") },
      participant: {
        label: t("participant"),
        missing: t("participantWrong"),
        wrong: t("participantWrong"),
      },
      duties: { label: t("duties"), wrong: t("dutiesWrong") },
      reason: { label: t("reason"), missing: t("reasonMissing") },
    },
    onDone: onAnswer,
    refreshes: false,
  });
}

type InviteForm = ReturnType<typeof useInvite>;

/** The participant, with those of the chosen organisation and role to choose from. The only one is filled in. */
function ParticipantField({
  form,
  participants,
}: {
  form: InviteForm;
  participants: readonly Participant[];
}) {
  const t = useTranslations("administration.invite");
  const { setValue } = form.hook;
  const [organisation, role] = form.hook.watch(["organisation", "role"]);
  const fitting = participants.filter((one) => one.organisation.id === organisation && one.role === role);
  const only = fitting.length === 1 ? fitting[0]?.id : undefined;
  const place = `${organisation} ${role}`;
  const [filled, setFilled] = useState("");
  useEffect(() => {
    if (filled === place) return;
    // Another organisation or role has other participants.
    setFilled(place);
    setValue("participant", only ?? "");
  }, [filled, place, only, setValue]);
  const isNone = organisation !== "" && fitting.length === 0;
  return (
    <>
      <TextField
        form={form}
        name="participant"
        help={t(isNone ? "participantNone" : "participantHelp")}
        maxLength={64}
        list="invite-participants"
        autoComplete="off"
      />
      <datalist id="invite-participants">
        {fitting.map(({ id }) => (
          <option key={id} value={id} />
        ))}
      </datalist>
    </>
  );
}

interface Offered {
  readonly organisations: readonly Organisation[];
  readonly participants: readonly Participant[];
}

function Fields({
  organisations,
  participants,
  onAnswer,
}: Offered & { onAnswer: (answer: InviteAnswer) => void }) {
  const t = useTranslations("administration.invite");
  const roleOptions = useRoleOptions("coordinator");
  const explain = useExplained(t("failed"));
  const dutyOptions = useDutyOptions();
  const form = useInvite(onAnswer);
  const role = form.hook.watch("role");
  const isParty = role === "client" || role === "miner";
  const hasDuties = role === "coordinator" || role === "admin";
  return (
    <FormFrame form={form} failed={t("failed")} explain={explain} submit={t(isParty ? "submit" : "confirm")}>
      <TextField form={form} name="name" maxLength={120} autoComplete="off" />
      <TextField form={form} name="email" type="email" help={t("emailHelp")} maxLength={254} />
      <SelectField
        form={form}
        name="organisation"
        options={[
          { value: "", label: "" },
          ...organisations.map(({ id, name }) => ({ value: id, label: name })),
        ]}
      />
      <SelectField form={form} name="role" options={roleOptions} />
      {isParty ? <ParticipantField form={form} participants={participants} /> : null}
      {hasDuties ? (
        <BoxesField form={form} name="duties" help={t("dutiesHelp")} options={dutyOptions} />
      ) : null}
      <AreaField form={form} name="reason" help={t("reasonHelp")} maxLength={1_000} rows={2} />
    </FormFrame>
  );
}

function Invited({ answer, onClose }: { answer: InviteAnswer; onClose: () => void }) {
  const t = useTranslations("administration.invite");
  const { agreement, invitation } = answer;
  if (invitation !== null && invitation !== undefined)
    return <SignInLink invitation={invitation} onDone={onClose} />;
  if (agreement === null || agreement === undefined)
    return <Confirmation title={t("sentTitle")} reference={answer.user_id} onDone={onClose} />;
  return (
    <>
      <Notice tone="accent" icon="check" isLive title={t("askedTitle")}>
        <p>{t("askedText", { name: agreement.subject.name })}</p>
      </Notice>
      <div className="mt-4 flex flex-wrap gap-2">
        <ButtonLink href={`/agreements/${agreement.id}`} look="secondary" size="form">
          {t("see")}
        </ButtonLink>
        <Button onClick={onClose}>{t("done")}</Button>
      </div>
    </>
  );
}

function InviteForm({ onDone, ...offered }: Offered & { onDone: () => void }) {
  const [answer, setAnswer] = useState<InviteAnswer>();
  if (answer !== undefined) return <Invited answer={answer} onClose={onDone} />;
  return <Fields {...offered} onAnswer={setAnswer} />;
}

/** The drawer that invites a person, and what became of the invitation. */
export function InvitePerson(props: Offered) {
  const t = useTranslations("administration.invite");
  return (
    <DialogButton label={t("open")} title={t("title")} button={{ look: "primary", icon: "plus" }}>
      {(close) => <InviteForm {...props} onDone={close} />}
    </DialogButton>
  );
}
