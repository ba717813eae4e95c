"use client";

import { useTranslations } from "next-intl";
import { Acts, act } from "@/components/act/act-button";
import { target } from "@/components/client/api";
import type { changeKeyState, rotateKey } from "@/lib/api-client/operations/keys";
import type { KeyStateOrder } from "@/lib/keys/schema";

const ROTATE = target<typeof rotateKey>("POST", "/confidential/keys/{id}/rotate");
const CHANGE = target<typeof changeKeyState>("POST", "/confidential/keys/{id}/state");

const STATES: Readonly<Record<StateChange, KeyStateOrder["state"]>> = {
  suspend: "suspended",
  resume: "active",
  compromise: "compromised",
  destroy: "destroyed",
};
type StateChange = "suspend" | "resume" | "compromise" | "destroy";

/** What a person can do to a key version. */
export type KeyChange = "rotate" | "move" | StateChange;

interface Props {
  readonly keyId: string;
  readonly kid: string;
  /** The owner holds its private key: some sentences differ. */
  readonly isHeld: boolean;
}

function useRotate({ keyId, kid }: Props) {
  const t = useTranslations("keys.acts.rotate");
  return act("rotate", {
    call: ROTATE,
    params: { id: keyId },
    label: t("button"),
    button: { size: "bar" },
    title: t("title", { kid }),
    text: t("text"),
    fields: {
      mode: {
        kind: "choice",
        label: t("mode"),
        initial: "rewrap",
        options: (["rewrap", "reseal"] as const).map((value) => ({
          value,
          label: t(`${value}.label`),
          help: t(`${value}.help`),
        })),
      },
    },
    body: ({ mode }) => ({ mode: mode === "reseal" ? ("reseal" as const) : ("rewrap" as const) }),
    yes: t("yes"),
    failed: t("failed"),
  });
}

/** Of a compromised key: one person asks that its data is resealed for a new key, another agrees. */
function useMove({ keyId, kid }: Props) {
  const t = useTranslations("keys.acts.move");
  return act("move", {
    call: ROTATE,
    params: { id: keyId },
    label: t("button"),
    button: { size: "bar" },
    title: t("title", { kid }),
    text: t("text"),
    body: () => ({ mode: "reseal" as const }),
    yes: t("yes"),
    failed: t("failed"),
  });
}

/** Changes the key's state, with the reason. */
function useStateChange({ keyId, kid, isHeld }: Props) {
  const t = useTranslations("keys.acts");
  return (change: StateChange) =>
    act(change, {
      call: CHANGE,
      params: { id: keyId },
      label: t(`${change}.button`),
      button: { size: "bar" },
      title: t(`${change}.title`, { kid }),
      text: t(isHeld && change === "compromise" ? "compromise.textHeld" : `${change}.text`),
      fields: {
        reason: { kind: "reason", label: t("reason"), help: t("reasonHelp"), missing: t("reasonNeeded") },
      },
      body: ({ reason }) => ({ state: STATES[change], reason }),
      yes: t(`${change}.yes`),
      danger: change === "destroy" || change === "compromise",
      failed: t("failed"),
    });
}

/** What this person can do to this key. */
export function KeyActs(props: Props & { readonly changes: readonly KeyChange[] }) {
  const rotate = useRotate(props);
  const move = useMove(props);
  const stateChange = useStateChange(props);
  const acts = props.changes.map((change) => {
    if (change === "rotate") return rotate;
    return change === "move" ? move : stateChange(change);
  });
  return <Acts acts={acts} />;
}
