"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { target } from "@/components/client/api";
import { SignInLink } from "@/components/domain/sign-in-link";
import { useDutyOptions, useExplained, useRoleOptions } from "@/components/domain/standing-words";
import { AreaField, BoxesField, FormFrame, SelectField, TextField } from "@/components/form/fields";
import { useForm } from "@/components/form/use-form";
import { Button } from "@/components/ui/button";
import { ButtonLink } from "@/components/ui/button-link";
import { Dialog } from "@/components/ui/dialog";
import { Confirmation, Notice } from "@/components/ui/states";
import { type InviteAnswer, NewPerson } from "@/lib/administration/people/schema";
import type { invitePerson } from "@/lib/api-client/operations/administration/people";
import { Duty, Role } from "@/lib/identity/schema";

const INVITE = target<typeof invitePerson>("POST", "/confidential/admin/invitations");

interface Organisation {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
}

const START = { name: "", email: "", organisation: "", role: "coordinator", participant: "", reason: "" };

function useInvite(onAnswer: (answer: InviteAnswer) => void) {
  const t = useTranslations("administration.invite");
  const none: string[] = [];
  return useForm({
    call: INVITE,
    schema: NewPerson,
    id: "invite",
    initial: { ...START, duties: none },
    isInDialog: true,
    toBody: ({ organisation, participant, role, duties, ...typed }) => ({
      name: typed.name.trim(),
      email: typed.email.trim(),
      organisation_id: organisation === "" ? undefined : organisation,
      role: Role.options.find((one) => one === role),
      duties: Duty.options.filter((duty) => duties.includes(duty)),
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

function Fields({
  organisations,
  onAnswer,
}: {
  organisations: readonly Organisation[];
  onAnswer: (answer: InviteAnswer) => void;
}) {
  const t = useTranslations("administration.invite");
  const roleOptions = useRoleOptions("coordinator");
  const explain = useExplained(t("failed"));
  const dutyOptions = useDutyOptions();
  const form = useInvite(onAnswer);
  const role = form.hook.watch("role");
  const isParty = role === "client" || role === "miner";
  const hasDuties = role === "coordinator" || role === "admin";
  return (
    <FormFrame
      form={form}
      errors={t("errors")}
      failed={t("failed")}
      explain={explain}
      submit={t(isParty ? "submit" : "confirm")}
      className=""
    >
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
      {isParty ? (
        <TextField form={form} name="participant" help={t("participantHelp")} maxLength={64} />
      ) : null}
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
    return (
      <Confirmation title={t("sentTitle")} reference={answer.user_id}>
        <Button onClick={onClose}>{t("done")}</Button>
      </Confirmation>
    );
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

/** The drawer that invites a person, and what became of the invitation. */
export function InvitePerson({ organisations }: { organisations: readonly Organisation[] }) {
  const t = useTranslations("administration.invite");
  const router = useRouter();
  const [isOpen, setOpen] = useState(false);
  const [answer, setAnswer] = useState<InviteAnswer>();
  const close = () => {
    setOpen(false);
    if (answer !== undefined) router.refresh();
    setAnswer(undefined);
  };
  return (
    <>
      <Button look="primary" size="form" icon="plus" onClick={() => setOpen(true)}>
        {t("open")}
      </Button>
      <Dialog isOpen={isOpen} onClose={close} title={t("title")} look="side">
        {answer === undefined ? (
          <Fields organisations={organisations} onAnswer={setAnswer} />
        ) : (
          <Invited answer={answer} onClose={close} />
        )}
      </Dialog>
    </>
  );
}
