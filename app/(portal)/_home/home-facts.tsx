import Link from "next/link";
import { useTranslations } from "next-intl";
import { actOf } from "@/app/(portal)/_home/acts";
import { AccessInForce } from "@/components/domain/access-in-force";
import { EntryLink } from "@/components/domain/entry-link";
import { EndTime } from "@/components/ui/begin-and-end";
import { LocalTime } from "@/components/ui/local-time";
import { FactsSection } from "@/components/ui/section";
import { Unbroken } from "@/components/ui/unbroken";
import { RequestState } from "@/lib/access/requests/schema";
import type { Principal } from "@/lib/context/principal";
import type { Home, News, OwnEntry } from "@/lib/home/schema";

/** A stage that was passed, and events without words here, show the state that followed. */
const REQUEST_EVENTS = [
  "deny",
  "ask",
  "answer",
  "comment",
  "checked",
  "withdraw",
  "activate",
  "revoke",
  "expire",
  "overdue",
  "lapse",
  "extend",
  "object",
  "answer_partly",
  "escalate",
  "exhaust",
  "remind",
  "release",
] as const;
const DISPUTE_EVENTS = ["open", "take", "end"] as const;
const STATUSES = ["created", "processing", "completed", "settled", "failed", "disputed"] as const;

function known<const T extends string>(names: readonly T[], name: string): T | undefined {
  return names.find((one) => one === name);
}

function useNewsText(): (news: News) => string {
  const t = useTranslations("home");
  const statuses = useTranslations("transactions.status");
  const states = useTranslations("domain.requestStates");
  return ({ kind, reference, event, state }) => {
    if (kind === "request") {
      const key = known(REQUEST_EVENTS, event);
      if (key !== undefined) return t(`news.request.${key}`, { reference });
      const now = RequestState.safeParse(state).data;
      if (now === undefined) return t("news.request.other", { reference });
      return t("news.request.now", { reference, state: states(now) });
    }
    if (kind === "dispute") return t(`news.dispute.${known(DISPUTE_EVENTS, event) ?? "end"}`, { reference });
    const status = known(STATUSES, state ?? "");
    if (status === undefined) return t("news.transaction.other", { reference });
    return t("news.transaction.status", { reference, state: statuses(status) });
  };
}

const PLACES = { request: "/requests", transaction: "/transactions", dispute: "/disputes" } as const;

function NewsSection({ home }: { home: Home }) {
  const t = useTranslations("home");
  const text = useNewsText();
  const note =
    home.last_here_at === undefined ? undefined : <LocalTime instant={home.last_here_at} form="day" />;
  return (
    <FactsSection title={t(note === undefined ? "news.first" : "news.title")} note={note}>
      {home.news.length === 0 ? <p className="text-control text-ink-2">{t("news.none")}</p> : null}
      <ul>
        {home.news.map((news) => (
          <li key={`${news.at}${news.id}${news.event}`} className="flex gap-4 py-[5px] text-control">
            <span className="w-[88px] shrink-0 text-ink-2">
              <LocalTime instant={news.at} form="day" />
            </span>
            <Link
              href={`${PLACES[news.kind]}/${news.id}`}
              prefetch={false}
              className="min-w-0 break-words underline-offset-4 hover:underline"
            >
              <Unbroken>{text(news)}</Unbroken>
            </Link>
          </li>
        ))}
      </ul>
    </FactsSection>
  );
}

interface NextDate {
  readonly at: string;
  readonly kind: "access" | "answer" | "review";
  readonly reference: string;
  readonly href: string;
}

const SHOWN_DATES = 5;

/** Returns the next dates: ends of access, answers that the reader waits for, and reviews of the team. */
function nextDatesOf({ in_force, with_others, team, at }: Home): NextDate[] {
  const dates: NextDate[] = [
    ...in_force.map((one) => ({
      ...({
        at: one.not_after,
        kind: "access",
        reference: one.reference,
        href: `/grants/${one.id}`,
      } as const),
    })),
    ...with_others.flatMap(({ response_due_at: due, reference, id }) =>
      due === undefined ? [] : [{ at: due, kind: "answer", reference, href: `/requests/${id}` } as const],
    ),
    ...team.flatMap(({ due_at: due, reference, id }) =>
      due === undefined ? [] : [{ at: due, kind: "review", reference, href: `/requests/${id}` } as const],
    ),
  ];
  return dates
    .filter((one) => Date.parse(one.at) > Date.parse(at))
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
    .slice(0, SHOWN_DATES);
}

function NextDates({ home }: { home: Home }) {
  const t = useTranslations("home.dates");
  const dates = nextDatesOf(home);
  if (dates.length === 0) return null;
  return (
    <FactsSection title={t("title")}>
      <ul>
        {dates.map(({ at, kind, reference, href }) => (
          <li key={`${kind} ${href}`} className="flex gap-4 py-[5px] text-control">
            <span className="w-[88px] shrink-0 text-ink-2">
              <EndTime instant={at} form="day" look="bare" />
            </span>
            <Link
              href={href}
              prefetch={false}
              className="min-w-0 break-words underline-offset-4 hover:underline"
            >
              <Unbroken>{t(kind, { reference })}</Unbroken>
            </Link>
          </li>
        ))}
      </ul>
    </FactsSection>
  );
}

const READERS: readonly string[] = ["auditor", "regulator", "coordinator"];

function EntryRow({ entry, mayRead }: { entry: OwnEntry; mayRead: boolean }) {
  const t = useTranslations("home");
  const act = actOf(entry.action);
  const words = entry.seq === undefined ? t("entries.waiting") : t("entries.entry", { seq: entry.seq });
  return (
    <li className="flex justify-between gap-x-4 py-[5px] text-control">
      <span className="min-w-0 break-words">
        {act === undefined ? <span className="font-mono">{entry.action}</span> : t(`acts.${act}`)}
        <span className="block text-ink-2 text-note">
          <LocalTime instant={entry.at} form="minute" />
        </span>
      </span>
      <span className="shrink-0 text-ink-2">
        {mayRead && entry.seq !== undefined ? (
          <EntryLink seq={entry.seq} closedLog={entry.closed_log}>
            {words}
          </EntryLink>
        ) : (
          words
        )}
      </span>
    </li>
  );
}

/** The facts column: the access that ends next, what others did, and what the log recorded about the reader. */
export function HomeFacts({ home, principal }: { home: Home; principal: Principal }) {
  const t = useTranslations("home");
  const own = home.in_force.find((grant) => grant.holder === principal.handle);
  return (
    <>
      {own === undefined ? null : (
        <FactsSection
          title={t("grant.yours")}
          note={
            <Link href={`/grants/${own.id}`} prefetch={false} className="underline underline-offset-4">
              {own.reference}
            </Link>
          }
        >
          <AccessInForce grant={own} nowMs={Date.parse(home.at)} />
        </FactsSection>
      )}
      <NextDates home={home} />
      <NewsSection home={home} />
      <FactsSection title={t("entries.title")}>
        {home.entries.length === 0 ? <p className="text-control text-ink-2">{t("entries.none")}</p> : null}
        <ul>
          {home.entries.map((entry) => (
            <EntryRow key={entry.entry_id} entry={entry} mayRead={READERS.includes(principal.role)} />
          ))}
        </ul>
      </FactsSection>
      <FactsSection title={t("grant.help")}>
        <p className="text-control text-ink-2">{t("grant.helpText")}</p>
        <Link href="/help" prefetch={false} className="text-control underline underline-offset-4">
          {t("grant.helpLink")}
        </Link>
      </FactsSection>
    </>
  );
}
