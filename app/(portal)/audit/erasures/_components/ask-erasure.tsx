"use client";

import { useTranslations } from "next-intl";
import { DialogButton } from "@/components/act/dialog-button";
import { CallRefused, target } from "@/components/client/api";
import { AreaField, TextField } from "@/components/form/fields";
import { FormFrame } from "@/components/form/form-frame";
import { useForm } from "@/components/form/use-form";
import { Digest } from "@/components/ui/digest";
import { Facts } from "@/components/ui/facts";
import { LocalTime } from "@/components/ui/local-time";
import { Confirmation, Notice } from "@/components/ui/states";
import type { askErasure } from "@/lib/api-client/operations/erasures";
import type { Receipt } from "@/lib/schema";

const ASK = target<typeof askErasure>("POST", "/confidential/audit/erasures");

interface DoneProps {
  readonly subject: string;
  /** Absent in the answer to a repeated call, whose first answer was lost. */
  readonly receipt: Receipt | undefined;
  readonly onDone: () => void;
}

function Done({ subject, receipt, onDone }: DoneProps) {
  const t = useTranslations("keeping.erasures.ask");
  return (
    <Confirmation title={t("doneTitle")} reference={subject} onDone={onDone}>
      <p>{t("doneText")}</p>
      {receipt === undefined ? null : (
        <div className="mt-3">
          <Facts
            look="aligned"
            facts={[
              { name: t("receipt"), value: <Digest value={receipt.entry_id} label={t("receipt")} /> },
              { name: t("by"), value: <LocalTime instant={receipt.integrate_by} /> },
            ]}
          />
        </div>
      )}
    </Confirmation>
  );
}

/** Words for two refusals that mean something special here. */
function useExplained() {
  const t = useTranslations("keeping.erasures.ask");
  return (failure: unknown) => {
    const code = failure instanceof CallRefused ? failure.problem.code : undefined;
    if (code !== "decision.self" && code !== "request.conflict") return undefined;
    return (
      <Notice tone="oxblood" icon="stop" isLive title={t("failed")}>
        <p>{t(code === "decision.self" ? "own" : "underWay")}</p>
      </Notice>
    );
  };
}

function AskForm({ onDone }: { onDone: () => void }) {
  const t = useTranslations("keeping.erasures.ask");
  const explain = useExplained();
  const form = useForm({
    call: ASK,
    schema: async () => (await import("@/lib/audit/retention/erasure/schema")).NewErasure,
    id: "erasure",
    isInDialog: true,
    initial: { subject: "", reason: "" },
    toBody: ({ subject, reason }) => ({ subject: subject.trim(), reason: reason.trim() }),
    controls: { "/subject": "subject", "/reason": "reason" },
    words: {
      subject: { label: t("subject"), missing: t("subjectNeeded"), wrong: t("subjectUnknown") },
      reason: { label: t("reason"), missing: t("reasonNeeded") },
    },
  });
  const { answer, sent } = form;
  if (answer !== undefined && sent !== undefined)
    return <Done subject={sent.subject.trim()} receipt={answer.receipt} onDone={onDone} />;
  return (
    <FormFrame form={form} failed={t("failed")} explain={explain} submit={t("submit")}>
      <p className="text-body text-ink-2">{t("text")}</p>
      <TextField form={form} name="subject" help={t("subjectHelp")} maxLength={160} spellCheck={false} />
      <AreaField form={form} name="reason" help={t("reasonHelp")} maxLength={1_000} />
    </FormFrame>
  );
}

/** The drawer that asks for an erasure: of which person, and why. */
export function AskErasure() {
  const t = useTranslations("keeping.erasures.ask");
  return (
    <DialogButton label={t("title")} button={{ look: "primary", icon: "plus" }}>
      {(close) => <AskForm onDone={close} />}
    </DialogButton>
  );
}
