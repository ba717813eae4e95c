import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { FilterActs } from "@/app/(portal)/_kit/filter-acts";
import { CHIP_CONTROL, CHIP_LOOK, FilterChip } from "@/app/(portal)/_kit/filter-chip";
import { BoundInput, ZoneNote } from "@/components/form/bound-input";
import { UrlForm } from "@/components/layout/page-controls";
import { ACTION_GROUPS, type ActionGroup, actionGroup } from "@/lib/audit/action-groups";
import { ENTRY_OUTCOMES } from "@/lib/audit/entry/event";
import { ACTION_KEYS } from "@/lib/audit/labels";
import { Purpose } from "@/lib/vocabulary";
import { ActionPick, type PickGroup } from "./action-pick";
import { ActorPick } from "./actor-pick";
import { FAULT_ID, FilterFault } from "./filter-fault";
import { addressOf, type Field, hasValues, type ReadFilter, SPANS, SUBJECT_KINDS } from "./read-filter";

/** An actor that can be asked for: the log's own name of it, and the words shown. */
export interface ActorChoice {
  readonly value: string;
  readonly label: string;
}

/** Id of the text that names the zone of the filter's times. */
const ZONE_ID = "filter-zone";
type Labels = ReturnType<typeof useTranslations<"actions.labels">>;

/** Every action in its group, with its words first and its name behind them. */
function actionGroups(labels: Labels, groups: (group: ActionGroup) => string): PickGroup[] {
  const all = Object.entries(ACTION_KEYS).map(([value, key]) => ({ value, label: labels(key) }));
  return ACTION_GROUPS.map((group) => ({
    name: groups(group),
    choices: all
      .filter(({ value }) => actionGroup(value) === group)
      .sort((a, b) => a.label.localeCompare(b.label)),
  }));
}

/** The filter as a GET form. Its values are in the address. */
export function FilterBar(props: {
  path: string;
  read: ReadFilter;
  actors: readonly ActorChoice[];
  /** Further controls of the same form. */
  children?: ReactNode;
  /** The form's main act, at its end. Without it the filter is applied next to its controls. */
  submit?: ReactNode;
  /** Other members of the address, which a corrected filter keeps. */
  more?: Readonly<Record<string, string | undefined>>;
}) {
  const t = useTranslations("audit.filter");
  const labels = useTranslations("actions.labels");
  const groups = useTranslations("actions.groups");
  const outcomes = useTranslations("audit.outcomes");
  const purposes = useTranslations("domain.purposes");
  const { values, fault } = props.read;
  const wrong = (name: string) =>
    fault === name ? { "aria-invalid": true as const, "aria-describedby": FAULT_ID } : {};
  const select = (name: Field, options: readonly ActorChoice[], any: string) => (
    <FilterChip id={`filter-${name}`} label={t(name)} isSet={values[name] !== ""} isWrong={fault === name}>
      <select
        id={`filter-${name}`}
        name={name}
        defaultValue={values[name]}
        className={CHIP_CONTROL}
        {...wrong(name)}
      >
        <option value="">{any}</option>
        {values[name] === "" || options.some(({ value }) => value === values[name]) ? null : (
          <option value={values[name]}>{values[name]}</option>
        )}
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </FilterChip>
  );
  const text = (name: "from" | "to") => (
    <FilterChip id={`filter-${name}`} label={t(name)} isSet={values[name] !== ""} isWrong={fault === name}>
      <BoundInput
        id={`filter-${name}`}
        name={name}
        form="time"
        instant={zoned(values[name])}
        aria-describedby={ZONE_ID}
        className={CHIP_CONTROL}
        {...wrong(name)}
      />
    </FilterChip>
  );
  const spans = Object.keys(SPANS).filter((span): span is keyof typeof SPANS => span in SPANS);
  const isOpen = fault === "kind" || values.id !== "" || values.from !== "" || values.to !== "";
  return (
    <search className="mb-4 block print:hidden">
      <UrlForm key={JSON.stringify(values)} action={props.path}>
        {values.log === "" ? null : <input type="hidden" name="log" value={values.log} />}
        {values.reads === "" ? null : <input type="hidden" name="reads" value={values.reads} />}
        {props.children}
        <div className="flex flex-wrap items-center gap-2">
          {select(
            "within",
            spans.map((value) => ({ value, label: t(`spans.${value}`) })),
            t("any"),
          )}
          <FilterChip id="filter-actor" label={t("actor")} isSet={values.actor !== ""}>
            <ActorPick
              id="filter-actor"
              choices={props.actors}
              current={values.actor}
              any={t("any")}
              className={CHIP_CONTROL}
            />
          </FilterChip>
          <FilterChip
            id="filter-action"
            label={t("action")}
            isSet={values.action !== ""}
            isWrong={fault === "action"}
          >
            <ActionPick
              id="filter-action"
              current={values.action}
              groups={actionGroups(labels, groups)}
              any={t("any")}
              // As wide as the chosen action, whose words can be long.
              className={`${CHIP_LOOK} max-w-[28rem] field-sizing-content`}
              {...wrong("action")}
            />
          </FilterChip>
          {select(
            "outcome",
            ENTRY_OUTCOMES.map((value) => ({ value, label: outcomes(value) })),
            t("any"),
          )}
          {select(
            "purpose",
            Purpose.options.map((value) => ({ value, label: purposes(value) })),
            t("any"),
          )}
          <FilterActs
            whole={hasValues(values) ? addressOf(props.path, { log: values.log }) : undefined}
            hasButton={props.submit === undefined}
          />
          <details open={isOpen} className="open:basis-full">
            <summary className="inline-flex min-h-touch cursor-pointer items-center text-control text-ink-2 underline underline-offset-4 hover:text-ink tablet:min-h-bar">
              {t("more")}
            </summary>
            <div className="mt-2 flex flex-wrap items-center gap-2">
              {select(
                "kind",
                SUBJECT_KINDS.map((value) => ({ value, label: t(`kinds.${value}`) })),
                t("kinds.transaction"),
              )}
              <FilterChip id="filter-id" label={t("id")} isSet={values.id !== ""} isWrong={fault === "id"}>
                <input
                  id="filter-id"
                  name="id"
                  type="text"
                  defaultValue={values.id}
                  maxLength={128}
                  autoComplete="off"
                  className={`${CHIP_CONTROL} w-[11rem] cursor-text font-mono`}
                  {...wrong("id")}
                />
              </FilterChip>
              {text("from")}
              {text("to")}
              <p className="text-ink-2 text-note">
                <ZoneNote id={ZONE_ID} />
              </p>
            </div>
          </details>
        </div>
        {props.submit === undefined ? null : <div className="mt-4">{props.submit}</div>}
        <FilterFault path={props.path} read={props.read} more={props.more} />
      </UrlForm>
    </search>
  );
}

/** A time without a zone, of an old link or a form that no script sent, is UTC; an invalid one stays as it was typed. */
function zoned(text: string): string {
  const ms = Date.parse(/Z$|[+-]\d\d:\d\d$/.test(text) ? text : `${text}Z`);
  return Number.isFinite(ms) ? new Date(ms).toISOString() : text;
}
