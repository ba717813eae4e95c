import { useLocale, useTranslations } from "next-intl";
import { useStanding } from "@/components/domain/standing-words";
import { dutyKey } from "@/components/layout/role-words";
import type { IconName } from "@/components/ui/icon";
import { LocalTime } from "@/components/ui/local-time";
import { Tag, type Tone } from "@/components/ui/tag";
import type { ReviewRow, ReviewState } from "@/lib/administration/access-review/schema";

const LOOKS: Readonly<Record<ReviewState, { readonly tone: Tone; readonly icon: IconName }>> = {
  running: { tone: "amber", icon: "clock" },
  signed: { tone: "accent", icon: "check" },
  lapsed: { tone: "oxblood", icon: "stop" },
};

/** State of a review as icon and word. */
export function ReviewTag({ state }: { state: ReviewState }) {
  const t = useTranslations("accessReview.states");
  return (
    <Tag tone={LOOKS[state].tone} icon={LOOKS[state].icon}>
      {t(state)}
    </Tag>
  );
}

/** Returns names as a list within a sentence. */
export function useListed(): (names: readonly string[], type?: "conjunction" | "disjunction") => string {
  const locale = useLocale();
  return (names, type = "conjunction") => new Intl.ListFormat(locale, { type }).format(names);
}

const SCOPES = [
  "submit",
  "open",
  "disclose",
  "export",
  "request",
  "decide",
  "keys",
  "read",
  "admin",
] as const;

/** Returns what a person or program may do, as one phrase. */
export function useMayDo(): (row: ReviewRow) => string {
  const t = useTranslations("accessReview");
  const standing = useStanding();
  const listed = useListed();
  return ({ facts, subject, use }) => {
    const known = SCOPES.filter((scope) => facts.scopes.includes(scope)).map((scope) => t(`scopes.${scope}`));
    if (subject.kind === "program") return t("row.key", { scopes: listed(known) });
    return [
      standing(facts.role, facts.duties),
      ...(facts.participant === null ? [] : [t("row.actsFor", { participant: facts.participant })]),
      ...(facts.memberships.length === 0 ? [] : [t("row.also", { names: listed(facts.memberships) })]),
      ...(use === null || use.grants.length === 0 ? [] : [t("row.grants", { n: use.grants.length })]),
      ...(facts.state === "suspended" ? [t("row.suspended")] : []),
    ].join(", ");
  };
}

/** Why a reviewer should look closely; nothing without a reason. */
export function RowLooks({ row }: { row: ReviewRow }) {
  const t = useTranslations("accessReview");
  const of = row.subject.kind === "program" ? "programLooks" : "looks";
  return row.facts.looks.map((look) => (
    <span key={look} className="block">
      <Tag tone="amber" icon="warning">
        {t(`${of}.${look}`)}
      </Tag>
    </span>
  ));
}

/** When something was used last. */
export function LastUsed({ at }: { at: string | null }) {
  const t = useTranslations("accessReview.row");
  return at === null ? t("never") : <LocalTime instant={at} form="day" />;
}

/** The result of the change that a decision asked for. */
function Agreed({ row: { agreement, decided_by: by } }: { row: ReviewRow }) {
  const t = useTranslations("accessReview.row");
  if (agreement === null) return <>{by}</>;
  const state = agreement.state === "open" ? "asked" : agreement.state;
  return <>{[by ?? "", t(state)].join(" · ")}</>;
}

/** What the decision on a row led to, or who decides if the reader cannot. */
export function RowState({ row }: { row: ReviewRow }) {
  const t = useTranslations("accessReview.row");
  const duties = useTranslations("portal.duties");
  const listed = useListed();
  const { decision, paused } = row;
  if (row.is_gone) return <>{t("gone")}</>;
  if (paused.length > 0)
    return <>{t("paused", { duties: listed(paused.map((one) => duties(dutyKey(one)))) })}</>;
  return decision === null ? <Decider row={row} /> : <Agreed row={row} />;
}

/** Who decides on a row that the reader cannot decide. */
function Decider({ row: { reviewers, is_own: isOwn, may_decide: mayDecide } }: { row: ReviewRow }) {
  const t = useTranslations("accessReview.row");
  const names = useListed()(reviewers, "disjunction");
  if (isOwn) return <>{names === "" ? t("ownNone") : t("own", { names })}</>;
  return mayDecide || names === "" ? null : t("other", { names });
}
