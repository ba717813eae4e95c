import { useTranslations } from "next-intl";
import type { IconName } from "@/components/ui/icon";
import { LocalTime } from "@/components/ui/local-time";
import { Section } from "@/components/ui/section";
import { Timeline, type TimelineItem } from "@/components/ui/timeline";
import type { RequestView } from "@/lib/access/requests/answer-schema";

const KINDS = [
  "create",
  "submit",
  "check",
  "checked",
  "refuse_document",
  "approve",
  "deny",
  "ask",
  "answer",
  "comment",
  "activate",
  "expire",
  "revoke",
  "exhaust",
  "close",
  "withdraw",
  "overdue",
  "release",
  "resume",
  "lapse",
  "extend",
  "end_co_viewer",
  "object",
  "answer_partly",
  "escalate",
  "remind",
  "continue",
] as const;
type Kind = (typeof KINDS)[number];

const LOOKS: Readonly<
  Partial<Record<Kind, { readonly icon: IconName; readonly tone: TimelineItem["tone"] }>>
> = {
  approve: { icon: "tick", tone: "accent" },
  activate: { icon: "grant", tone: "accent" },
  deny: { icon: "stop", tone: "oxblood" },
  revoke: { icon: "stop", tone: "oxblood" },
  withdraw: { icon: "back", tone: "ink" },
  ask: { icon: "comment", tone: "amber" },
  answer: { icon: "comment", tone: "ink" },
  comment: { icon: "comment", tone: "ink" },
  overdue: { icon: "clock", tone: "amber" },
  escalate: { icon: "clock", tone: "amber" },
  extend: { icon: "clock", tone: "ink" },
  end_co_viewer: { icon: "stop", tone: "ink" },
  object: { icon: "stop", tone: "amber" },
  lapse: { icon: "stop", tone: "ink" },
  remind: { icon: "clock", tone: "ink" },
  release: { icon: "tick", tone: "accent" },
  submit: { icon: "request", tone: "ink" },
};

type Event = RequestView["timeline"][number];

/** The steps that the program makes on its own within one act say nothing that their neighbours do not. */
const SILENT: ReadonlySet<string> = new Set(["check"]);

/** An approval after an answer that only restored the stage, as versions before this one wrote it. */
function isRestored(event: Event, before: Event | undefined): boolean {
  return event.kind === "approve" && before?.kind === "answer" && before.at === event.at;
}

/** The words for an event: an approval that narrowed has its own, and so has a request without an order to check. */
function wordFor(request: RequestView, { by, from_state: from }: Event, kind: Kind | undefined) {
  if (kind === "resume" && from === "partial") return "whole";
  if (kind === "resume" && from === "objected") return "settled";
  if (kind === "checked" && request.authorization === undefined) return "checkedNothing";
  if (kind === "checked" && request.authorization?.document?.scan === "not scanned") return "received";
  if (kind !== "approve") return kind ?? "other";
  const isNarrowed = request.decisions.some(
    (one) => one.narrowed && one.decision === "approve" && one.approver.handle === by,
  );
  return isNarrowed ? "narrow" : "approve";
}

const SHOWN = 4;

/** What happened to the request, newest first; the beginning is folded away. */
export function RequestTimeline(props: {
  request: RequestView;
  /** The reader's handle; a printout has no reader. */
  person?: string;
  isWhole?: boolean;
}) {
  const { request, person, isWhole = false } = props;
  const t = useTranslations("review");
  const events = request.timeline.filter(
    (event, index) => !SILENT.has(event.kind) && !isRestored(event, request.timeline[index - 1]),
  );
  const items = events.map((event, index) => itemOf(event, index)).reverse();
  function itemOf(event: Event, index: number): TimelineItem {
    const kind = KINDS.find((one) => one === event.kind);
    const look = kind === undefined ? undefined : LOOKS[kind];
    const name = event.by_name ?? "Sealport";
    const stage = t(`stages.${event.from_state === "stage_2" ? "coordinator" : "legal"}`);
    const own = person !== undefined && event.by === person ? "yes" : "no";
    const word = wordFor(request, event, kind);
    const text = t(`timeline.${word}`, { name, stage, own });
    return {
      key: `${event.at}-${event.kind}-${index}`,
      icon: look?.icon ?? (word === "received" ? "request" : "check"),
      tone: look?.tone ?? "ink",
      text,
      ...(event.comment === undefined ? {} : { detail: event.comment }),
      time: <LocalTime instant={event.at} form="minute" />,
    };
  }
  const rest = isWhole ? [] : items.slice(SHOWN);
  return (
    <Section title={t("timeline.title")} count={items.length}>
      <Timeline items={isWhole ? items : items.slice(0, SHOWN)} />
      {rest.length === 0 ? null : (
        <details>
          <summary className="min-h-[24px] cursor-pointer py-1 text-control text-ink-2 underline underline-offset-4">
            {t("timeline.all", { count: items.length })}
          </summary>
          <Timeline items={rest} />
        </details>
      )}
    </Section>
  );
}
