"use client";

import { useTranslations } from "next-intl";
import { type ReactNode, useCallback, useMemo, useState } from "react";
import type { FoundInText } from "@/app/(portal)/requests/new/_components/document/facts-in-text";
import { Icon } from "@/components/ui/icon";
import { Section } from "@/components/ui/section";
import type { AuthorizationView } from "@/lib/access/requests/answer-schema";
import { ORDER_PLACE } from "../decision/reading-bar";
import { FactComparison } from "../decision/retyped-facts/fact-comparison";
import { useReview } from "../decision/review-state";
import type { FoundFacts } from "./marks/page-ink";
import { OrderDocument } from "./order-document";
import { FACT_NAMES, type OrderOnRecord, orderOnRecord } from "./order-reading";
import { OrderScope } from "./order-scope";

/** The order as received, next to the requester's facts and those that the reviewer retypes. */
export function OrderSection(props: {
  requestId: string;
  authorization: AuthorizationView;
  /** Digest, scan, assurance and officer: the facts about the document. */
  children: ReactNode;
}) {
  const { requestId, authorization } = props;
  const t = useTranslations("review");
  const state = useReview();
  const [isLarge, setLarge] = useState(false);
  const [found, setFound] = useState<FoundFacts>();
  const onFound = useCallback((facts: FoundFacts) => setFound(facts), []);
  const [text, setText] = useState<FoundInText | "none">();
  const onText = useCallback((said: FoundInText | "none") => setText(said), []);
  const reading = state?.draft.reading;
  const first = state?.review.first_reading?.confirms;
  // The page stays unmarked until its reader has typed the facts.
  const facts = useMemo(() => {
    const order = orderOnRecord(authorization);
    if (order === undefined) return [];
    return FACT_NAMES.map((name) => [reading?.[name] ?? "", typedFact(order, name), first?.[name] ?? ""]);
  }, [reading, authorization, first]);
  const { document } = authorization;
  const address = `/confidential/access/requests/${requestId}/authorizations/${authorization.id}/document`;
  return (
    <Section
      title={t("order.title")}
      action={
        document === undefined ? undefined : (
          <span className="flex items-baseline gap-4 print:hidden">
            <button
              type="button"
              aria-pressed={isLarge}
              onClick={() => setLarge(!isLarge)}
              className="min-h-[24px] cursor-pointer text-control underline underline-offset-4 hover:text-ink"
            >
              {t(isLarge ? "order.smaller" : "order.larger")}
            </button>
            <a
              href={address}
              download
              className="inline-block min-h-[24px] underline underline-offset-4 hover:text-ink"
            >
              {t("order.download")}
            </a>
          </span>
        )
      }
    >
      <div
        id={ORDER_PLACE}
        className={`mt-3 grid gap-6 ${isLarge ? "" : "tablet:grid-cols-[minmax(0,0.72fr)_minmax(0,1fr)]"}`}
      >
        <div className="min-w-0">
          {document === undefined ? (
            <p className="text-control text-ink-2">{t("order.noDocument")}</p>
          ) : (
            <OrderDocument
              address={address}
              mediaType={document.media_type}
              facts={facts}
              onFound={onFound}
              onText={onText}
            />
          )}
        </div>
        <div className="min-w-0">
          <FactComparison authorization={authorization} />
          {found === undefined || facts.length === 0 ? null : <FoundNote found={found} />}
          <div className="mt-3">{props.children}</div>
        </div>
      </div>
      <OrderScope
        authorization={authorization}
        text={typeof text === "object" ? text : undefined}
        isScan={text === "none"}
      />
    </Section>
  );
}

function typedFact(order: OrderOnRecord, name: (typeof FACT_NAMES)[number]): string {
  if (name === "issuer" || name === "case_number") return order[name];
  const ms = Date.parse(order[name]);
  // The last day of validity: an end is the midnight after it.
  const shown = name === "valid_until" && ms % 86_400_000 === 0 ? ms - 1 : ms;
  return new Date(shown).toISOString().slice(0, 10);
}

/** Which facts the page's text says: a help for finding them, and no proof of what the page shows. */
function FoundNote({ found }: { found: FoundFacts }) {
  const t = useTranslations("review");
  const namesOf = (isOne: (fact: number) => boolean): string =>
    FACT_NAMES.filter((_, index) => isOne(index + 1))
      .map((name) => t(`facts.${name}`))
      .join(", ");
  const hidden = namesOf((fact) => found.hidden.includes(fact));
  const missing = namesOf((fact) => !found.seen.includes(fact) && !found.hidden.includes(fact));
  const isAllSeen = hidden === "" && missing === "";
  return (
    <div className="mt-2 grid gap-1 text-note text-ink-2 print:hidden">
      {hidden === "" ? null : (
        <p className="flex gap-2 text-oxblood">
          <Icon name="warning" className="mt-[2px]" />
          {t("order.hidden", { names: hidden })}
        </p>
      )}
      {missing === "" ? null : <p>{t("order.notFound", { names: missing })}</p>}
      <p>{t(isAllSeen ? "order.allFound" : "order.textLayer")}</p>
    </div>
  );
}
