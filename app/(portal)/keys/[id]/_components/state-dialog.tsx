"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { target } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { useAct } from "@/components/client/use-act";
import { Button } from "@/components/ui/button";
import { TextArea } from "@/components/ui/controls";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import type { changeKeyState } from "@/lib/api-client/operations/keys";
import type { KeyStateOrder } from "@/lib/keys/schema";

const CHANGE = target<typeof changeKeyState>("POST", "/confidential/keys/{id}/state");
const REASON = "key-state-reason";

export type StateChange = "suspend" | "resume" | "compromise" | "destroy";

const STATES: Readonly<Record<StateChange, KeyStateOrder["state"]>> = {
  suspend: "suspended",
  resume: "active",
  compromise: "compromised",
  destroy: "destroyed",
};

/** Asks for the reason, which the log keeps, and changes the key's state. */
export function StateDialog(props: {
  keyId: string;
  kid: string;
  isHeld: boolean;
  change: StateChange;
  onClose: () => void;
  onDone: () => void;
}) {
  const { change } = props;
  const t = useTranslations("keys.acts");
  const ui = useTranslations("ui");
  const { isBusy, error, run } = useAct(CHANGE);
  const [reason, setReason] = useState("");
  const [isMissing, setMissing] = useState(false);
  const act = async () => {
    const text = reason.trim();
    setMissing(text === "");
    if (text === "") return document.getElementById(REASON)?.focus();
    const body = { state: STATES[change], reason: text };
    if ((await run({ params: { id: props.keyId }, body })) !== undefined) props.onDone();
  };
  return (
    <Dialog
      isOpen
      onClose={props.onClose}
      canClose={!isBusy}
      title={t(`${change}.title`, { kid: props.kid })}
    >
      <p className="mb-4 text-body">
        {t(props.isHeld && change === "compromise" ? "compromise.textHeld" : `${change}.text`)}
      </p>
      <Field
        id={REASON}
        label={t("reason")}
        help={t("reasonHelp")}
        error={isMissing ? t("reasonNeeded") : undefined}
      >
        {(control) => (
          <TextArea
            {...control}
            rows={3}
            maxLength={1_000}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
      </Field>
      {error === undefined ? null : (
        <div className="mt-4">
          <CallFailure error={error} title={t("failed")} />
        </div>
      )}
      <DialogActions>
        <Button
          look={change === "destroy" || change === "compromise" ? "danger" : "primary"}
          isBusy={isBusy}
          onClick={() => void act()}
        >
          {t(`${change}.yes`)}
        </Button>
        <Button onClick={props.onClose} disabled={isBusy}>
          {ui("cancel")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
