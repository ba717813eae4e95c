import Link from "next/link";
import { useLocale, useTranslations } from "next-intl";
import { DayStrokes, SmallLine } from "@/components/chart/small-lines";
import { Twin } from "@/components/chart/twin";
import { Facts } from "@/components/ui/facts";
import { LocalTime } from "@/components/ui/local-time";
import { Table } from "@/components/ui/table";
import type { Figures } from "@/lib/api-client/operations/figures";
import { formatCount } from "@/lib/format";

const LINK = "underline decoration-line-2 underline-offset-4 hover:text-ink";
const DAY_MS = 86_400_000;
const DUE_DAYS = 90;

type Hour = Figures["log"]["hours"][number];

/** The log: how long it is, how fresh, and how long entries waited for their place over a day. */
export function LogFigures({ log }: Pick<Figures, "log">) {
  const t = useTranslations("operations.log");
  const locale = useLocale();
  const ms = (value: number): string => t("ms", { ms: value });
  const facts = (
    <Facts
      facts={[
        { name: t("entries"), value: formatCount(log.entries, locale) },
        { name: t("today"), value: formatCount(log.entries_today, locale) },
        {
          name: t("checkpoint"),
          value:
            log.last_checkpoint_at === null ? (
              t("never")
            ) : (
              <LocalTime instant={log.last_checkpoint_at} form="clock" />
            ),
        },
        { name: t("p99"), value: log.p99_ms === null ? t("notMeasured") : ms(log.p99_ms) },
      ]}
    />
  );
  return (
    <Twin
      title={t("title")}
      chart={
        <>
          {facts}
          {/* A line needs two points. */}
          {log.hours.length < 2 ? null : (
            <SmallLine label={t("label")} values={log.hours.map(({ p99_ms }) => p99_ms)} />
          )}
        </>
      }
      table={
        log.hours.length === 0 ? (
          <p className="py-2 text-control text-ink-2">{t("none")}</p>
        ) : (
          <>
            <Table<Hour>
              caption={t("caption")}
              rows={[...log.hours].reverse()}
              rowKey={({ hour }) => hour}
              columns={[
                {
                  key: "hour",
                  head: t("hour"),
                  isTitle: true,
                  cell: ({ hour }) => <LocalTime instant={hour} form="minute" />,
                },
                {
                  key: "count",
                  head: t("count"),
                  isNumber: true,
                  cell: ({ entries }) => formatCount(entries, locale),
                },
                { key: "p99", head: t("p99"), isNumber: true, cell: ({ p99_ms }) => ms(p99_ms) },
              ]}
            />
            <p className="mt-2 text-note text-ink-2">{t("sample")}</p>
          </>
        )
      }
    />
  );
}

/** Keys: how many are active, and which days rotate some. */
export function KeyFigures({ keys, at }: Pick<Figures, "keys" | "at">) {
  const t = useTranslations("operations.keys");
  const locale = useLocale();
  const today = Math.floor(Date.parse(at) / DAY_MS) * DAY_MS;
  const count = keys.due.reduce((sum, one) => sum + one.count, 0);
  const strokes = keys.due.map(({ day, count: due }) => ({
    key: day,
    offset: (Date.parse(`${day}T00:00:00Z`) - today) / DAY_MS,
    count: due,
  }));
  const facts = [
    { name: t("active"), value: formatCount(keys.active, locale) },
    { name: t("due"), value: formatCount(count, locale) },
    { name: t("running"), value: formatCount(keys.running, locale) },
    ...(keys.escrow_epoch === null ? [] : [{ name: t("epoch"), value: keys.escrow_epoch }]),
  ];
  return (
    <Twin
      title={t("title")}
      action={
        <Link href="/keys" prefetch={false} className={LINK}>
          {t("all")}
        </Link>
      }
      chart={
        <>
          <Facts facts={facts} />
          {strokes.length === 0 ? null : (
            <>
              <DayStrokes label={t("label")} days={strokes} length={DUE_DAYS} />
              <p aria-hidden="true" className="flex justify-between gap-3 text-ink-2 text-note">
                <span>{t("begin")}</span>
                <span>{t("end")}</span>
              </p>
            </>
          )}
        </>
      }
      table={
        keys.due.length === 0 ? (
          <p className="py-2 text-control text-ink-2">{t("none")}</p>
        ) : (
          <Table<Figures["keys"]["due"][number]>
            caption={t("caption")}
            rows={keys.due}
            rowKey={({ day }) => day}
            columns={[
              { key: "day", head: t("day"), isTitle: true, cell: ({ day }) => day },
              { key: "count", head: t("count"), isNumber: true, cell: ({ count: due }) => due },
            ]}
          />
        )
      }
    />
  );
}
