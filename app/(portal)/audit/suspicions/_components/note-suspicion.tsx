"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "@/components/act/use-act";
import { target } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { TextArea, TextInput } from "@/components/form/controls";
import type { FormError } from "@/components/form/error-summary";
import { Field } from "@/components/form/field";
import { Button } from "@/components/ui/button";
import { Digest } from "@/components/ui/digest";
import { Facts } from "@/components/ui/facts";
import { LocalTime } from "@/components/ui/local-time";
import { Confirmation } from "@/components/ui/states";
import type { noteSuspicion } from "@/lib/api-client/operations/erasures";
import type { Receipt } from "@/lib/schema";
import { KeepingForm } from "../../_components/keeping-form";

const write = target<typeof noteSuspicion>("POST", "/confidential/audit/suspicions");
const NOTE = "suspicion-note";
const TRANSACTION = "suspicion-transaction";
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A repeated call, whose first answer was lost, is answered without its receipt. */
function Done({ receipt, onMore }: { receipt: Receipt | undefined; onMore: () => void }) {
  const t = useTranslations("keeping.suspicions.note");
  return (
    <div className="max-w-[640px] pt-4">
      <Confirmation
        title={t("doneTitle")}
        reference={
          receipt === undefined ? undefined : <Digest value={receipt.entry_id} label={t("receipt")} />
        }
      >
        <p>{t("doneText")}</p>
        {receipt === undefined ? null : (
          <Facts
            look="aligned"
            facts={[{ name: t("by"), value: <LocalTime instant={receipt.integrate_by} /> }]}
          />
        )}
        <div className="mt-4">
          <Button onClick={onMore}>{t("another")}</Button>
        </div>
      </Confirmation>
    </div>
  );
}

/** What the form asks for, its faults, and the call. What was typed is kept nowhere but in the form. */
function useNote() {
  const { isBusy, error, run } = useAct(write);
  const router = useRouter();
  const [note, setNote] = useState("");
  const [transaction, setTransaction] = useState("");
  const [attempt, setAttempt] = useState(0);
  const [done, setDone] = useState<{ readonly receipt: Receipt | undefined }>();
  const id = transaction.trim();
  const isMissing = note.trim() === "";
  const isWrong = id !== "" && !UUID.test(id);
  const submit = async () => {
    setAttempt((before) => before + 1);
    if (isMissing || isWrong) return;
    const body = { note: note.trim(), ...(id === "" ? {} : { transaction_id: id.toLowerCase() }) };
    const answer = await run({ body });
    if (answer === undefined) return;
    setDone({ receipt: answer.receipt });
    setNote("");
    setTransaction("");
    router.refresh();
  };
  const again = () => {
    setAttempt(0);
    setDone(undefined);
  };
  return {
    note,
    transaction,
    setNote,
    setTransaction,
    attempt,
    isMissing: attempt > 0 && isMissing,
    isWrong: attempt > 0 && isWrong,
    isBusy,
    error,
    done,
    submit,
    again,
  };
}

/** Writes a suspicion down, about a transaction or in general. */
export function NoteSuspicion() {
  const t = useTranslations("keeping.suspicions.note");
  const form = useNote();
  const missing = form.isMissing ? t("needed") : undefined;
  const wrong = form.isWrong ? t("transactionWrong") : undefined;
  const errors: FormError[] = [
    ...(missing === undefined ? [] : [{ id: NOTE, text: missing }]),
    ...(wrong === undefined ? [] : [{ id: TRANSACTION, text: wrong }]),
  ];
  if (form.done !== undefined) return <Done receipt={form.done.receipt} onMore={form.again} />;
  return (
    <KeepingForm
      title={t("errors")}
      errors={errors}
      attempt={form.attempt}
      failure={form.error === undefined ? null : <CallFailure error={form.error} title={t("failed")} />}
      submit={t("submit")}
      isBusy={form.isBusy}
      onSubmit={() => void form.submit()}
    >
      <Field id={NOTE} label={t("text")} help={t("help")} error={missing}>
        {(control) => (
          <TextArea
            {...control}
            rows={4}
            maxLength={4_000}
            value={form.note}
            onChange={(event) => form.setNote(event.target.value)}
          />
        )}
      </Field>
      <Field
        id={TRANSACTION}
        label={t("transaction")}
        mark={t("optional")}
        help={t("transactionHelp")}
        error={wrong}
      >
        {(control) => (
          <TextInput
            {...control}
            className="font-mono"
            value={form.transaction}
            maxLength={64}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => form.setTransaction(event.target.value)}
          />
        )}
      </Field>
    </KeepingForm>
  );
}
