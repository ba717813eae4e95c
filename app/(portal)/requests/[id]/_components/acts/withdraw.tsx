"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "@/components/act/use-act";
import { target } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { TextArea } from "@/components/form/controls";
import { Field } from "@/components/form/field";
import { Button } from "@/components/ui/button";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import type { withdrawRequest } from "@/lib/api-client/operations/access";

const withdrawalOf = target<typeof withdrawRequest>("POST", "/confidential/access/requests/{id}/withdraw");

/** The requester takes the request back; it stays visible. */
export function Withdraw({ requestId, reference }: { requestId: string; reference: string }) {
  const t = useTranslations("review");
  const router = useRouter();
  const { isBusy, error, run } = useAct(withdrawalOf);
  const [isOpen, setOpen] = useState(false);
  const [reason, setReason] = useState("");
  const withdraw = async () => {
    const body = reason.trim() === "" ? {} : { reason: reason.trim() };
    if ((await run({ params: { id: requestId }, body })) === undefined) return;
    setOpen(false);
    router.refresh();
  };
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t("withdraw.open")}</Button>
      <Dialog
        isOpen={isOpen}
        canClose={!isBusy}
        onClose={() => setOpen(false)}
        title={t("withdraw.title", { reference })}
      >
        <p className="mb-4 text-body">{t("withdraw.text")}</p>
        <Field id="withdraw-reason" label={t("withdraw.reason")} mark={t("withdraw.optional")}>
          {(control) => (
            <TextArea
              {...control}
              maxLength={2000}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          )}
        </Field>
        <div className="mt-4 empty:hidden">
          <CallFailure error={error} />
        </div>
        <DialogActions>
          <Button look="danger" isBusy={isBusy} onClick={() => void withdraw()}>
            {t("withdraw.do")}
          </Button>
          <Button disabled={isBusy} onClick={() => setOpen(false)}>
            {t("dialog.back")}
          </Button>
        </DialogActions>
      </Dialog>
    </>
  );
}
