"use client";

import { useTranslations } from "next-intl";
import { ReasonDialog } from "@/components/act/reason-dialog";
import { useAct } from "@/components/act/use-act";
import { target } from "@/components/client/api";
import type { changeKeyState } from "@/lib/api-client/operations/keys";
import type { KeyStateOrder } from "@/lib/keys/schema";

const CHANGE = target<typeof changeKeyState>("POST", "/confidential/keys/{id}/state");

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
  const act = useAct(CHANGE);
  const run = async (reason: string) => {
    const body = { state: STATES[change], reason };
    if ((await act.run({ params: { id: props.keyId }, body })) !== undefined) props.onDone();
  };
  return (
    <ReasonDialog
      title={t(`${change}.title`, { kid: props.kid })}
      text={t(props.isHeld && change === "compromise" ? "compromise.textHeld" : `${change}.text`)}
      reason={{ label: t("reason"), help: t("reasonHelp"), missing: t("reasonNeeded") }}
      yes={{
        label: t(`${change}.yes`),
        look: change === "destroy" || change === "compromise" ? "danger" : "primary",
      }}
      failed={t("failed")}
      act={act}
      onAct={(reason) => void run(reason)}
      onClose={props.onClose}
    />
  );
}
