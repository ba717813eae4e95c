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
import type { withdrawUnreadableRequest } from "@/lib/api-client/operations/admin-requests";

const withdrawalOf = target<typeof withdrawRequest>("POST", "/confidential/access/requests/{id}/withdraw");
const unreadable = target<typeof withdrawUnreadableRequest>(
  "POST",
  "/confidential/admin/requests/{id}/withdraw",
);

/** Withdraws a request, which stays visible. Administrators withdraw requests that cannot be read. */
export function Withdraw(props: {
  requestId: string;
  reference: string;
  by?: "requester" | "administrator";
}) {
  const { requestId, reference, by = "requester" } = props;
  const t = useTranslations("review");
  const router = useRouter();
  const own = useAct(withdrawalOf);
  const others = useAct(unreadable);
  const { isBusy, error, run } = by === "requester" ? own : others;
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
