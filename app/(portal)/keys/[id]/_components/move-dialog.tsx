"use client";

import { useTranslations } from "next-intl";
import { useAct } from "@/components/act/use-act";
import { target } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { Button } from "@/components/ui/button";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import type { rotateKey } from "@/lib/api-client/operations/keys";

const ROTATE = target<typeof rotateKey>("POST", "/confidential/keys/{id}/rotate");

/** Of a compromised key: the first person asks that its data be moved and sealed anew, another one agrees. */
export function MoveDialog(props: { keyId: string; kid: string; onClose: () => void; onDone: () => void }) {
  const t = useTranslations("keys.acts.move");
  const ui = useTranslations("ui");
  const { isBusy, error, run } = useAct(ROTATE);
  const move = async () => {
    const input = { params: { id: props.keyId }, body: { mode: "reseal" } } as const;
    if ((await run(input)) !== undefined) props.onDone();
  };
  return (
    <Dialog isOpen onClose={props.onClose} canClose={!isBusy} title={t("title", { kid: props.kid })}>
      <p className="text-body">{t("text")}</p>
      {error === undefined ? null : (
        <div className="mt-4">
          <CallFailure error={error} title={t("failed")} />
        </div>
      )}
      <DialogActions>
        <Button look="primary" isBusy={isBusy} onClick={() => void move()}>
          {t("yes")}
        </Button>
        <Button onClick={props.onClose} disabled={isBusy}>
          {ui("cancel")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
