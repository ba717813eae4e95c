import { useLocale, useTranslations } from "next-intl";
import { Icon } from "@/components/ui/icon";
import { LocalTime } from "@/components/ui/local-time";
import { type Column, Table } from "@/components/ui/table";
import type { EventItem } from "@/lib/audit/schema";
import { formatCount } from "@/lib/format";
import { itemSentenceOf, type RecordNames, subjectOf } from "../entry/event-sentence";
import { ActionName, Actor, SubjectName } from "../entry/names";
import { PartFacts } from "../entry/part-facts";
import type { PartKnowledge } from "../entry/part-value";
import { Outcome, PurposeName, Sentence } from "../entry/sentence";

/** Shows that an entry counts several failures of its minute: ×N, and in words for screen readers. */
function BundleCount({ count }: { count: number | undefined }) {
  const t = useTranslations("audit.list");
  const locale = useLocale();
  if (count === undefined || count < 2) return null;
  const words = t("bundled", { count });
  return (
    <span title={words} className="ml-2 whitespace-nowrap font-medium">
      <span aria-hidden="true">×{formatCount(count, locale)}</span>
      <span className="sr-only">{words}</span>
    </span>
  );
}

/**
 * The number of an entry, or that it waits for one; a clock where no signed checkpoint covers it yet. What waited when its
 * log was closed waits for nothing any more.
 */
function Seq(props: { seq: number | null; signedSize: number; isClosed: boolean }) {
  const { seq } = props;
  const t = useTranslations("audit.list");
  const locale = useLocale();
  if (seq === null)
    return (
      <span className="inline-flex items-center gap-2 font-normal text-amber">
        <Icon name={props.isClosed ? "warning" : "clock"} className="size-[14px]" />
        {t(props.isClosed ? "notInTree" : "waiting")}
      </span>
    );
  if (seq < props.signedSize) return <>{formatCount(seq, locale)}</>;
  const words = t(props.isClosed ? "neverSigned" : "unsigned");
  return (
    <span className="inline-flex items-center gap-2" title={words}>
      {formatCount(seq, locale)}
      <Icon name={props.isClosed ? "warning" : "clock"} className="size-[14px] text-amber" />
      <span className="sr-only">{words}</span>
    </span>
  );
}

/** When an entry was written; in a narrow list on two lines. */
function Time({ at, isBeside }: { at: string; isBeside: boolean }) {
  if (!isBeside) return <LocalTime instant={at} />;
  return (
    <>
      <span className="block">
        <LocalTime instant={at} form="day" />
      </span>
      <span className="block">
        <LocalTime instant={at} form="clock" />
      </span>
    </>
  );
}

/** What happened, as a sentence, with the details below it where they were asked for. */
function What({ event, names, people = {} }: { event: EventItem } & Pick<EventColumns, "names" | "people">) {
  const { details } = event;
  return (
    <div className="min-w-0">
      <span className="block">
        <Sentence happening={itemSentenceOf(event, names)} />
        <BundleCount count={event.count} />
      </span>
      {details === undefined ? null : (
        <div className="mt-1 max-w-[640px] print:break-inside-avoid">
          <PartFacts members={details} known={{ people, records: names }} />
        </div>
      )}
    </div>
  );
}

/** What the columns of the list need to know of it. */
export interface EventColumns {
  readonly signedSize: number;
  /** Whether the log is closed: what is not signed there never will be. */
  readonly isClosed: boolean;
  readonly names: RecordNames;
  /** People whom details may name; needed where the list has details. */
  readonly people?: PartKnowledge["people"] | undefined;
  /** Whether an entry is open next to the list. Rows are then narrower, so that the drawer covers no column. */
  readonly isBeside?: boolean;
}

/**
 * Columns that are shown on request. The sentence names record and person; the action's code is for programs, and in the
 * opened entry.
 */
function useFurtherColumns(names: RecordNames): Column<EventItem>[] {
  const t = useTranslations("audit.list");
  const none = <span className="text-ink-3">{t("none")}</span>;
  return [
    {
      key: "actor",
      head: t("actor"),
      isExtra: true,
      cell: ({ actor, actor_name, actor_organisation }) => (
        <Actor actor={actor} name={actor_name} organisation={actor_organisation} />
      ),
    },
    {
      key: "subject",
      head: t("subject"),
      isExtra: true,
      cell: (event) => {
        const subject = subjectOf(event.action, event, names);
        return subject === undefined ? none : <SubjectName subject={subject} />;
      },
    },
    {
      key: "purpose",
      head: t("purpose"),
      isExtra: true,
      cell: ({ purpose }) => (purpose === null ? none : <PurposeName purpose={purpose} />),
    },
    {
      key: "action",
      head: t("action"),
      isExtra: true,
      cell: ({ action }) => <ActionName action={action} />,
    },
  ];
}

/** The columns of the log's list. */
export function useEventColumns(props: EventColumns): readonly Column<EventItem>[] {
  const t = useTranslations("audit.list");
  const { isBeside = false, signedSize, isClosed, names, people = {} } = props;
  return [
    {
      key: "seq",
      head: t("entry"),
      isTitle: true,
      cell: ({ seq }) => <Seq seq={seq} signedSize={signedSize} isClosed={isClosed} />,
    },
    { key: "at", head: t("time"), cell: ({ at }) => <Time at={at} isBeside={isBeside} /> },
    {
      key: "what",
      head: t("what"),
      isProse: true,
      cell: (event) => <What event={event} names={names} people={people} />,
    },
    ...useFurtherColumns(names),
    { key: "outcome", head: t("outcome"), cell: ({ outcome }) => <Outcome outcome={outcome} /> },
  ];
}

/** Entries of the log in rows. `href` leads to an entry's details; without it the rows are for reading only. */
export function EventTable(props: {
  events: readonly EventItem[];
  columns: readonly Column<EventItem>[];
  href?: (seq: number) => string;
  current?: number | undefined;
}) {
  const t = useTranslations("audit.list");
  const isTall = props.events.some(({ details }) => details !== undefined);
  const columns = isTall
    ? props.columns.map((column) => ({ ...column, className: `tablet:!align-top ${column.className ?? ""}` }))
    : props.columns;
  return (
    <Table
      caption={t("caption")}
      columns={columns}
      rows={props.events}
      rowKey={(event) => event.entry_id}
      href={({ seq }) => (seq === null ? undefined : props.href?.(seq))}
      isCurrent={({ seq }) => seq !== null && seq === props.current}
    />
  );
}
