"use client";

import { useTranslations } from "next-intl";
import { type ReactNode, useId, useState } from "react";
import { CallFailure } from "@/components/client/call-failure";
import { Button } from "@/components/ui/button";
import { TextArea } from "@/components/ui/controls";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";

/** As long as a reason may be that the log keeps. */
const MAX_REASON = 1_000;

interface ReasonDialogProps {
  readonly title: ReactNode;
  readonly text: ReactNode;
  /** Words of the field: its label, its help, and what is said when it is left empty. */
  readonly reason: { readonly label: string; readonly help?: string; readonly missing: string };
  /** The button's word, and whether what it does cannot be undone. */
  readonly yes: { readonly label: string; readonly look: "primary" | "danger" };
  /** Heading over what an attempt failed with. */
  readonly failed: string;
  /** The running act, as `useAct` tells it. */
  readonly act: { readonly isBusy: boolean; readonly error: unknown };
  /** Called with the reason, without spaces around it and never empty. */
  readonly onAct: (reason: string) => void;
  readonly onClose: () => void;
}

/** An act that takes a reason, which the log keeps: says what it does, asks why, and shows why it failed. */
export function ReasonDialog({ reason: words, yes, act, ...props }: ReasonDialogProps) {
  const ui = useTranslations("ui");
  const field = useId();
  const [reason, setReason] = useState("");
  const [isMissing, setMissing] = useState(false);
  const send = (): void => {
    const text = reason.trim();
    setMissing(text === "");
    if (text === "") document.getElementById(field)?.focus();
    else props.onAct(text);
  };
  return (
    <Dialog isOpen onClose={props.onClose} canClose={!act.isBusy} title={props.title}>
      <p className="mb-4 text-body">{props.text}</p>
      <Field id={field} label={words.label} help={words.help} error={isMissing ? words.missing : undefined}>
        {(control) => (
          <TextArea
            {...control}
            rows={3}
            maxLength={MAX_REASON}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
      </Field>
      {act.error === undefined ? null : (
        <div className="mt-4">
          <CallFailure error={act.error} title={props.failed} />
        </div>
      )}
      <DialogActions>
        <Button look={yes.look} isBusy={act.isBusy} onClick={send}>
          {yes.label}
        </Button>
        <Button onClick={props.onClose} disabled={act.isBusy}>
          {ui("cancel")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
