"use client";

import { useTranslations } from "next-intl";
import { ChangeFailure } from "@/app/(portal)/account/security/_components/change-failure";
import type { Change } from "@/app/(portal)/account/security/_components/use-change";
import { Button } from "@/components/ui/button";
import { Dialog, DialogActions } from "@/components/ui/dialog";

/** Says what follows before a factor goes or sessions end. */
export function ConfirmRemoval(props: {
  title: string;
  text: string;
  action: string;
  change: Change;
  onClose: () => void;
  onConfirm: () => void;
}) {
  const t = useTranslations("ui");
  const { change } = props;
  return (
    <Dialog isOpen onClose={props.onClose} title={props.title} canClose={!change.isBusy}>
      <p className="text-body">{props.text}</p>
      <ChangeFailure error={change.error} />
      <DialogActions>
        <Button look="danger" isBusy={change.isBusy} onClick={props.onConfirm}>
          {props.action}
        </Button>
        <Button onClick={props.onClose}>{t("cancel")}</Button>
      </DialogActions>
    </Dialog>
  );
}
