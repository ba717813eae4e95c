"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import { useKeysSwitch } from "@/components/client/use-keys";
import { useFieldNames } from "@/components/domain/field-names";
import { useStanding } from "@/components/domain/standing-words";
import { EndTime } from "@/components/ui/begin-and-end";
import { type Fact, Facts } from "@/components/ui/facts";
import { LocalTime } from "@/components/ui/local-time";
import { FactsSection } from "@/components/ui/section";
import type { LiveGrant, ReviewRow } from "@/lib/administration/access-review/schema";
import { useDesk } from "./desk";
import { LastUsed } from "./review-words";

function useFacts(row: ReviewRow): Fact[] {
  const t = useTranslations("accessReview.facts");
  const factors = useTranslations("accessReview.factors");
  const standing = useStanding();
  const { facts, subject } = row;
  const isProgram = subject.kind === "program";
  return [
    { name: t("organisation"), value: facts.organisation },
    { name: t("role"), value: standing(facts.role, facts.duties) },
    { name: t("since"), value: <LocalTime instant={facts.since} form="day" /> },
    ...(isProgram
      ? [
          {
            name: t("keyEnds"),
            value: facts.ends_at === null ? t("noEnd") : <LocalTime instant={facts.ends_at} form="day" />,
          },
        ]
      : [{ name: t("signsIn"), value: factors(facts.signs_in_with) }]),
    { name: t("last"), value: <LastUsed at={facts.last_used_at} /> },
    ...(row.reason === null ? [] : [{ name: t("reason"), value: row.reason }]),
  ];
}

function Grant({ grant }: { grant: LiveGrant }) {
  const t = useTranslations("accessReview");
  const fields = useFieldNames(grant.fields);
  return (
    <li className="py-1">
      <span className="block font-semibold">{grant.reference ?? t("facts.ownGrant")}</span>
      {t.rich("facts.grant", {
        fields,
        records: grant.records,
        level: t(`levels.${grant.level}`),
        views: grant.views_left,
        day: () => <EndTime instant={grant.until} look="bare" form="day" />,
      })}
    </li>
  );
}

function Keys() {
  const t = useTranslations("accessReview.one");
  const [isOn] = useKeysSwitch();
  if (!isOn) return null;
  const cap = (key: string) => (
    <kbd className="rounded-field border border-line-2 bg-sheet px-[5px] font-sans">{key}</kbd>
  );
  return (
    <p className="hidden flex-wrap gap-x-2 gap-y-1 text-note text-ink-2 tablet:flex">
      {cap("j")} {cap("k")} {t("keyMove")} {cap("y")} {t("keyKeep")} {cap("c")} {t("keyChange")} {cap("x")}{" "}
      {t("keyRemove")}
    </p>
  );
}

/** What the selected person or program may do, in words, and what a removal would end. */
export function SelectedFacts({ canSeePeople }: { canSeePeople: boolean }) {
  const { selected } = useDesk();
  const t = useTranslations("accessReview.facts");
  if (selected === undefined) return <p className="text-control text-ink-2">{t("pick")}</p>;
  return <Shown key={selected.id} row={selected} canSeePeople={canSeePeople} />;
}

function Shown({ row, canSeePeople }: { row: ReviewRow; canSeePeople: boolean }) {
  const t = useTranslations("accessReview.facts");
  const { review } = useDesk();
  const facts = useFacts(row);
  const rows = review.rows.items;
  const place = t("place", { n: rows.findIndex(({ id }) => id === row.id) + 1, rows: review.counts.rows });
  return (
    <div className="facts:sticky facts:top-6">
      <FactsSection title={row.facts.name} note={place}>
        <Facts facts={facts} />
        {canSeePeople && row.subject.kind === "person" ? (
          <p className="mt-2 text-control">
            <Link
              href={`/people/${row.subject.id}`}
              prefetch={false}
              className="underline underline-offset-4"
            >
              {t("see")}
            </Link>
          </p>
        ) : null}
      </FactsSection>
      {row.use === null || row.subject.kind === "program" ? null : (
        <FactsSection title={t("live")}>
          {row.use.grants.length === 0 ? (
            <p className="text-control text-ink-2">{t("noLive")}</p>
          ) : (
            <ul className="text-control">
              {row.use.grants.map((grant) => (
                <Grant key={grant.id} grant={grant} />
              ))}
            </ul>
          )}
        </FactsSection>
      )}
      {row.may_decide ? (
        <FactsSection title={t("ifRemoved")}>
          <p className="mb-4 text-control text-ink-2">
            {t(row.subject.kind === "person" ? "person" : "programText")}
          </p>
          <Keys />
        </FactsSection>
      ) : null}
    </div>
  );
}
