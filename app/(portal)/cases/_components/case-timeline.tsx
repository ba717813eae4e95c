import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { EntryLink } from "@/components/domain/entry-link";
import { useFieldNames } from "@/components/domain/field-names";
import type { IconName } from "@/components/ui/icon";
import { LocalTime } from "@/components/ui/local-time";
import { EmptyState } from "@/components/ui/states";
import { Timeline, type TimelineItem } from "@/components/ui/timeline";
import { Unbroken } from "@/components/ui/unbroken";
import { Views } from "@/components/ui/views";
import { type CaseDetail, type CaseEvent, TimelineGroup } from "@/lib/access/cases/schema";

/** The filters of the timeline. What became of the requests themselves is under everything only. */
const SHOWN = ["everything", ...TimelineGroup.options.filter((group) => group !== "requests")] as const;
type Shown = (typeof SHOWN)[number];

export function shownOf(text: string | readonly string[] | undefined): Shown {
  return SHOWN.find((one) => one === text) ?? "everything";
}

const KINDS = [
  "create",
  "submit",
  "approve",
  "narrow",
  "deny",
  "ask",
  "answer",
  "comment",
  "revoke",
  "withdraw",
  "extend",
  "end_co_viewer",
  "object",
  "answer_partly",
  "continue",
  "open",
  "saw_masked",
  "open_failed",
  "copy",
  "evidence",
  "hold",
  "activate",
  "expire",
  "exhaust",
  "close",
  "overdue",
  "release",
  "resume",
  "lapse",
  "escalate",
  "remind",
  "refuse_document",
  "export",
  "release_hold",
] as const;

const ICONS: Readonly<Record<CaseEvent["group"], IconName>> = {
  requests: "request",
  decisions: "tick",
  openings: "open",
  evidence: "download",
  messages: "comment",
  holds: "lock",
};

const TONES: Readonly<Record<string, TimelineItem["tone"]>> = {
  approve: "accent",
  narrow: "accent",
  activate: "accent",
  open: "accent",
  deny: "oxblood",
  revoke: "oxblood",
  open_failed: "oxblood",
  overdue: "amber",
};

function EventText({ event, handle }: { event: CaseEvent; handle: string }) {
  const t = useTranslations("cases.events");
  const fields = useFieldNames(event.fields ?? []);
  const kind = KINDS.find((one) => one === event.kind);
  if (kind === undefined) return <>{event.kind}</>;
  const who = (name: ReactNode) => <strong className="font-semibold">{name}</strong>;
  return (
    <Unbroken>
      {t.rich(kind, {
        who,
        own: event.by?.handle === handle ? "yes" : "no",
        name: event.by?.name ?? "Sealport",
        reference: event.request?.reference ?? "",
        job: event.job_id ?? "",
        count: event.count ?? 0,
        fields,
      })}
    </Unbroken>
  );
}

/** An entry is in the tree within seconds. One without a number after that is not visible to the reader. */
const SETTLED_MS = 60_000;

function isHidden({ entry, at }: CaseEvent, nowMs: number): boolean {
  return entry === undefined && nowMs - Date.parse(at) >= SETTLED_MS;
}

function EntryOf({ event, nowMs }: { event: CaseEvent; nowMs: number }) {
  const t = useTranslations("cases.detail");
  const { entry } = event;
  // What is hidden from the reader is said once, above the list.
  if (entry === undefined)
    return isHidden(event, nowMs) ? null : <span className="text-note">{t("pending")}</span>;
  return (
    <>
      <span className="sr-only">{t("entry", { seq: "" })}</span>
      <EntryLink seq={entry.seq} closedLog={entry.closed_log} />
    </>
  );
}

/** What happened in the case, newest first, each line with its entry of the log. The filter is in the address. */
export function CaseTimeline({
  shown,
  show,
  handle,
  nowMs,
}: {
  shown: CaseDetail;
  show: Shown;
  handle: string;
  nowMs: number;
}) {
  const t = useTranslations("cases.detail");
  const of = (one: Shown): readonly CaseEvent[] =>
    one === "everything" ? shown.timeline : shown.timeline.filter(({ group }) => group === one);
  const events = of(show);
  const views = SHOWN.map((one) => ({
    key: one,
    label: t(`show.${one}`),
    count: of(one).length,
    href: one === "everything" ? `/cases/${shown.id}` : `/cases/${shown.id}?show=${one}`,
  }));
  return (
    <section aria-label={t("timeline")} className="mt-8">
      <Views label={t("filters")} views={views} current={show} />
      {events.some((event) => isHidden(event, nowMs)) ? (
        <p className="mt-3 text-control text-ink-2">{t("hiddenEntries")}</p>
      ) : null}
      {events.length === 0 ? (
        <EmptyState title={t("nothing.title")} text={t("nothing.text")} />
      ) : (
        <Timeline
          items={events.map((event, index) => ({
            key: `${event.at} ${event.kind} ${index}`,
            icon: event.kind === "deny" || event.kind === "revoke" ? "stop" : ICONS[event.group],
            tone: TONES[event.kind] ?? "ink",
            text: <EventText event={event} handle={handle} />,
            ...(event.comment === undefined ? {} : { detail: event.comment }),
            time: (
              <span className="flex justify-between gap-4">
                <LocalTime instant={event.at} form="minute" />
                <span className="min-w-[7ch] text-right">
                  <EntryOf event={event} nowMs={nowMs} />
                </span>
              </span>
            ),
          }))}
        />
      )}
    </section>
  );
}
