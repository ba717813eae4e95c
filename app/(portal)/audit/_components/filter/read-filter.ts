import { ENTRY_OUTCOMES, type EntryOutcome } from "@/lib/audit/entry/event";
import type { EventQuery } from "@/lib/audit/schema";
import { Instant } from "@/lib/schema";

/** Spans of time that count back from now, in hours. */
export const SPANS = { "1h": 1, "24h": 24, "7d": 168, "30d": 720 } as const;
export type Span = keyof typeof SPANS;

/** Kinds of subject that the log can be asked for. */
export const SUBJECT_KINDS = ["transaction", "request", "grant", "participant"] as const;
export type SubjectKind = (typeof SUBJECT_KINDS)[number];

/** Values of the filter, as in the address. `log` names a closed log; `reads=all` shows routine reads. */
export const FIELDS = [
  "log",
  "within",
  "actor",
  "action",
  "outcome",
  "purpose",
  "kind",
  "id",
  "from",
  "to",
  "reads",
] as const;
export type Field = (typeof FIELDS)[number];
export type FilterValues = Readonly<Record<Field, string>>;

type Params = Readonly<Record<string, string | string[] | undefined>>;
export type EventFilter = Pick<
  EventQuery,
  "actor" | "action" | "subject" | "outcome" | "purpose" | "from" | "to"
>;

/** Controls that can ask for what the log does not know; of `action` and `purpose` only the log itself can tell. */
export type FaultyField = "within" | "action" | "outcome" | "purpose" | "kind" | "id" | "from" | "to";

/** The filter in the address. With a `fault` the log is not queried, and the invalid control is marked. */
export interface ReadFilter {
  readonly values: FilterValues;
  readonly filter: EventFilter;
  readonly fault?: FaultyField;
}

const HOUR_MS = 3_600_000;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const LOCAL = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?$/;

/** One value of the address; of several the first. */
export function oneOf(params: Params, name: string): string {
  const value = params[name];
  return (Array.isArray(value) ? value[0] : value)?.trim() ?? "";
}

function valuesOf(params: Params): FilterValues {
  const value = (name: Field) => oneOf(params, name).slice(0, 200);
  const subject = oneOf(params, "subject");
  const at = subject.indexOf(":");
  return {
    log: oneOf(params, "log").slice(0, 255),
    within: value("within"),
    actor: value("actor").slice(0, 128),
    action: value("action").slice(0, 64),
    outcome: value("outcome"),
    purpose: value("purpose").slice(0, 64),
    kind: at > 0 ? subject.slice(0, at) : value("kind"),
    id: at > 0 ? subject.slice(at + 1) : value("id"),
    from: value("from"),
    to: value("to"),
    reads: value("reads"),
  };
}

/** A time without a zone is UTC: the form without a script says so, and older addresses have it. */
function instantOf(text: string): string | undefined {
  const zoned = LOCAL.test(text) ? `${text.length === 16 ? `${text}:00` : text}Z` : text;
  const ms = Date.parse(zoned);
  return Number.isFinite(ms) ? Instant.safeParse(new Date(ms).toISOString()).data : undefined;
}

function isKind(text: string): text is SubjectKind {
  return SUBJECT_KINDS.some((kind) => kind === text);
}

function isOutcome(text: string): text is EntryOutcome {
  return ENTRY_OUTCOMES.some((outcome) => outcome === text);
}

function isSpan(text: string): text is Span {
  return Object.hasOwn(SPANS, text);
}

function subjectOf({ kind, id }: FilterValues): string | undefined | false {
  if (id === "") return undefined;
  const wanted = kind === "" ? "transaction" : kind;
  if (!isKind(wanted)) return false;
  return wanted === "participant" || UUID.test(id) ? `${wanted}:${id}` : false;
}

function faultOf(
  values: FilterValues,
  times: Readonly<Record<"from" | "to", string | undefined>>,
): FaultyField | undefined {
  if (values.within !== "" && !isSpan(values.within)) return "within";
  if (values.outcome !== "" && !isOutcome(values.outcome)) return "outcome";
  if (values.kind !== "" && !isKind(values.kind)) return "kind";
  if (subjectOf(values) === false) return "id";
  if (values.from !== "" && times.from === undefined) return "from";
  return values.to !== "" && times.to === undefined ? "to" : undefined;
}

/** Reads the filter of an address; `nowMs` is what spans count back from. */
export function readFilter(params: Params, nowMs: number): ReadFilter {
  const values = valuesOf(params);
  const { within, actor, action, outcome, purpose } = values;
  const times = { from: instantOf(values.from), to: instantOf(values.to) };
  const since = isSpan(within) ? new Date(nowMs - SPANS[within] * HOUR_MS).toISOString() : undefined;
  const subject = subjectOf(values);
  const asked = {
    actor,
    action,
    outcome: isOutcome(outcome) ? outcome : undefined,
    purpose,
    subject: subject === false ? undefined : subject,
    from: times.from ?? since,
    to: times.to,
  };
  const filter: EventFilter = Object.fromEntries(
    Object.entries(asked).filter(([, value]) => value !== undefined && value !== ""),
  );
  const fault = faultOf(values, times);
  return { values, filter, ...(fault === undefined ? {} : { fault }) };
}

/** Returns the filter with the first fault that only the log can show: a name that no entry has. */
export function withUnknown(read: ReadFilter, unknown: readonly ("action" | "purpose")[]): ReadFilter {
  const fault = read.fault ?? unknown[0];
  return fault === undefined ? read : { ...read, fault };
}

/** An address below the audit section with this filter and more; empty values are left out. */
export function addressOf(
  path: string,
  values: Partial<FilterValues>,
  more: Readonly<Record<string, string | number | undefined>> = {},
): string {
  const query = new URLSearchParams();
  for (const name of FIELDS) if ((values[name] ?? "") !== "") query.set(name, values[name] ?? "");
  if (query.has("kind") && !query.has("id")) query.delete("kind");
  for (const [name, value] of Object.entries(more))
    if (value !== undefined && value !== "") query.set(name, String(value));
  const text = query.toString();
  return text === "" ? path : `${path}?${text}`;
}

/** A whole number of the address; undefined where there is none. */
export function numberOf(params: Params, name: string): number | undefined {
  const text = oneOf(params, name);
  return /^(?:0|[1-9][0-9]{0,14})$/.test(text) ? Number(text) : undefined;
}

/** Returns whether any filter is set. The choice of the log and showing routine reads are none. */
export function hasValues(values: FilterValues): boolean {
  return FIELDS.some((name) => name !== "log" && name !== "reads" && values[name] !== "");
}

/** Returns whether routine reads are folded away: unless they or one action are asked for. */
export function foldsReads({ reads, action }: FilterValues): boolean {
  return reads !== "all" && action === "";
}

/** Whether anything is left out. */
export function isFiltered(filter: EventFilter): boolean {
  return Object.keys(filter).length > 0;
}
