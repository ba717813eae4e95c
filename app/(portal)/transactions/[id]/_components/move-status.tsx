"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { target } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { useApi } from "@/components/client/use-api";
import { TextArea } from "@/components/form/controls";
import { Field } from "@/components/form/field";
import { Button } from "@/components/ui/button";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import type { setTransactionStatus } from "@/lib/api-client/operations/transactions";
import type { TransactionStatus } from "@/lib/transactions/schema";

const setStatus = target<typeof setTransactionStatus>("POST", "/confidential/transactions/{id}/status");

function MoveDialog(props: { transactionId: string; to: TransactionStatus; onClose: () => void }) {
  const t = useTranslations("transactions.move");
  const words = useTranslations("transactions.status");
  const ui = useTranslations("ui");
  const api = useApi();
  const router = useRouter();
  const [reason, setReason] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const move = async () => {
    setBusy(true);
    setError(undefined);
    try {
      const text = reason.trim();
      const body = { status: props.to, ...(text === "" ? {} : { reason: text }) };
      await api.call(setStatus, { params: { id: props.transactionId }, body });
      router.refresh();
      props.onClose();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  const state = words(props.to);
  return (
    <Dialog isOpen onClose={props.onClose} canClose={!isBusy} title={t("title", { state })}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!isBusy) void move();
        }}
      >
        <p className="mb-4 text-body text-ink-2">{t("text")}</p>
        <Field id="move-reason" label={t("reason")} mark={ui("optional")} help={t("reasonHelp")}>
          {(control) => (
            <TextArea
              {...control}
              maxLength={2000}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          )}
        </Field>
        {error === undefined ? null : <CallFailure error={error} />}
        <DialogActions>
          <Button type="submit" look="primary" isBusy={isBusy}>
            {t("yes", { state })}
          </Button>
          <Button onClick={props.onClose} disabled={isBusy}>
            {ui("cancel")}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

/** The next states a party or an approving coordinator may move the transaction to. */
export function MoveStatus({
  transactionId,
  to,
}: {
  transactionId: string;
  to: readonly TransactionStatus[];
}) {
  const t = useTranslations("transactions.move");
  const words = useTranslations("transactions.status");
  const [chosen, choose] = useState<TransactionStatus | undefined>();
  if (to.length === 0) return null;
  return (
    <div className="mt-3 flex flex-wrap gap-2 print:hidden">
      {to.map((state) => (
        <Button key={state} size="bar" onClick={() => choose(state)}>
          {t("to", { state: words(state) })}
        </Button>
      ))}
      {chosen === undefined ? null : (
        <MoveDialog transactionId={transactionId} to={chosen} onClose={() => choose(undefined)} />
      )}
    </div>
  );
}
