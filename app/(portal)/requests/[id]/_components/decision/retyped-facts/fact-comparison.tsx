"use client";

import { useLocale, useTranslations } from "next-intl";
import {
  FACT_NAMES,
  type FactName,
  type OrderOnRecord,
  orderOnRecord,
  readingText,
  recordDate,
  type Verdict,
} from "@/app/(portal)/requests/[id]/_components/order/order-reading";
import type { IconName } from "@/components/ui/icon";
import { Tag, type Tone } from "@/components/ui/tag";
import type { AuthorizationView } from "@/lib/access/requests/answer-schema";
import { useReview } from "../review-state";

const MARKS: Readonly<Record<Verdict, { readonly tone: Tone; readonly icon: IconName } | undefined>> = {
  empty: undefined,
  typing: undefined,
  unclear: { tone: "amber", icon: "help" },
  match: { tone: "accent", icon: "tick" },
  differs: { tone: "amber", icon: "warning" },
  earlier: { tone: "amber", icon: "warning" },
};

/** Match, differs, or not readable, as icon and word. Absent while a fact is being typed. */
export function VerdictMark({ verdict }: { verdict: Verdict }) {
  const t = useTranslations("review");
  const mark = MARKS[verdict];
  if (mark === undefined || verdict === "empty" || verdict === "typing") return null;
  return (
    <Tag tone={mark.tone} icon={mark.icon}>
      {t(`verdicts.${verdict}`)}
    </Tag>
  );
}

function recorded(order: OrderOnRecord, name: FactName, locale: "en" | "de"): string {
  if (name === "issuer" || name === "case_number") return order[name];
  return recordDate(order[name], name === "valid_from" ? "start" : "end", locale);
}

/** A covered value: a hatch at a fixed width, so that it says nothing of the length. */
export function Covered() {
  const t = useTranslations("review.blind");
  return (
    <span className="inline-flex items-center">
      <span
        aria-hidden="true"
        className="inline-block h-3 w-16 border border-ink-2 text-ink-2"
        style={{
          backgroundImage: "repeating-linear-gradient(135deg, currentColor 0 1px, transparent 1px 4px)",
        }}
      />
      <span className="sr-only">{t("word")}</span>
    </span>
  );
}

/** The requester's four facts, next to those that the reviewer retypes. */
export function FactComparison({ authorization }: { authorization: AuthorizationView }) {
  const t = useTranslations("review");
  const locale = useLocale();
  const state = useReview();
  const order = orderOnRecord(authorization);
  const verdicts = state?.review.may_decide === true ? state.judged.verdicts : undefined;
  const cell = "h-row border-line border-b py-1 pr-3 text-left align-middle last:pr-0";
  return (
    <table className="w-full border-collapse text-control">
      <caption className="sr-only">{t("facts.caption")}</caption>
      <thead>
        <tr className="text-ink-2 text-note">
          <th scope="col" className={`${cell} font-normal`}>
            <span className="sr-only">{t("facts.fact")}</span>
          </th>
          <th scope="col" className={`${cell} font-normal`}>
            {t("facts.typed")}
          </th>
          {verdicts === undefined ? null : (
            <>
              <th scope="col" className={`${cell} font-normal`}>
                {t("facts.read")}
              </th>
              <th scope="col" className={`${cell} font-normal`}>
                <span className="sr-only">{t("facts.verdict")}</span>
              </th>
            </>
          )}
        </tr>
      </thead>
      <tbody>
        {FACT_NAMES.map((name, index) => (
          <tr key={name}>
            <th scope="row" className={`${cell} font-normal text-ink-2`}>
              {t(`facts.${name}`)}
              <sup className="ml-[2px] font-semibold text-amber">{index + 1}</sup>
            </th>
            <td className={`${cell} break-words`}>
              {order === undefined ? <Covered /> : recorded(order, name, locale)}
            </td>
            {verdicts === undefined || state === undefined ? null : (
              <>
                <td className={`${cell} break-words ${verdicts[name] === "match" ? "" : "font-semibold"}`}>
                  {readingText(state.draft.reading[name], name, locale)}
                </td>
                <td className={`${cell} whitespace-nowrap`}>
                  <VerdictMark verdict={verdicts[name]} />
                </td>
              </>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
