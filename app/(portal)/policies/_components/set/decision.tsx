"use client";

import { useTranslations } from "next-intl";
import type { Act } from "@/components/act/act";
import { act, useActDialog } from "@/components/act/act-button";
import { ActDialog } from "@/components/act/act-dialog";
import { target } from "@/components/client/api";
import { useKeys } from "@/components/client/use-keys";
import type { decidePolicySet } from "@/lib/api-client/operations/policies";
import type { PolicySetView } from "@/lib/policies/schema";
import { signOrder } from "./sign-order";

const DECIDE = target<typeof decidePolicySet>("POST", "/confidential/policies/{number}/decide");

const CHOICES = [
  { key: "agree", decision: "approve" },
  { key: "sendBack", decision: "send_back" },
  { key: "refuse", decision: "refuse" },
] as const;
type Decide = Act<typeof decidePolicySet, "reason">;

const LOOKS = {
  agree: { look: "primary", size: "large" },
  sendBack: { look: "secondary", size: "form" },
  refuse: { look: "danger", size: "form" },
} as const;

function useSpecs(set: PolicySetView): Decide[] {
  const { number, revision } = set;
  const t = useTranslations("policies.decision");
  return CHOICES.map(({ key, decision }) => ({
    call: DECIDE,
    params: { number: String(number) },
    button: LOOKS[key],
    label: t(`${key}.label`),
    title: t(`${key}.title`, { number }),
    text: t(`${key}.text`),
    yes: t(`${key}.yes`),
    danger: key === "refuse",
    failed: t("failed"),
    fields: { reason: { kind: "reason", label: t("reason"), missing: t("reasonMissing") } },
    body: ({ reason }) => ({ decision, reason, revision }),
    ...(decision === "approve" ? { signed: signOrder(set) } : {}),
  }));
}

/** Agrees to a version, sends it back or refuses it. The keys a, b and d do the same. */
export function Decision({ set }: { set: PolicySetView }) {
  const t = useTranslations("policies.decision");
  const { open, dialog } = useActDialog();
  const specs = useSpecs(set);
  const [agree, sendBack, refuse] = specs;
  const press = (spec: Decide | undefined) => () => {
    if (spec !== undefined) open((onClose) => <ActDialog act={spec} onClose={onClose} />);
  };
  useKeys({ a: press(agree), b: press(sendBack), d: press(refuse) });
  return (
    <>
      <div className="flex flex-wrap gap-2">
        {specs.map((spec, index) => act(CHOICES[index]?.key ?? "act", spec).button(open))}
      </div>
      <p className="mt-3 text-note text-ink-2">{t(set.gains === false ? "signs" : "signsGain")}</p>
      {dialog}
    </>
  );
}
