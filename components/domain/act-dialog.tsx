"use client";

import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { CallFailure } from "@/components/client/call-failure";
import { Button } from "@/components/ui/button";
import { Dialog, DialogActions } from "@/components/ui/dialog";

export interface ActFormProps {
  /** The button's word, and whether what it does cannot be undone. */
  readonly yes: { readonly label: string; readonly look: "primary" | "danger" };
  /** Heading over what an attempt failed with. */
  readonly failed: string;
  /** The running act, as `useAct` tells it. */
  readonly act: { readonly isBusy: boolean; readonly error: unknown };
  readonly onAct: () => void;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** The inside of a dialog that does one thing: what it does, why an attempt failed, do it or not. */
export function ActForm({ yes, failed, act, onAct, onClose, children }: ActFormProps) {
  const ui = useTranslations("ui");
  return (
    <>
      {children}
      {act.error === undefined ? null : (
        <div className="mt-4">
          <CallFailure error={act.error} title={failed} />
        </div>
      )}
      <DialogActions>
        <Button look={yes.look} isBusy={act.isBusy} onClick={onAct}>
          {yes.label}
        </Button>
        <Button onClick={onClose} disabled={act.isBusy}>
          {ui("cancel")}
        </Button>
      </DialogActions>
    </>
  );
}

/** A dialog that does one thing; it stays while the act runs. */
export function ActDialog({ title, ...form }: ActFormProps & { readonly title: ReactNode }) {
  return (
    <Dialog isOpen onClose={form.onClose} canClose={!form.act.isBusy} title={title}>
      <ActForm {...form} />
    </Dialog>
  );
}
