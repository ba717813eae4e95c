import { useFormatter, useTranslations } from "next-intl";
import { EntryLink } from "@/components/domain/entry-link";
import { roleKey } from "@/components/layout/role-words";
import { EndTime } from "@/components/ui/begin-and-end";
import type { IconName } from "@/components/ui/icon";
import { LocalTime } from "@/components/ui/local-time";
import type { Column } from "@/components/ui/table";
import { Tag, type Tone } from "@/components/ui/tag";
import type { Erasure } from "@/lib/audit/retention/erasure/schema";
import { AwaitErasure } from "./await-erasure";
import { ErasureActs } from "./erasure-acts";

type Shown = Erasure["state"] | "keptBack";

const LOOKS: Readonly<Record<Shown, { readonly tone: Tone; readonly icon: IconName }>> = {
  asked: { tone: "amber", icon: "clock" },
  agreed: { tone: "amber", icon: "clock" },
  keptBack: { tone: "oxblood", icon: "stop" },
  refused: { tone: "plain", icon: "cross" },
  done: { tone: "accent", icon: "check" },
};

const YEAR_DAYS = 365;

/** What keeps an agreed erasure back, and until when. */
function KeptBack({ item }: { item: Erasure }) {
  const t = useTranslations("keeping.erasures.keptBack");
  const keeping = useTranslations("keeping");
  const roles = useTranslations("portal.roles");
  const { kept_back: why, period, hold_until: hold, lost_duty: lost, try_after: next } = item;
  const time = (instant: string) => () => <LocalTime instant={instant} form="minute" />;
  if (why === null) return null;
  if (why === "date" && period !== null && next !== null) {
    const years = period.days % YEAR_DAYS === 0;
    const length = years
      ? keeping("years", { count: period.days / YEAR_DAYS })
      : keeping("days", { count: period.days });
    return t.rich("dateUntil", { role: roles(roleKey(period.role)), length, time: time(next) });
  }
  if (why === "hold" && hold !== null)
    return t.rich("holdUntil", { time: () => <EndTime instant={hold} form="day" before={t("until")} /> });
  if (why === "two_persons" && lost.length > 0) return t("lost", { people: lost.join(", ") });
  return t(why);
}

/** State of an erasure. For one that waits also for whom, or what keeps it back, and when it is tried next. */
function State({ item }: { item: Erasure }) {
  const t = useTranslations("keeping.erasures");
  const list = useFormatter();
  const isKept = item.state === "agreed" && item.kept_back !== null;
  const shown = isKept ? "keptBack" : item.state;
  const note = "block text-note text-ink-2";
  return (
    <span className="block tablet:max-w-[300px]">
      <Tag tone={LOOKS[shown].tone} icon={LOOKS[shown].icon}>
        {t(`states.${shown}`)}
      </Tag>
      {item.state === "asked" ? (
        <span className={note}>
          {item.waits_for.length === 0
            ? t("waitsForNone")
            : t("waitsFor", { people: list.list(item.waits_for, { type: "disjunction" }) })}
        </span>
      ) : null}
      {isKept ? (
        <span className={note}>
          <KeptBack item={item} />
        </span>
      ) : null}
      {isKept && item.try_after !== null && item.period === null ? (
        <span className={note}>
          {t.rich("tryAfter", { time: () => <LocalTime instant={item.try_after ?? ""} form="minute" /> })}
        </span>
      ) : null}
      {item.ended_at === null ? null : (
        <span className={note}>
          <LocalTime instant={item.ended_at} form="minute" />
        </span>
      )}
      {item.state === "agreed" && !isKept ? <AwaitErasure item={item} /> : null}
    </span>
  );
}

function Entry({ item }: { item: Erasure }) {
  const t = useTranslations("keeping.erasures");
  if (item.by_seq === null) return <span className="text-ink-3">{t("none")}</span>;
  return <EntryLink seq={item.by_seq} closedLog={item.closed_log} />;
}

/** Columns of the list of erasures. */
export function useErasureColumns(): Column<Erasure>[] {
  const t = useTranslations("keeping.erasures");
  return [
    { key: "person", head: t("columns.person"), isTitle: true, cell: (item) => item.subject },
    {
      key: "reason",
      head: t("columns.reason"),
      cell: (item) => <span className="break-words">{item.reason}</span>,
    },
    {
      key: "asked",
      head: t("columns.asked"),
      cell: (item) => (
        <>
          {item.asked_by}
          <span className="block text-note text-ink-2">
            <LocalTime instant={item.asked_at} form="minute" />
          </span>
        </>
      ),
    },
    {
      key: "agreed",
      head: t("columns.agreed"),
      isNamed: true,
      cell: (item) => item.agreed_by ?? <span className="text-ink-3">{t("notYet")}</span>,
    },
    { key: "entry", head: t("columns.entry"), isNumber: true, cell: (item) => <Entry item={item} /> },
    { key: "state", head: t("columns.state"), cell: (item) => <State item={item} /> },
    {
      key: "acts",
      head: t("columns.acts"),
      cell: (item) => <ErasureActs item={item} />,
    },
  ];
}
