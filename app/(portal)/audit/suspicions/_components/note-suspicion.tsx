"use client";

import { useTranslations } from "next-intl";
import { DialogButton } from "@/components/act/dialog-button";
import { target } from "@/components/client/api";
import { AreaField, TextField } from "@/components/form/fields";
import { FormFrame } from "@/components/form/form-frame";
import { useForm } from "@/components/form/use-form";
import { Digest } from "@/components/ui/digest";
import { Facts } from "@/components/ui/facts";
import { LocalTime } from "@/components/ui/local-time";
import { Confirmation } from "@/components/ui/states";
import type { noteSuspicion } from "@/lib/api-client/operations/erasures";
import type { Receipt } from "@/lib/schema";

const WRITE = target<typeof noteSuspicion>("POST", "/confidential/audit/suspicions");

/** The answer to a repeated call, whose first answer was lost, has no receipt. */
function Done({ receipt, onDone }: { receipt: Receipt | undefined; onDone: () => void }) {
  const t = useTranslations("keeping.suspicions.note");
  return (
    <Confirmation
      title={t("doneTitle")}
      reference={receipt === undefined ? undefined : <Digest value={receipt.entry_id} label={t("receipt")} />}
      onDone={onDone}
    >
      <p>{t("doneText")}</p>
      {receipt === undefined ? null : (
        <Facts
          look="aligned"
          facts={[{ name: t("by"), value: <LocalTime instant={receipt.integrate_by} /> }]}
        />
      )}
    </Confirmation>
  );
}

function NoteForm({ onDone }: { onDone: () => void }) {
  const t = useTranslations("keeping.suspicions.note");
  const ui = useTranslations("ui");
  const form = useForm({
    call: WRITE,
    schema: async () => (await import("@/lib/audit/people-schema")).NewSuspicion,
    id: "suspicion",
    isInDialog: true,
    initial: { note: "", transaction: "" },
    toBody: ({ note, transaction }) => ({
      note: note.trim(),
      ...(transaction.trim() === "" ? {} : { transaction_id: transaction.trim() }),
    }),
    controls: { "/note": "note", "/transaction_id": "transaction" },
    words: {
      note: { label: t("text"), missing: t("needed") },
      transaction: { label: t("transaction"), wrong: t("transactionWrong") },
    },
  });
  if (form.answer !== undefined) return <Done receipt={form.answer.receipt} onDone={onDone} />;
  return (
    <FormFrame form={form} failed={t("failed")} submit={t("submit")}>
      <AreaField form={form} name="note" help={t("help")} rows={4} maxLength={4_000} />
      <TextField
        form={form}
        name="transaction"
        mark={ui("optional")}
        help={t("transactionHelp")}
        className="font-mono"
        maxLength={64}
        spellCheck={false}
      />
    </FormFrame>
  );
}

/** The drawer that records a suspicion, about a transaction or in general. */
export function NoteSuspicion() {
  const t = useTranslations("keeping.suspicions.note");
  return (
    <DialogButton label={t("title")} button={{ look: "primary", icon: "plus" }}>
      {(close) => <NoteForm onDone={close} />}
    </DialogButton>
  );
}
