"use client";

import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import type { FoundInText } from "@/app/(portal)/requests/new/_components/document/facts-in-text";
import { useFieldNames } from "@/components/domain/field-names";
import { Choice } from "@/components/form/controls";
import { EndTime } from "@/components/ui/begin-and-end";
import { Button } from "@/components/ui/button";
import { Section } from "@/components/ui/section";
import { type Column, Table } from "@/components/ui/table";
import { Tag } from "@/components/ui/tag";
import type { AuthorizationView } from "@/lib/access/requests/answer-schema";
import { movesWithApproval } from "../decision/narrowing/narrowed";
import { Covered } from "../decision/retyped-facts/fact-comparison";
import { type ReviewState, useReview } from "../decision/review-state";
import { beyondOrder, fieldsByForm, orderSays, type ScopeResult, scopeResults } from "./scope-rows";

type RowKey = "records" | "full" | "masked" | "ends" | "uses";

interface Row {
  readonly key: RowKey;
  readonly says: ReactNode;
  readonly asked: ReactNode;
  readonly result: ScopeResult;
}

const GOOD: readonly ScopeResult["kind"][] = ["within", "usual"];
const BAD: readonly ScopeResult["kind"][] = ["notListed", "notNamed", "longer", "moreThanUsual"];

function Result({ result, isTicked }: { result: ScopeResult; isTicked: boolean }) {
  const t = useTranslations("review.orderScope");
  const fields = useFieldNames(result.kind === "notNamed" ? result.fields : []);
  const count = "count" in result ? result.count : 0;
  const words = t(`result.${result.kind}`, { count, fields });
  if (isTicked)
    return (
      <Tag tone="accent" icon="tick">
        {t("ticked")}
      </Tag>
    );
  if (GOOD.includes(result.kind))
    return (
      <Tag tone="accent" icon="tick">
        {words}
      </Tag>
    );
  if (BAD.includes(result.kind))
    return (
      <Tag tone="amber" icon="warning">
        {words}
      </Tag>
    );
  return <span className="text-ink-2">{words}</span>;
}

function useRows(state: ReviewState, authorization: AuthorizationView, text: FoundInText | undefined): Row[] {
  const t = useTranslations("review.orderScope");
  const scope = useTranslations("review.scope");
  const { remaining } = state.review;
  const says = orderSays(authorization, text);
  const results = scopeResults(says, state.review);
  const forms = fieldsByForm(state.review);
  const named = useFieldNames(says.fields ?? []);
  const full = useFieldNames(forms.full);
  const masked = useFieldNames(forms.masked);
  const fields = says.fields === undefined ? t("notSaid") : named;
  const end = (instant: string | undefined) =>
    instant === undefined ? <Covered /> : <EndTime instant={instant} />;
  const askedEnd = movesWithApproval(state.request, remaining.not_after)
    ? scope("afterApproval")
    : end(remaining.not_after);
  return [
    {
      key: "records",
      says:
        says.transactions === undefined
          ? t(says.maxRecords === undefined ? "notSaid" : "atMost", { count: says.maxRecords ?? 0 })
          : t("listed", { count: says.transactions.length }),
      asked: t("records", { count: remaining.transactions.length }),
      result: results.records,
    },
    { key: "full", says: fields, asked: forms.full.length === 0 ? t("none") : full, result: results.full },
    {
      key: "masked",
      says: fields,
      asked: forms.masked.length === 0 ? t("none") : masked,
      result: results.masked,
    },
    { key: "ends", says: end(says.until), asked: askedEnd, result: results.ends },
    {
      key: "uses",
      says: t("notSaid"),
      asked: t("usesText", { views: remaining.max_views, exports: remaining.max_exports }),
      result: results.uses,
    },
  ];
}

/** Takes what the order does not name out of the decision, with a reason that says so. */
function NarrowButton({ state, authorization, text }: { state: ReviewState } & ScopeProps) {
  const t = useTranslations("review.orderScope");
  const beyond = beyondOrder(orderSays(authorization, text), state.review);
  const fields = useFieldNames(beyond?.withoutFields ?? []);
  if (beyond === undefined || !state.review.may_decide) return null;
  const narrow = () => {
    const reasons = [
      ...(beyond.withoutTransactions.length === 0
        ? []
        : [t("reasonRecords", { count: beyond.withoutTransactions.length })]),
      ...(beyond.withoutFields.length === 0 ? [] : [t("reasonFields", { fields })]),
    ];
    const { reason } = state.draft;
    state.change({ ...beyond, reason: reason.trim() === "" ? reasons.join(" ") : reason });
  };
  return (
    <Button size="bar" onClick={narrow}>
      {t("narrow")}
    </Button>
  );
}

interface ScopeProps {
  readonly authorization: AuthorizationView;
  /** What the order's text says; undefined while it is read, and where it has none. */
  readonly text: FoundInText | undefined;
}

/** What the order says about scope, next to what is asked. If the file has no text, the reader ticks by hand. */
export function OrderScope({ authorization, text, isScan }: ScopeProps & { readonly isScan: boolean }) {
  const state = useReview();
  return state === undefined ? null : (
    <ScopeTable state={state} authorization={authorization} text={text} isScan={isScan} />
  );
}

function ScopeTable({
  state,
  authorization,
  text,
  isScan,
}: ScopeProps & { readonly state: ReviewState; readonly isScan: boolean }) {
  const t = useTranslations("review.orderScope");
  const [ticked, setTicked] = useState<readonly RowKey[]>([]);
  const rows = useRows(state, authorization, text);
  const columns: Column<Row>[] = [
    {
      key: "name",
      head: t("member"),
      isHeadHidden: true,
      isTitle: true,
      cell: ({ key }) => t(`rows.${key}`),
    },
    { key: "says", head: t("says"), isNamed: true, cell: ({ says }) => says },
    { key: "asked", head: t("asked"), isNamed: true, cell: ({ asked }) => asked },
    {
      key: "result",
      head: t("resultHead"),
      isNamed: true,
      // The table leaves out a dash where rows stack, if it is the whole cell.
      cell: ({ key, result }) =>
        result.kind === "nothing" ? (
          t("result.nothing")
        ) : (
          <>
            <Result result={result} isTicked={ticked.includes(key)} />
            {isScan && result.kind === "notSaid" ? (
              <Choice
                checked={ticked.includes(key)}
                label={t("tick")}
                onChange={(event) =>
                  setTicked(event.target.checked ? [...ticked, key] : ticked.filter((one) => one !== key))
                }
              />
            ) : null}
          </>
        ),
    },
  ];
  return (
    <Section
      title={t("title")}
      action={<NarrowButton state={state} authorization={authorization} text={text} />}
    >
      <Table caption={t("title")} columns={columns} rows={rows} rowKey={({ key }) => key} />
      {isScan ? <p className="mt-2 text-control text-ink-2">{t("scan")}</p> : null}
    </Section>
  );
}
