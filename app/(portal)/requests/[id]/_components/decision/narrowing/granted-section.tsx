"use client";

import { useTranslations } from "next-intl";
import { type ReactNode, useId, useState } from "react";
import { Choice, ChoiceGroup, TextInput } from "@/components/form/controls";
import { Field } from "@/components/form/field";
import { EndTime } from "@/components/ui/begin-and-end";
import { type Fact, Facts } from "@/components/ui/facts";
import { LocalTime } from "@/components/ui/local-time";
import type { GroupName } from "@/lib/vocabulary";
import { Covered } from "../retyped-facts/fact-comparison";
import { type ReviewState, useReview } from "../review-state";
import { movesWithApproval, narrowedOf } from "./narrowed";
import { RemovedItem, RemovedLines, type RemovedMember } from "./removed-item";

const SHOWN = 50;

function useGroupNames(): (groups: readonly GroupName[]) => string {
  const t = useTranslations("domain");
  return (groups) => groups.map((group) => t(`fields.${group}`)).join(", ");
}

function levelOf({ review }: ReviewState, group: GroupName): "full" | "masked" | "other" {
  const outcome = review.policy.groups.find((one) => one.group === group)?.outcome;
  return outcome === "full" || outcome === "masked" ? outcome : "other";
}

/** The granted end. One that is counted from the approval has no day yet. */
function Until({ state: { request, review, judged } }: { state: ReviewState }) {
  const t = useTranslations("review.scope");
  const { not_after: most } = review.remaining;
  if (most === undefined) return <Covered />;
  const { notAfter: end } = judged.granted;
  return end === most && movesWithApproval(request, end) ? t("afterApproval") : <EndTime instant={end} />;
}

/** The scope in words, what was taken away struck through. */
function GrantedFacts({ state }: { state: ReviewState }) {
  const t = useTranslations("review");
  const names = useGroupNames();
  const { granted } = state.judged;
  const { remaining } = state.review;
  const removed = remaining.fields.filter((group) => !granted.fields.includes(group));
  const at = (level: string) => granted.fields.filter((group) => levelOf(state, group) === level);
  const earlier = (member: RemovedMember) => <RemovedLines request={state.request} member={member} />;
  const isFewer = removed.length > 0 || narrowedOf(state.request).some(({ what }) => what.fields.length > 0);
  const rows: Fact[] = [
    {
      name: t("granted.transactions"),
      value: (
        <Changed
          earlier={earlier("transactions")}
          before={
            granted.transactions.length < remaining.transactions.length
              ? remaining.transactions.length
              : undefined
          }
          now={t("granted.of", {
            count: granted.transactions.length,
            all: state.request.transactions.length,
          })}
        />
      ),
    },
    ...(["full", "masked", "other"] as const).flatMap((level) =>
      at(level).length === 0 ? [] : [{ name: t(`granted.${level}`), value: names(at(level)), key: level }],
    ),
    ...(isFewer
      ? [
          {
            name: t("granted.removed"),
            value: (
              <>
                {earlier("fields")}
                {removed.length === 0 ? null : (
                  <RemovedItem by={t("taken.byYou")}>{names(removed)}</RemovedItem>
                )}
              </>
            ),
          },
        ]
      : []),
    {
      name: t("granted.until"),
      value: (
        <Changed
          earlier={earlier("until")}
          before={
            remaining.not_after !== undefined && granted.notAfter < remaining.not_after ? (
              <EndTime instant={remaining.not_after} look="bare" form="day" />
            ) : undefined
          }
          now={<Until state={state} />}
        />
      ),
    },
    {
      name: t("granted.views"),
      value: (
        <Changed
          earlier={earlier("views")}
          before={granted.maxViews < remaining.max_views ? remaining.max_views : undefined}
          now={String(granted.maxViews)}
        />
      ),
    },
    {
      name: t("granted.exports"),
      value: (
        <Changed
          earlier={earlier("exports")}
          before={granted.maxExports < remaining.max_exports ? remaining.max_exports : undefined}
          now={String(granted.maxExports)}
        />
      ),
    },
  ];
  return <Facts facts={rows} />;
}

/** What others took away, what this decider takes away, and what is left. */
function Changed(props: { earlier: ReactNode; before: ReactNode | undefined; now: ReactNode }) {
  const t = useTranslations("review.taken");
  return (
    <>
      {props.earlier}
      {props.before === undefined ? null : <RemovedItem by={t("byYou")}>{props.before}</RemovedItem>}
      <span>{props.now}</span>
    </>
  );
}

function toggled<T>(list: readonly T[], value: T): T[] {
  return list.includes(value) ? list.filter((one) => one !== value) : [...list, value];
}

/** Boxes to take transactions away; long lists show their beginning until asked for more. */
function TransactionChoices({ state, id }: { state: ReviewState; id: string }) {
  const t = useTranslations("review");
  const [isAll, setAll] = useState(false);
  const { draft, review, change } = state;
  const left = review.transactions.filter((one) => review.remaining.transactions.includes(one.id));
  return (
    <ChoiceGroup id={id} legend={t("narrow.transactions")}>
      {left.slice(0, isAll ? undefined : SHOWN).map((one) => (
        <Choice
          key={one.id}
          checked={!draft.withoutTransactions.includes(one.id)}
          onChange={() => change({ withoutTransactions: toggled(draft.withoutTransactions, one.id) })}
          label={one.job_id}
          help={
            <>
              {one.participants.join(", ")} · <LocalTime instant={one.created_at} form="day" />
            </>
          }
        />
      ))}
      {left.length > SHOWN && !isAll ? (
        <button
          type="button"
          onClick={() => setAll(true)}
          className="min-h-touch cursor-pointer text-control underline"
        >
          {t("narrow.more", { count: left.length - SHOWN })}
        </button>
      ) : null}
    </ChoiceGroup>
  );
}

/** Fewer views, and fewer exports or none. */
function Budgets({ state, id }: { state: ReviewState; id: string }) {
  const t = useTranslations("review.narrow");
  const { draft, review, change, judged } = state;
  const limits = [
    { key: "views", most: review.remaining.max_views, unclear: "viewsUnclear" },
    { key: "exports", most: review.remaining.max_exports, unclear: "exportsUnclear" },
  ] as const;
  return limits.map(({ key, most, unclear }) => (
    <Field
      key={key}
      id={`${id}-${key}`}
      label={t(key)}
      help={t(`${key}Help`, { count: most })}
      error={judged.obstacles.narrow.includes(unclear) ? t(`${key}Error`) : undefined}
    >
      {(control) => (
        <TextInput
          {...control}
          value={draft[key]}
          inputMode="numeric"
          autoComplete="off"
          onChange={(event) => change({ [key]: event.target.value })}
        />
      )}
    </Field>
  ));
}

function Editor({ state, id }: { state: ReviewState; id: string }) {
  const t = useTranslations("review");
  const domain = useTranslations("domain");
  const { draft, review, change, judged } = state;
  const has = (obstacle: string) => judged.obstacles.narrow.some((one) => one === obstacle);
  return (
    <div className="mt-3 grid gap-4 border-line-2 border-l pl-3">
      <TransactionChoices state={state} id={`${id}-transactions`} />
      <ChoiceGroup id={`${id}-fields`} legend={t("narrow.fields")}>
        {review.remaining.fields.map((group) => (
          <Choice
            key={group}
            checked={!draft.withoutFields.includes(group)}
            onChange={() => change({ withoutFields: toggled(draft.withoutFields, group) })}
            label={domain(`fields.${group}`)}
          />
        ))}
      </ChoiceGroup>
      <div>
        <Field
          id={`${id}-until`}
          label={t("narrow.until")}
          help={t("narrow.untilHelp")}
          error={has("untilUnclear") ? t("narrow.untilError") : undefined}
        >
          {(control) => (
            <TextInput
              {...control}
              value={draft.until}
              autoComplete="off"
              onChange={(event) => change({ until: event.target.value })}
            />
          )}
        </Field>
      </div>
      <div className="grid grid-cols-2 gap-3">
        <Budgets state={state} id={id} />
      </div>
      <p>
        <button
          type="button"
          onClick={() =>
            change({ withoutTransactions: [], withoutFields: [], until: "", views: "", exports: "" })
          }
          className="min-h-[24px] cursor-pointer text-control underline underline-offset-4"
        >
          {t("narrow.reset")}
        </button>
      </p>
    </div>
  );
}

/** What would be granted. It can be made smaller and never larger. */
export function GrantedSection() {
  const t = useTranslations("review");
  const state = useReview();
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  if (state === undefined) return null;
  return (
    <section aria-labelledby={`${id}-title`} className="border-line border-t pt-4">
      <div className="mb-1 flex flex-wrap items-baseline justify-between gap-x-4">
        <h3 id={`${id}-title`} className="font-semibold text-body">
          {t("granted.title")}
        </h3>
        <button
          type="button"
          aria-expanded={isOpen}
          aria-controls={`${id}-editor`}
          onClick={() => setOpen(!isOpen)}
          className="min-h-[24px] cursor-pointer text-control text-ink-2 underline underline-offset-4 hover:text-ink"
        >
          {t(isOpen ? "granted.close" : "granted.change")}
        </button>
      </div>
      <GrantedFacts state={state} />
      <div id={`${id}-editor`}>{isOpen ? <Editor state={state} id={id} /> : null}</div>
    </section>
  );
}
