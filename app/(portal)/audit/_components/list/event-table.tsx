import { useLocale, useTranslations } from "next-intl";
import { Fragment } from "react";
import { Icon } from "@/components/ui/icon";
import { LocalTime } from "@/components/ui/local-time";
import { type Column, Table } from "@/components/ui/table";
import { actionKey } from "@/lib/audit/labels";
import type { EventItem } from "@/lib/audit/schema";
import { formatCount } from "@/lib/format";
import { subjectOf } from "../entry/event-sentence";
import { Actor, SubjectName } from "../entry/names";
import { Outcome } from "../entry/sentence";

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

/** What an action is called. One that this version does not write has only its name. */
function ActionWords({ action }: { action: string }) {
  const t = useTranslations("actions.labels");
  const key = actionKey(action);
  return key === undefined ? null : t(key);
}

/** An action, which may break behind its dots. */
function ActionName({ action }: { action: string }) {
  const [first = "", ...rest] = action.split(".");
  return (
    <>
      {first}
      {rest.map((word) => (
        <Fragment key={word}>
          .<wbr />
          {word}
        </Fragment>
      ))}
    </>
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

/** Entries of the log in rows. `href` leads to an entry's details; without it the rows are for reading only. */
export function EventTable(props: {
  events: readonly EventItem[];
  signedSize: number;
  /** Whether the log is closed: what is not signed there never will be. */
  isClosed: boolean;
  href?: (seq: number) => string;
  current?: number | undefined;
  /** Whether an entry is open next to the list. Rows are then narrower, so that the drawer covers no column. */
  isBeside?: boolean;
}) {
  const t = useTranslations("audit.list");
  const { isBeside = false } = props;
  const columns: Column<EventItem>[] = [
    {
      key: "seq",
      head: t("entry"),
      isTitle: true,
      cell: ({ seq }) => <Seq seq={seq} signedSize={props.signedSize} isClosed={props.isClosed} />,
    },
    { key: "at", head: t("time"), cell: ({ at }) => <Time at={at} isBeside={isBeside} /> },
    {
      key: "action",
      head: t("action"),
      cell: ({ action, count }) => (
        <>
          <span className="block">
            <ActionWords action={action} />
            <BundleCount count={count} />
          </span>
          <span className="block text-ink-2 text-note">
            <ActionName action={action} />
          </span>
        </>
      ),
    },
    {
      key: "actor",
      head: t("actor"),
      cell: ({ actor, actor_name, actor_organisation }) => (
        <Actor actor={actor} name={actor_name} organisation={actor_organisation} />
      ),
    },
    {
      key: "subject",
      head: t("subject"),
      // The open entry names its own; on a wide screen there is room for all of them.
      className: isBeside ? "facts:max-[80rem]:hidden" : "",
      cell: (event) => {
        const subject = subjectOf(event.action, event);
        return subject === undefined ? (
          <span className="text-ink-3">{t("none")}</span>
        ) : (
          <SubjectName subject={subject} />
        );
      },
    },
    { key: "outcome", head: t("outcome"), cell: ({ outcome }) => <Outcome outcome={outcome} /> },
  ];
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
