"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";
import { type Organisation, type Participant, usualRole } from "@/app/(portal)/people/_components/usual-role";
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

const START = { name: "", email: "", organisation: "", role: "coordinator", participant: "", reason: "" };

const isParty = (role: string): boolean => role === "client" || role === "miner";

/** Returns whether a second administrator has to agree, as far as the page knows. The portal decides. */
function needsAgreement(
  { role, participant }: { readonly role: string; readonly participant: string },
  participants: readonly Participant[],
): boolean {
  if (!isParty(role)) return true;
  return participants.some((one) => one.id === participant.trim() && one.needs_agreement);
}

function useInvite(
  { organisations, participants }: Offered,
  onAnswer: (answer: InviteAnswer, name: string) => void,
) {
  const t = useTranslations("administration.invite");
  const none: string[] = [];
  return useForm({
    call: INVITE,
    schema: async () => (await import("@/lib/administration/people/schema")).NewPerson,
    id: "invite",
    initial: {
      ...START,
      organisation: organisations.length === 1 ? (organisations[0]?.id ?? "") : "",
      duties: none,
    },
    isInDialog: true,
    toBody: ({ organisation, participant, role, duties, reason, ...typed }) => ({
      name: typed.name.trim(),
      email: typed.email.trim(),
      organisation_id: organisation === "" ? undefined : organisation,
      role: ROLES.find((one) => one === role),
      duties: DUTIES.filter((duty) => duties.includes(duty)),
      ...(participant.trim() === "" ? {} : { participant_id: participant.trim() }),
      ...(reason.trim() !== "" || needsAgreement({ role, participant }, participants)
        ? { reason: reason.trim() }
        : {}),
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
    onDone: (answer, { name }) => onAnswer(answer, name.trim()),
    refreshes: false,
  });
}

type InviteForm = ReturnType<typeof useInvite>;

/** Fills in the usual role of an organisation when it is chosen, unless the person has chosen another role. */
function useUsualRole({ hook }: InviteForm, offered: Offered): void {
  const { setValue, watch, formState } = hook;
  const organisation = watch("organisation");
  const usual = usualRole(organisation, offered);
  const isChosen = formState.dirtyFields.role === true;
  const [filled, setFilled] = useState("");
  useEffect(() => {
    if (filled === organisation) return;
    setFilled(organisation);
    if (usual !== undefined && !isChosen) setValue("role", usual);
  }, [filled, organisation, usual, isChosen, setValue]);
}

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
  /** Whether this instance mails the link. Otherwise the page shows it. */
  readonly sendsMail: boolean;
}

function Fields({
  onAnswer,
  ...offered
}: Offered & { onAnswer: (answer: InviteAnswer, name: string) => void }) {
  const { organisations, participants, sendsMail } = offered;
  const t = useTranslations("administration.invite");
  const roleOptions = useRoleOptions("coordinator");
  const explain = useExplained(t("failed"));
  const dutyOptions = useDutyOptions();
  const ui = useTranslations("ui");
  const form = useInvite(offered, onAnswer);
  useUsualRole(form, offered);
  const [role, participant] = form.hook.watch(["role", "participant"]);
  const asks = needsAgreement({ role, participant }, participants);
  const submit = asks ? "confirm" : sendsMail ? "submit" : "makeLink";
  const hasDuties = role === "coordinator" || role === "admin";
  return (
    <FormFrame form={form} failed={t("failed")} explain={explain} submit={t(submit)}>
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
      {isParty(role) ? <ParticipantField form={form} participants={participants} /> : null}
      {hasDuties ? (
        <BoxesField form={form} name="duties" help={t("dutiesHelp")} options={dutyOptions} />
      ) : null}
      {isParty(role) && asks ? <p className="text-control">{t("asks")}</p> : null}
      <AreaField
        form={form}
        name="reason"
        mark={asks ? undefined : ui("optional")}
        help={t("reasonHelp")}
        maxLength={1_000}
        rows={2}
      />
    </FormFrame>
  );
}

interface Answered {
  readonly answer: InviteAnswer;
  readonly name: string;
}

function Invited({ answer, name, onClose }: Answered & { onClose: () => void }) {
  const t = useTranslations("administration.invite");
  const { agreement, invitation } = answer;
  if (invitation !== null && invitation !== undefined)
    return <SignInLink invitation={invitation} name={name} onDone={onClose} />;
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

function InviteForm({
  onDone,
  onAnswer,
  ...offered
}: Offered & { onDone: () => void; onAnswer: (answered: Answered) => void }) {
  const [answered, setAnswered] = useState<Answered>();
  if (answered !== undefined) return <Invited {...answered} onClose={onDone} />;
  const keep = (answer: InviteAnswer, name: string) => {
    setAnswered({ answer, name });
    onAnswer({ answer, name });
  };
  return <Fields {...offered} onAnswer={keep} />;
}

/** The drawer that invites a person, and what became of the invitation. */
export function InvitePerson(props: Offered) {
  const t = useTranslations("administration.invite");
  const router = useRouter();
  const answered = useRef<Answered>(undefined);
  const [invited, setInvited] = useState("");
  // A link is shown once. So the page is read again only when the drawer is closed.
  const onClosed = () => {
    if (answered.current === undefined) return;
    const { answer, name } = answered.current;
    answered.current = undefined;
    setInvited(answer.state === "invited" ? name : "");
    router.refresh();
  };
  return (
    <>
      <DialogButton
        label={t("open")}
        title={t("title")}
        button={{ look: "primary", icon: "plus" }}
        onClosed={onClosed}
      >
        {(close) => (
          <InviteForm
            {...props}
            onDone={close}
            onAnswer={(made) => {
              answered.current = made;
            }}
          />
        )}
      </DialogButton>
      <p role="status" className="basis-full text-control empty:hidden tablet:text-right">
        {invited === "" ? "" : t("invited", { name: invited })}
      </p>
    </>
  );
}
