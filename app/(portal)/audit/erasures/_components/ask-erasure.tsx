"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "@/components/act/use-act";
import { CallRefused, target } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { TextArea, TextInput } from "@/components/form/controls";
import type { FormError } from "@/components/form/error-summary";
import { Field } from "@/components/form/field";
import { Button } from "@/components/ui/button";
import { Digest } from "@/components/ui/digest";
import { Facts } from "@/components/ui/facts";
import { LocalTime } from "@/components/ui/local-time";
import { Confirmation, Notice } from "@/components/ui/states";
import type { askErasure } from "@/lib/api-client/operations/erasures";
import type { Receipt } from "@/lib/schema";
import { KeepingForm } from "../../_components/keeping-form";

const ask = target<typeof askErasure>("POST", "/confidential/audit/erasures");
const SUBJECT = "erasure-subject";
const REASON = "erasure-reason";

interface Asked {
  readonly subject: string;
  /** A repeated call, whose first answer was lost, is answered without it. */
  readonly receipt: Receipt | undefined;
}

function Done({ asked, onMore }: { asked: Asked; onMore: () => void }) {
  const t = useTranslations("keeping.erasures.ask");
  return (
    <div className="max-w-[640px] pt-4">
      <Confirmation title={t("doneTitle")} reference={asked.subject}>
        <p>{t("doneText")}</p>
        {asked.receipt === undefined ? null : (
          <div className="mt-3">
            <Facts
              look="aligned"
              facts={[
                {
                  name: t("receipt"),
                  value: <Digest value={asked.receipt.entry_id} label={t("receipt")} />,
                },
                { name: t("by"), value: <LocalTime instant={asked.receipt.integrate_by} /> },
              ]}
            />
          </div>
        )}
        <div className="mt-4">
          <Button onClick={onMore}>{t("another")}</Button>
        </div>
      </Confirmation>
    </div>
  );
}

/** Refusals that have words of their own here; the others are told as everywhere. */
function Refused({ error }: { error: unknown }) {
  const t = useTranslations("keeping.erasures.ask");
  const code = error instanceof CallRefused ? error.problem.code : undefined;
  if (code === "decision.self" || code === "request.conflict")
    return (
      <Notice tone="oxblood" icon="stop" isLive title={t("failed")}>
        <p>{t(code === "decision.self" ? "own" : "underWay")}</p>
      </Notice>
    );
  return <CallFailure error={error} title={t("failed")} />;
}

function isUnknownSubject(error: unknown): boolean {
  return (
    error instanceof CallRefused &&
    error.problem.code === "request.invalid" &&
    error.problem.errors.some(({ pointer }) => pointer === "/subject")
  );
}

/** What the form asks for, its faults, and the call. */
function useAsking() {
  const { isBusy, error: failure, run } = useAct(ask);
  const router = useRouter();
  const [subject, setSubject] = useState("");
  const [reason, setReason] = useState("");
  const [attempt, setAttempt] = useState(0);
  // What was typed since then is another question.
  const [isChanged, setChanged] = useState(false);
  const [asked, setAsked] = useState<Asked>();
  const change = (set: (text: string) => void) => (text: string) => {
    set(text);
    setChanged(true);
  };
  const submit = async () => {
    setAttempt((before) => before + 1);
    if (subject.trim() === "" || reason.trim() === "") return;
    setChanged(false);
    const body = { subject: subject.trim(), reason: reason.trim() };
    const answer = await run({ body });
    if (answer === undefined) return;
    setAsked({ subject: body.subject, receipt: answer.receipt });
    router.refresh();
  };
  const again = () => {
    for (const set of [setSubject, setReason]) set("");
    setAttempt(0);
    setAsked(undefined);
  };
  return {
    subject,
    reason,
    attempt,
    isBusy,
    error: isChanged ? undefined : failure,
    asked,
    setSubject: change(setSubject),
    setReason: change(setReason),
    submit,
    again,
  };
}

/** Asks for an erasure: whose, and why. What was typed stays until it was taken. */
export function AskErasure() {
  const t = useTranslations("keeping.erasures.ask");
  const form = useAsking();
  const isTried = form.attempt > 0;
  const unknown = isUnknownSubject(form.error) ? t("subjectUnknown") : undefined;
  const faults = {
    subject: isTried && form.subject.trim() === "" ? t("subjectNeeded") : unknown,
    reason: isTried && form.reason.trim() === "" ? t("reasonNeeded") : undefined,
  };
  const errors: FormError[] = [
    ...(faults.subject === undefined ? [] : [{ id: SUBJECT, text: faults.subject }]),
    ...(faults.reason === undefined ? [] : [{ id: REASON, text: faults.reason }]),
  ];
  if (form.asked !== undefined) return <Done asked={form.asked} onMore={form.again} />;
  return (
    <KeepingForm
      title={t("errors")}
      errors={errors}
      attempt={unknown === undefined ? form.attempt : -form.attempt}
      failure={form.error === undefined || unknown !== undefined ? null : <Refused error={form.error} />}
      submit={t("submit")}
      isBusy={form.isBusy}
      onSubmit={() => void form.submit()}
    >
      <p className="text-body text-ink-2">{t("text")}</p>
      <Field id={SUBJECT} label={t("subject")} help={t("subjectHelp")} error={faults.subject}>
        {(control) => (
          <TextInput
            {...control}
            value={form.subject}
            maxLength={160}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => form.setSubject(event.target.value)}
          />
        )}
      </Field>
      <Field id={REASON} label={t("reason")} help={t("reasonHelp")} error={faults.reason}>
        {(control) => (
          <TextArea
            {...control}
            value={form.reason}
            maxLength={1_000}
            onChange={(event) => form.setReason(event.target.value)}
          />
        )}
      </Field>
    </KeepingForm>
  );
}
