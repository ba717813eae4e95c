"use client";

import { type ReactNode, useId, useState } from "react";
import { ActDialog, type ActFormProps } from "@/components/domain/act-dialog";
import { TextArea } from "@/components/form/controls";
import { Field } from "@/components/form/field";

/** As long as a reason may be that the log keeps. */
const MAX_REASON = 1_000;

interface ReasonDialogProps extends Pick<ActFormProps, "yes" | "failed" | "act" | "onClose"> {
  readonly title: ReactNode;
  readonly text: ReactNode;
  /** Words of the field: its label, its help, and what is said when it is left empty. */
  readonly reason: { readonly label: string; readonly help?: string; readonly missing: string };
  /** Called with the reason, without spaces around it and never empty. */
  readonly onAct: (reason: string) => void;
}

/** An act that takes a reason, which the log keeps: says what it does, asks why, and shows why it failed. */
export function ReasonDialog({ reason: words, text, onAct, ...dialog }: ReasonDialogProps) {
  const field = useId();
  const [reason, setReason] = useState("");
  const [isMissing, setMissing] = useState(false);
  const send = (): void => {
    const given = reason.trim();
    setMissing(given === "");
    if (given === "") document.getElementById(field)?.focus();
    else onAct(given);
  };
  return (
    <ActDialog {...dialog} onAct={send}>
      <p className="mb-4 text-body">{text}</p>
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
    </ActDialog>
  );
}
