import { useTranslations } from "next-intl";
import { Digest } from "@/components/ui/digest";
import { Facts } from "@/components/ui/facts";
import { LocalTime } from "@/components/ui/local-time";
import { FactsSection } from "@/components/ui/section";
import { Timeline, type TimelineItem } from "@/components/ui/timeline";
import type { PolicySetView } from "@/lib/policies/schema";
import { NewDraft } from "../new-draft";
import { Decision } from "./decision";
import { SetActs } from "./set-acts";

const DECIDED = {
  approve: { icon: "check", tone: "accent" },
  refuse: { icon: "cross", tone: "oxblood" },
  send_back: { icon: "back", tone: "amber" },
} as const;

function useItems(set: PolicySetView): TimelineItem[] {
  const t = useTranslations("policies.side");
  const time = (at: string) => <LocalTime instant={at} form="minute" />;
  return [
    {
      key: "written",
      icon: "pencil",
      text: set.author === null ? t("byPortal") : t("wrote", { name: set.author }),
      time: time(set.created_at),
    },
    ...(set.submitted_at === null
      ? []
      : [{ key: "submitted", icon: "arrow" as const, text: t("submitted"), time: time(set.submitted_at) }]),
    ...set.approvals.map(({ by, decision, reason, at, counts }) => ({
      key: `${by}${at}`,
      ...DECIDED[decision],
      text: t(`decided.${decision}`, { name: by }),
      detail: counts ? `“${reason}”` : t("earlier", { reason }),
      time: time(at),
    })),
    ...set.activations.toReversed().map(({ seq, why, by, at }) => ({
      key: String(seq),
      icon: why === "roll_back" ? ("back" as const) : ("check" as const),
      tone: "accent" as const,
      text: t(`activated.${why}`, { name: by ?? t("portal") }),
      time: time(at),
    })),
  ];
}

/** What a return to this version takes first. */
function RollBackNote({ set: { may, dry_run: run } }: { set: PolicySetView }) {
  const t = useTranslations("policies.side");
  if (!may.includes("roll_back")) return null;
  const isDone = run?.state === "done" && run.is_current;
  if (isDone && run.outcome === "proved") return null;
  return <p className="mb-6 text-control text-ink-2">{t(isDone ? "rollBackGains" : "rollBackFirst")}</p>;
}

/** Until when a change that gives access can still be stopped. */
function WaitNote({ set: { earliest, may } }: { set: PolicySetView }) {
  const t = useTranslations("policies.side");
  if (earliest === null || may.includes("activate")) return null;
  const time = () => <LocalTime instant={earliest} form="minute" />;
  return <p className="mb-3 text-control text-ink-2">{t.rich("waits", { time })}</p>;
}

/** Who did what on a version, what the reader may do next, and what happens if it goes wrong. */
export function Side({ set, canDraft }: { set: PolicySetView; canDraft: boolean }) {
  const t = useTranslations("policies.side");
  const items = useItems(set);
  const { may, state, needs } = set;
  const isMine = may.includes("decide");
  const hasActs = ["submit", "activate", "schedule", "withdraw", "roll_back"].some((one) =>
    may.some((act) => act === one),
  );
  return (
    <>
      <FactsSection title={isMine ? t("yours") : t("title")}>
        {isMine ? <p className="mb-3 text-control text-ink-2">{t("yoursText")}</p> : null}
        <Timeline items={items} />
        {state === "submitted" ? (
          <p className="mt-2 text-control text-ink-2">
            {t("needs", { needs: needs.includes("legal") ? "legal" : "one" })}
          </p>
        ) : null}
      </FactsSection>
      {isMine ? (
        <FactsSection title={t("decide")}>
          <Decision set={set} />
        </FactsSection>
      ) : null}
      {hasActs || canDraft ? (
        <FactsSection title={t("next")}>
          <WaitNote set={set} />
          <div className="flex flex-wrap gap-2">
            <SetActs set={set} />
            {canDraft ? <NewDraft basedOn={set.number} /> : null}
          </div>
        </FactsSection>
      ) : null}
      <RollBackNote set={set} />
      <FactsSection title={t("wrong")}>
        <p className="text-control text-ink-2">{t("wrongText")}</p>
      </FactsSection>
      <FactsSection title={t("details")}>
        <Facts
          facts={[
            { name: t("digest"), value: <Digest value={set.document_digest} label={t("digest")} /> },
            { name: t("version"), value: <Digest value={set.version} label={t("version")} /> },
            ...(set.end_reason === null ? [] : [{ name: t("endReason"), value: set.end_reason }]),
          ]}
        />
      </FactsSection>
    </>
  );
}
