import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { hrefOf, lookOf } from "@/app/(portal)/_home/need-links";
import { topicOf } from "@/components/domain/alert-topics";
import { jobWords } from "@/components/domain/job-names";
import { openingCallOf } from "@/components/opening/opening-call";
import { OpenGrantButton } from "@/components/opening/opening-host";
import { EndTime } from "@/components/ui/begin-and-end";
import { ButtonLink } from "@/components/ui/button-link";
import { Countdown } from "@/components/ui/countdown";
import { Icon } from "@/components/ui/icon";
import { LocalTime } from "@/components/ui/local-time";
import { Unbroken } from "@/components/ui/unbroken";
import { kindOf } from "@/lib/alerts/catalogue";
import type { Principal } from "@/lib/context/principal";
import { isMidnight, orderName } from "@/lib/format";
import type { Need } from "@/lib/home/schema";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Returns a length of time in its largest unit, rounded down, so that time left is never overstated. */
function spanOf(ms: number): { readonly unit: "minutes" | "hours" | "days"; readonly n: number } {
  const length = Math.abs(ms);
  if (length >= 2 * DAY) return { unit: "days", n: Math.floor(length / DAY) };
  if (length >= HOUR) return { unit: "hours", n: Math.floor(length / HOUR) };
  return { unit: "minutes", n: Math.floor(length / MINUTE) };
}

const DAY_MS = 86_400_000;
/** Whose time runs out, and not whose answer is owed. */
const ENDING: readonly Need["kind"][] = [
  "agreement",
  "roster",
  "api_key_ends",
  "access_ends",
  "access_new",
  "key_recovery",
  "key_proof",
];

/** The name of a task's date: the two dates of a request are never confused. */
function dueWordOf(kind: Need["kind"]): "ends" | "review" | "answer" | "due" {
  if (kind === "decide") return "review";
  if (kind === "escalated" || kind === "answer_overdue") return "answer";
  return ENDING.includes(kind) ? "ends" : "due";
}

function useSpan(): (ms: number) => string {
  const t = useTranslations("home.span");
  return (ms) => {
    const { unit, n } = spanOf(ms);
    return t(unit, { n });
  };
}

/** Shows how long is left and the deadline, e.g. "21 h late" above "due 24 Nov, 17:00 CET". */
function NeedTime({ need, nowMs }: { need: Need; nowMs: number }) {
  const t = useTranslations("home");
  const span = useSpan();
  const { due_at: due, at } = need;
  const time = (instant: string) => () => (
    <LocalTime
      instant={instant}
      form={Math.abs(Date.parse(instant) - nowMs) < DAY_MS / 2 ? "hour" : "minute"}
    />
  );
  const pair = (strong: ReactNode, weak: ReactNode, tone = "") => (
    <p className="text-control">
      <span className={`font-semibold ${tone}`}>{strong}</span>{" "}
      <span className="text-ink-2 tablet:block">{weak}</span>
    </p>
  );
  if (need.kind === "draft") return pair(t("needs.draft.word"), t.rich("time.saved", { at: time(at) }));
  const ago = nowMs - Date.parse(at);
  if (due === undefined)
    return ago < MINUTE
      ? pair(t("time.now"), null)
      : pair(t("time.since", { span: span(ago) }), t.rich("time.from", { at: time(at) }));
  const left = Date.parse(due) - nowMs;
  const isLate = left <= 0;
  const word = dueWordOf(need.kind);
  const end = () => (
    <EndTime instant={due} look="bare" form={word === "ends" && left >= DAY ? "day" : "minute"} />
  );
  // An end that is days away needs no minute, which its title has. A deadline keeps its hour.
  const when = isLate || (!isMidnight(due) && left < DAY) ? time(due) : end;
  if (need.kind === "access_ends")
    return pair(<Countdown until={due} nowMs={nowMs} />, t.rich("time.ends", { at: when }), "text-amber");
  return pair(
    t(isLate ? "time.late" : "time.left", { span: span(left) }),
    t.rich(`time.${word}`, { at: when }),
    isLate ? "text-oxblood" : left < DAY_MS ? "text-amber" : "",
  );
}

const MAX_QUOTE = 140;

function quote(text: string | undefined): string {
  if (text === undefined) return "";
  const flat = text.replaceAll(/\s+/g, " ").trim();
  return flat.length > MAX_QUOTE ? `${flat.slice(0, MAX_QUOTE - 1)}…` : flat;
}

interface Sentence {
  readonly title: string;
  readonly text: string;
  readonly act: string;
  /** What the button adds for screen readers. */
  readonly reference: string;
}

function numbersOf({ transactions = 0, opened = 0, views_left: viewsLeft = 0 }: Need["facts"]) {
  return { transactions, opened, viewsLeft };
}

function wordsOf({
  person = "",
  organisation = "",
  party = "",
  job = "",
  text,
  is_taken,
  is_masked,
}: Need["facts"]) {
  return {
    person,
    organisation,
    party,
    job,
    text: quote(text),
    taken: is_taken === true ? "yes" : "no",
    masked: is_masked === true ? "yes" : "no",
  };
}

function useSentence(): (need: Need) => Sentence {
  const t = useTranslations("home");
  const kinds = useTranslations("domain.instruments");
  const alerts = useTranslations("alertsPage.topics");
  const jobs = useTranslations("administration.background.jobs.names");
  return ({ kind, reference: called, facts }) => {
    const { authority } = facts;
    const about = facts.person === undefined ? "" : ` (${facts.person})`;
    const reference =
      kind === "alert"
        ? `${alerts(`${topicOf(kindOf(called))}.title`, { job: jobWords(called, jobs) })}${about}`
        : called;
    const named =
      authority === undefined ? t("noAuthority") : orderName(kinds(authority.kind), authority.case_number);
    const hasAuthority = authority === undefined ? "no" : "yes";
    const values = {
      ...numbersOf(facts),
      ...wordsOf(facts),
      stage: facts.stage ?? "other",
      state: facts.state ?? "other",
      reference,
      authority: kind === "draft" ? hasAuthority : named,
      grant: authority === undefined ? reference : `${reference} (${named})`,
    };
    return {
      title: t(`needs.${kind}.title`, values),
      text: t(`needs.${kind}.text`, values),
      act: t(`needs.${kind}.act`, values),
      reference,
    };
  };
}

interface ListProps {
  readonly needs: readonly Need[];
  readonly nowMs: number;
  readonly principal: Pick<Principal, "role" | "name">;
}

/** The one thing to do about a task. Granted fields open right here; all else has a page of its own. */
function NeedAct({
  need,
  act,
  reference,
  isFirst,
  principal,
}: { need: Need; isFirst: boolean } & Pick<Sentence, "act" | "reference"> & Pick<ListProps, "principal">) {
  const look = isFirst ? "primary" : "secondary";
  const words = (
    <>
      {act}
      <span className="sr-only">: {reference}</span>
    </>
  );
  if (need.kind === "access_new" || need.kind === "access_ends") {
    const { role, name: personName } = principal;
    const request = { grantId: need.subject.id, via: openingCallOf(role), personName };
    return (
      <OpenGrantButton request={request} look={look} size="bar" className="tablet:w-full">
        {words}
      </OpenGrantButton>
    );
  }
  return (
    <ButtonLink href={hrefOf(need)} look={look} size="bar" className="tablet:w-full">
      {words}
    </ButtonLink>
  );
}

/** What waits for the reader: glyph, sentence, time, and the one thing to do about it. The first is the page's primary. */
export function NeedList({ needs, nowMs, principal }: ListProps) {
  const t = useTranslations("home");
  const sentence = useSentence();
  return (
    <ol aria-label={t("label")} className="border-ink border-t">
      {needs.map((need, index) => {
        const { icon, tone } = lookOf(need);
        const { title, text, act, reference } = sentence(need);
        return (
          <li
            key={`${need.kind}-${need.subject.id}`}
            className="grid grid-cols-[16px_minmax(0,1fr)] gap-x-5 border-line border-b py-3 tablet:grid-cols-[16px_minmax(0,1fr)_210px_150px] tablet:items-start"
          >
            <Icon name={icon} className={`mt-[3px] self-start ${tone}`} />
            <div className="min-w-0">
              <h2 className="font-semibold text-body">
                <Unbroken>{title}</Unbroken>
              </h2>
              <p className="break-words text-control text-ink-2">
                <Unbroken>{text}</Unbroken>
              </p>
            </div>
            <div className="col-start-2 mt-1 tablet:col-start-auto tablet:mt-0">
              <NeedTime need={need} nowMs={nowMs} />
            </div>
            <div className="col-start-2 mt-2 tablet:col-start-auto tablet:mt-0 tablet:self-center">
              <NeedAct
                need={need}
                act={act}
                reference={reference}
                isFirst={index === 0}
                principal={principal}
              />
            </div>
          </li>
        );
      })}
    </ol>
  );
}
