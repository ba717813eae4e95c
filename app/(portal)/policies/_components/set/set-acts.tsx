"use client";

import { useTranslations } from "next-intl";
import { Acts, act, type RowAct } from "@/components/act/act-button";
import { target } from "@/components/client/api";
import type {
  activatePolicySet,
  rollBackPolicySet,
  schedulePolicySet,
  submitPolicySet,
  withdrawPolicySet,
} from "@/lib/api-client/operations/policies";
import type { PolicySetView } from "@/lib/policies/schema";
import { signOrder } from "./sign-order";

const SUBMIT = target<typeof submitPolicySet>("POST", "/confidential/policies/{number}/submit");
const SCHEDULE = target<typeof schedulePolicySet>("POST", "/confidential/policies/{number}/schedule");
const ACTIVATE = target<typeof activatePolicySet>("POST", "/confidential/policies/{number}/activate");
const WITHDRAW = target<typeof withdrawPolicySet>("POST", "/confidential/policies/{number}/withdraw");
const ROLL_BACK = target<typeof rollBackPolicySet>("POST", "/confidential/policies/roll-back");

/** The instant of a day and a time in the reader's zone; the API refuses what is none. */
function instantOf(day: string, time: string): string {
  const at = new Date(`${day}T${time}`);
  return Number.isNaN(at.getTime()) ? `${day}T${time}` : at.toISOString();
}

function useWords(number: number) {
  const t = useTranslations("policies.acts");
  return (key: "submit" | "schedule" | "activate" | "withdraw" | "rollBack") => ({
    label: t(`${key}.label`, { number }),
    title: t(`${key}.title`, { number }),
    text: t(`${key}.text`),
    yes: t(`${key}.yes`),
    failed: t(`${key}.failed`),
  });
}

/** Submits, activates, schedules, rolls back or withdraws a version: the acts that are possible now. */
export function SetActs({ set }: { set: PolicySetView }) {
  const t = useTranslations("policies.acts");
  const words = useWords(set.number);
  const { number, may, dry_run: run } = set;
  const params = { number: String(number) };
  const reason = { kind: "reason", label: t("reason"), missing: t("reasonMissing") } as const;
  const canSubmit = may.includes("submit") && run?.state === "done" && run.is_current;
  const acts: (RowAct | false)[] = [
    canSubmit &&
      act<typeof submitPolicySet>("submit", {
        ...{ call: SUBMIT, params, button: { look: "primary" }, ...words("submit") },
        body: () => ({}),
      }),
    may.includes("activate") &&
      act<typeof activatePolicySet>("activate", {
        ...{ call: ACTIVATE, params, button: { look: "primary" }, ...words("activate") },
        body: () => ({}),
      }),
    may.includes("schedule") &&
      act<typeof schedulePolicySet, "day" | "time">("schedule", {
        ...{ call: SCHEDULE, params, ...words("schedule") },
        fields: {
          day: { kind: "date", label: t("day"), missing: t("dayMissing") },
          time: {
            kind: "line",
            label: t("time"),
            help: t("timeHelp"),
            maxLength: 5,
            missing: t("timeMissing"),
          },
        },
        body: ({ day, time }) => ({ at: instantOf(day, time) }),
      }),
    may.includes("roll_back") &&
      run?.state === "done" &&
      run.is_current &&
      run.outcome === "proved" &&
      act<typeof rollBackPolicySet, "reason">("rollBack", {
        ...{ call: ROLL_BACK, button: { look: "primary", icon: "back" }, ...words("rollBack") },
        fields: { reason },
        body: ({ reason: why }) => ({ to: number, reason: why }),
        signed: signOrder(set),
      }),
    may.includes("withdraw") &&
      act<typeof withdrawPolicySet, "reason">("withdraw", {
        ...{ call: WITHDRAW, params, danger: true, ...words("withdraw") },
        fields: { reason },
        body: ({ reason: why }) => ({ reason: why }),
      }),
  ];
  return <Acts acts={acts.filter((one) => one !== false)} />;
}
