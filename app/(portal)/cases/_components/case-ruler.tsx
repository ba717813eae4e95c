import { useLocale, useTranslations } from "next-intl";
import { type Bar, type BarLook, Ruler, type RulerRow } from "@/components/chart/ruler";
import { Twin } from "@/components/chart/twin";
import { useFieldNamer } from "@/components/domain/field-names";
import { EndTime, StartTime } from "@/components/ui/begin-and-end";
import { Table } from "@/components/ui/table";
import type { CaseDetail, CaseRequest } from "@/lib/access/cases/schema";
import { formatTime, lastDayOf } from "@/lib/format";

type Result = "draft" | "deciding" | "approved" | "narrowed" | "denied" | "withdrawn" | "lapsed";

function resultOf({ state, grant_id, is_narrowed }: CaseRequest): Result {
  if (state === "draft" || state === "withdrawn" || state === "denied")
    return state === "draft" ? "draft" : state;
  if (state === "expired_unreviewed") return "lapsed";
  if (grant_id === undefined) return "deciding";
  return is_narrowed ? "narrowed" : "approved";
}

const LOOK: Readonly<Record<Result, BarLook>> = {
  draft: "outline",
  deciding: "wash",
  approved: "wash",
  narrowed: "wash",
  denied: "denied",
  withdrawn: "outline",
  lapsed: "outline",
};

/** Returns the day as people name it, e.g. "20 Dec 2026"; of an end at midnight UTC its last day. */
function useDay(): (instant: string) => string {
  const locale = useLocale();
  return (instant) =>
    formatTime(lastDayOf(instant) ?? new Date(instant), { timeZone: "UTC", locale, form: "day" });
}

/** One line of the table: the same that a bar shows. */
interface Line {
  readonly key: string;
  readonly what: string;
  readonly from: string;
  /** Absent while it lasts. */
  readonly to: string | undefined;
  readonly note: string;
  /** The note without the days that the table has in columns of their own. */
  readonly noteInTable?: string;
  readonly look: BarLook;
}

function endOfRequest(request: CaseRequest): string | undefined {
  if (request.decided_at !== undefined) return request.decided_at;
  return request.waiting_for === undefined ? request.updated_at : undefined;
}

function useLines(shown: CaseDetail): Readonly<Record<"order" | "requests" | "access" | "holds", Line[]>> {
  const t = useTranslations("cases.detail");
  const locale = useLocale();
  const day = useDay();
  const namesOf = useFieldNamer();
  const begin = formatTime(new Date(shown.order.valid_from), { timeZone: "UTC", locale, form: "day" });
  return {
    order: [
      {
        ...{ key: "order", what: t("rows.order"), from: shown.order.valid_from, to: shown.order.valid_until },
        note: t("bars.order", { from: begin, to: day(shown.order.valid_until) }),
        noteInTable: t("bars.valid"),
        look: "outline",
      },
    ],
    requests: shown.requests.map((request) => ({
      ...{ key: request.id, what: request.reference, from: request.created_at, to: endOfRequest(request) },
      note: t(`results.${resultOf(request)}`),
      look: LOOK[resultOf(request)],
    })),
    access: shown.grants.map((grant) => ({
      ...{
        key: grant.id,
        what: grant.reference,
        from: grant.not_before,
        to: grant.revoked_at ?? grant.not_after,
      },
      note: t("bars.access", { records: grant.transactions.length, fields: namesOf(grant.fields) }),
      look: grant.state === "active" || grant.state === "pending" ? "fill" : "wash",
    })),
    holds: shown.holds.map((hold) => ({
      ...{ key: hold.id, what: t("rows.holds"), from: hold.from, to: hold.released_at ?? hold.until },
      note: t("bars.hold", { to: day(hold.released_at ?? hold.until) }),
      noteInTable: t("bars.held"),
      look: "hatched",
    })),
  };
}

function barOf({ key, from, to, note, look }: Line, nowMs: number): Bar {
  const start = Date.parse(from);
  return {
    key,
    from: start,
    to: Math.max(start, to === undefined ? nowMs : Date.parse(to)),
    label: note,
    look,
  };
}

/** The case over time: order, requests, access, openings and legal holds, as a chart and as a table. */
export function CaseRuler({ shown, nowMs }: { shown: CaseDetail; nowMs: number }) {
  const t = useTranslations("cases.detail");
  const lines = useLines(shown);
  const openings = shown.timeline.filter(({ kind }) => kind === "open" || kind === "saw_masked");
  const copies = shown.timeline.filter(({ kind }) => kind === "copy").length;
  const note = t("bars.openings", { count: openings.length, copies });
  const row = (key: "order" | "requests" | "access" | "holds"): RulerRow[] =>
    lines[key].length === 0
      ? []
      : [{ key, name: t(`rows.${key}`), bars: lines[key].map((line) => barOf(line, nowMs)) }];
  const marks = openings.map(({ at }, index) => ({ key: `${at} ${index}`, at: Date.parse(at) })).reverse();
  const opened: RulerRow[] =
    marks.length === 0 ? [] : [{ key: "openings", name: t("rows.openings"), bars: [], marks, note }];
  return (
    <Twin
      title={t("glance")}
      isWide
      chart={
        <Ruler
          label={t("ruler")}
          rows={[...row("order"), ...row("requests"), ...row("access"), ...opened, ...row("holds")]}
          nowMs={nowMs}
          now={t("now")}
        />
      }
      table={<Lines lines={Object.values(lines).flat()} caption={t("tableCaption")} />}
    />
  );
}

function Lines({ lines, caption }: { lines: readonly Line[]; caption: string }) {
  const t = useTranslations("cases.detail");
  return (
    <Table<Line>
      caption={caption}
      rows={lines}
      rowKey={({ key }) => key}
      columns={[
        { key: "what", head: t("what"), isTitle: true, cell: ({ what }) => what },
        { key: "note", head: t("note"), cell: (line) => line.noteInTable ?? line.note },
        { key: "from", head: t("from"), cell: ({ from }) => <StartTime instant={from} form="day" /> },
        {
          key: "to",
          head: t("to"),
          cell: ({ to }) => (to === undefined ? t("soFar") : <EndTime instant={to} form="day" look="bare" />),
        },
      ]}
    />
  );
}
