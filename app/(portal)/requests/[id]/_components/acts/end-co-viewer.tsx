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
import type { endCoViewer } from "@/lib/api-client/operations/steering";

const endOf = target<typeof endCoViewer>("POST", "/confidential/access/requests/{id}/co-viewer-ends");

interface EndProps {
  readonly requestId: string;
  readonly reference: string;
  readonly person: { readonly handle: string; readonly name: string };
}

/** Takes one co-viewer out, with a reason; for good. */
export function EndCoViewer({ requestId, reference, person }: EndProps) {
  const t = useTranslations("review.coViewers");
  const router = useRouter();
  const { isBusy, error, run } = useAct(endOf);
  const [isOpen, setOpen] = useState(false);
  const [reason, setReason] = useState("");
  const [isMissing, setMissing] = useState(false);
  const { handle, name } = person;
  const send = async () => {
    const text = reason.trim();
    setMissing(text === "");
    if (text === "" || isBusy) return;
    const answer = await run({ params: { id: requestId }, body: { person: handle, reason: text } });
    if (answer === undefined) return;
    setOpen(false);
    router.refresh();
  };
  return (
    <>
      <Button onClick={() => setOpen(true)} aria-label={t("endOf", { name })}>
        {t("end")}
      </Button>
      <Dialog
        isOpen={isOpen}
        canClose={!isBusy}
        onClose={() => setOpen(false)}
        title={t("endTitle", { name, reference })}
      >
        <p className="mb-4 text-body">{t("endText", { name })}</p>
        <Field
          id={`end-co-viewer-${handle}`}
          label={t("reason")}
          error={isMissing ? t("reasonMissing") : undefined}
        >
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
          <Button look="primary" isBusy={isBusy} onClick={() => void send()}>
            {t("confirm")}
          </Button>
          <Button disabled={isBusy} onClick={() => setOpen(false)}>
            {t("cancel")}
          </Button>
        </DialogActions>
      </Dialog>
    </>
  );
}
