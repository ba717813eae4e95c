import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Icon, type IconName } from "@/components/ui/icon";
import { LocalTime } from "@/components/ui/local-time";
import type { PolicySetView } from "@/lib/policies/schema";

interface Step {
  readonly key: "written" | "examples" | "dryRun" | "proof" | "people" | "inForce";
  readonly state: "done" | "now" | "ahead" | "failed";
  readonly note: ReactNode;
}

const LOOKS: Readonly<Record<Step["state"], { readonly icon: IconName; readonly tone: string }>> = {
  done: { icon: "check", tone: "text-accent" },
  now: { icon: "clock", tone: "text-amber" },
  ahead: { icon: "open", tone: "text-ink-3" },
  failed: { icon: "cross", tone: "text-oxblood" },
};

const IN_FORCE: readonly PolicySetView["state"][] = ["active", "superseded", "rolled_back"];

function useDryRunSteps({ dry_run: run, state }: PolicySetView): Step[] {
  const t = useTranslations("policies.life");
  const isDone = run?.state === "done" && (run.is_current || state !== "draft");
  const dryRun: Step = {
    key: "dryRun",
    state: isDone ? "done" : state === "draft" ? "now" : "ahead",
    note: run === null ? t("noRun") : t(isDone || run.state !== "done" ? `runs.${run.state}` : "oldRun"),
  };
  const outcome = isDone ? run.outcome : null;
  const proof: Step = {
    key: "proof",
    state: outcome === null ? "ahead" : outcome === "proved" ? "done" : "now",
    note: outcome === null ? t("noProof") : t(`proofs.${outcome}`),
  };
  return [dryRun, proof];
}

function usePeopleStep({ state, needs, approvals }: PolicySetView): Step {
  const t = useTranslations("policies.life");
  const names = approvals
    .filter(({ counts, decision }) => counts && decision === "approve")
    .map(({ by }) => by);
  const isAgreed = ["approved", "scheduled", ...IN_FORCE].includes(state);
  if (state === "refused") return { key: "people", state: "failed", note: t("refused") };
  if (isAgreed)
    return {
      key: "people",
      state: "done",
      note: names.join(", "),
    };
  if (state !== "submitted") return { key: "people", state: "ahead", note: t("notAsked") };
  return { key: "people", state: "now", note: t(needs.includes("legal") ? "needsLegal" : "needsApproval") };
}

function useInForceStep({ state, active_from: from, activations }: PolicySetView): Step {
  const t = useTranslations("policies.life");
  const at = activations[0]?.at ?? from;
  const day = at === null || at === undefined ? t("noDay") : <LocalTime instant={at} form="minute" />;
  if (state === "withdrawn") return { key: "inForce", state: "failed", note: t("withdrawn") };
  return {
    key: "inForce",
    state: IN_FORCE.includes(state) ? "done" : state === "scheduled" ? "now" : "ahead",
    note: day,
  };
}

/** The stages of a version, from its text to the day on which it comes into force. */
export function LifeStrip({ set }: { set: PolicySetView }) {
  const t = useTranslations("policies.life");
  const count = set.document.policies.reduce((sum, { examples }) => sum + examples.length, 0);
  const [runs, people, inForce] = [useDryRunSteps(set), usePeopleStep(set), useInForceStep(set)];
  // The portal wrote the first version: there was none to compare it with, and no one to agree.
  const isFirst = set.author === null && set.dry_run === null;
  const steps: Step[] = [
    { key: "written", state: "done", note: <LocalTime instant={set.created_at} form="minute" /> },
    { key: "examples", state: "done", note: t("hold", { count }) },
    ...(isFirst ? [] : [...runs, people]),
    inForce,
  ];
  return (
    <ol
      aria-label={t("title")}
      className="mb-8 grid grid-cols-[repeat(auto-fill,minmax(165px,1fr))] gap-x-6 gap-y-3 tablet:flex tablet:flex-wrap tablet:justify-between border-line border-y py-3 text-control"
    >
      {steps.map(({ key, state, note }) => (
        <li key={key} className="flex gap-[10px]">
          <Icon name={LOOKS[state].icon} className={`mt-[2px] ${LOOKS[state].tone}`} />
          <span>
            <span className={`block ${state === "now" ? "font-semibold" : ""}`}>
              {t(`steps.${key}`)}
              <span className="sr-only">, {t(`marks.${state}`)}</span>
            </span>
            <span className="block text-note text-ink-2">{note}</span>
          </span>
        </li>
      ))}
    </ol>
  );
}
