"use client";

import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { CallRefused } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { Button } from "@/components/ui/button";
import { Dialog, DialogActions } from "@/components/ui/dialog";

/** What is asked of the escrow: its next epoch, or the end of a former one. */
export type EpochAct =
  | { readonly kind: "begin" }
  | { readonly kind: "destroy"; readonly epoch: number; readonly kid: string };

/** Shows why an act on an epoch was refused: how many entries are still sealed for it, or that its state has changed. */
function reasonOf(error: unknown): { readonly remaining?: number } | undefined {
  if (!(error instanceof CallRefused) || error.problem.code !== "key.state") return undefined;
  const { remaining_wraps: remaining } = error.problem.members;
  return typeof remaining === "number" ? { remaining } : {};
}

/** Why an act on the escrow's epochs was refused, in plain words. */
export function EpochRefusal({ act, error }: { act: EpochAct; error: unknown }) {
  const t = useTranslations("keys.escrow");
  if (error === undefined) return null;
  const reason = reasonOf(error);
  const title = act.kind === "begin" ? t("begin.failed") : t("destroy.failed", { kid: act.kid });
  return (
    <div className="mt-4 mb-2">
      <CallFailure error={error} title={title} />
      {reason === undefined ? null : (
        <p className="border-oxblood border-l-[3px] bg-ox-wash px-4 pb-3 text-control">
          {reason.remaining === undefined
            ? t("destroy.moved")
            : t("destroy.remain", { count: reason.remaining })}
        </p>
      )}
    </div>
  );
}

/** Asks for confirmation before the escrow's next epoch begins or a former one is destroyed. */
export function EpochDialog(props: {
  act: EpochAct;
  isBusy: boolean;
  onClose: () => void;
  onYes: () => void;
  children: ReactNode;
}) {
  const { act, isBusy } = props;
  const t = useTranslations("keys.escrow");
  const ui = useTranslations("ui");
  const title = act.kind === "begin" ? t("begin.title") : t("destroy.title", { kid: act.kid });
  return (
    <Dialog isOpen onClose={props.onClose} canClose={!isBusy} title={title}>
      <p className="text-body">{t(`${act.kind}.text`)}</p>
      {props.children}
      <DialogActions>
        <Button look={act.kind === "begin" ? "primary" : "danger"} isBusy={isBusy} onClick={props.onYes}>
          {t(`${act.kind}.yes`)}
        </Button>
        <Button onClick={props.onClose} disabled={isBusy}>
          {ui("cancel")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
