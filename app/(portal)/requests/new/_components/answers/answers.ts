import type { NoticeOutlook } from "@/lib/access/notices/expected-notice";
import type { RequestView } from "@/lib/access/requests/answer-schema";
import { endOfDate, instantWithin, isDayAccepted } from "@/lib/days";
import type { GroupName, InstrumentKind, Level, Purpose } from "@/lib/vocabulary";
import type { AnswerDays } from "./answer-days";
import { namesBySource } from "./read-facts";

/** What the form must know of the person and the rules. Made on the server. */
export interface FormOptions {
  /** Separates the text of different people in the same browser. */
  readonly person: string;
  readonly organisation: string;
  readonly purposes: readonly Purpose[];
  readonly fields: readonly GroupName[];
  readonly level: Level;
  /** Auditors and regulators need a legal authority, staff do not. */
  readonly needsAuthority: boolean;
  readonly kinds: readonly InstrumentKind[];
  /** Fields that an instrument of this kind opens masked at most. */
  readonly maskedBy: Readonly<Record<InstrumentKind, readonly GroupName[]>>;
  readonly jurisdictions: readonly { readonly code: string; readonly name: string }[];
  /** Whether parties get notice, for each instrument and purpose. */
  readonly notices: readonly NoticeOutlook[];
  /** When an answer is due. */
  readonly answerDays: AnswerDays;
  /** What the policies in force allow a grant, and which version. */
  readonly limits: {
    readonly maxViews: number;
    readonly maxExports: number;
    readonly maxDays: number;
    readonly version: number;
  };
}

/** Everything that is typed or chosen. Dates are the texts of their controls. */
export interface Answers {
  readonly purpose: Purpose | "";
  readonly legalBasis: string;
  readonly justification: string;
  readonly target: "ids" | "query";
  readonly ids: readonly string[];
  readonly job: string;
  readonly participant: string;
  readonly createdFrom: string;
  readonly createdTo: string;
  readonly fields: readonly GroupName[];
  /** `masked`: nothing is asked in full. */
  readonly level: "full" | "masked";
  readonly kind: InstrumentKind | "";
  readonly issuer: string;
  readonly caseNumber: string;
  readonly validFrom: string;
  readonly validUntil: string;
  readonly jurisdiction: string;
  readonly recognitionBasis: string;
  /** Whether the order forbids notifying anyone; neither is chosen at first. */
  readonly sealed: "" | "yes" | "no";
  readonly sealedBasis: string;
  readonly sealedUntil: string;
  /** Facts that were read from the file and that no person has confirmed, each with its page: `issuer:1`. */
  readonly read: readonly string[];
  /** Facts that were read from the file and that a person has confirmed. */
  readonly confirmed: readonly string[];
  /** `once`: the order serves one request only. */
  readonly use: "" | "once";
  readonly begin: "approval" | "date";
  readonly from: string;
  /** `order`: with the legal authority; for staff, 30 days after approval. */
  readonly end: "order" | "date";
  readonly until: string;
  readonly maxViews: string;
  /** Handles or addresses of co-viewers. */
  readonly coViewers: readonly string[];
  readonly maxExports: string;
}
export type AnswerName = keyof Answers;

/** The id of an answer's control. */
export function controlId(name: AnswerName | "document"): string {
  return `request-${name}`;
}

/** Answers that the draft itself holds; the others are facts of the legal authority. */
export const DRAFT_NAMES = [
  "purpose",
  "legalBasis",
  "justification",
  "target",
  "ids",
  "job",
  "participant",
  "createdFrom",
  "createdTo",
  "fields",
  "level",
  "begin",
  "from",
  "end",
  "until",
  "maxViews",
  "coViewers",
  "maxExports",
] as const satisfies readonly AnswerName[];

export const FACT_NAMES = [
  "kind",
  "issuer",
  "caseNumber",
  "validFrom",
  "validUntil",
  "jurisdiction",
  "recognitionBasis",
  "sealed",
  "sealedBasis",
  "sealedUntil",
  "use",
  "read",
  "confirmed",
] as const satisfies readonly AnswerName[];

const USUAL_VIEWS = 20;
const USUAL_EXPORTS = 5;

/** An untouched form. A person with only one purpose need not choose it. */
export function blankAnswers(options: FormOptions): Answers {
  const [only, another] = options.purposes;
  return {
    purpose: another === undefined ? (only ?? "") : "",
    legalBasis: "",
    justification: "",
    target: "ids",
    ids: [],
    job: "",
    participant: "",
    createdFrom: "",
    createdTo: "",
    fields: [],
    level: options.level === "masked" ? "masked" : "full",
    kind: "",
    issuer: "",
    caseNumber: "",
    validFrom: "",
    validUntil: "",
    jurisdiction: "",
    recognitionBasis: "",
    sealed: "",
    sealedBasis: "",
    sealedUntil: "",
    use: "",
    read: [],
    confirmed: [],
    begin: "approval",
    from: "",
    end: "order",
    until: "",
    maxViews: String(Math.min(USUAL_VIEWS, options.limits.maxViews)),
    coViewers: [],
    maxExports: String(Math.min(USUAL_EXPORTS, options.limits.maxExports)),
  };
}

/** Whether two answers are equal. The order of transactions and fields has no meaning. */
export function isSame(a: Answers[AnswerName], b: Answers[AnswerName]): boolean {
  if (typeof a === "string" || typeof b === "string") return a === b;
  return a.length === b.length && a.every((one) => b.some((other) => other === one));
}

export function isSameIn(names: readonly AnswerName[], a: Answers, b: Answers): boolean {
  return names.every((name) => isSame(a[name], b[name]));
}

const DATE = /^\d{4}-\d\d-\d\d$/;

/** The instant at which a legal authority that names this last day ends: it is valid on that day (UTC). */
export function endOfDay(date: string): string | undefined {
  return isDayAccepted(date) ? endOfDate(date).toISOString() : undefined;
}

/** The instant that a `datetime-local` or `date` control means in the reader's zone. */
export function instantOf(text: string): string | undefined {
  return instantWithin(new Date(DATE.test(text) ? `${text}T00:00` : text));
}

const two = (value: number): string => String(value).padStart(2, "0");

/** The text of a `datetime-local` control for an instant. */
export function localText(instant: string): string {
  const at = new Date(instant);
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

function authorityAnswers(view: RequestView): Partial<Answers> {
  const order = view.authorization;
  if (order === undefined) return {};
  const lastDay = (instant: string) => new Date(Date.parse(instant) - 1).toISOString().slice(0, 10);
  return {
    kind: order.kind,
    issuer: order.issuer ?? "",
    caseNumber: order.case_number ?? "",
    validFrom: order.valid_from?.slice(0, 10) ?? "",
    validUntil: order.valid_until === undefined ? "" : lastDay(order.valid_until),
    jurisdiction: order.jurisdiction,
    recognitionBasis: order.recognition_basis ?? "",
    sealed: order.sealed === undefined ? "no" : "yes",
    sealedBasis: order.sealed?.basis ?? "",
    sealedUntil: order.sealed === undefined ? "" : lastDay(order.sealed.until),
    use: order.single_use === true ? "once" : "",
    read: namesBySource(order.sources, "read"),
    confirmed: namesBySource(order.sources, "confirmed"),
  };
}

function endAnswers(view: RequestView): Pick<Answers, "end" | "until"> {
  const { until, authorization } = view;
  const isOrders =
    until === undefined ||
    (authorization?.valid_until !== undefined && Date.parse(until) === Date.parse(authorization.valid_until));
  return isOrders ? { end: "order", until: "" } : { end: "date", until: localText(until) };
}

/** The form's controls for a draft that the server holds. */
export function answersOf(view: RequestView, options: FormOptions): Answers {
  const { query, from } = view;
  return {
    ...blankAnswers(options),
    purpose: view.purpose,
    legalBasis: view.legal_basis ?? "",
    justification: view.justification,
    target: query === undefined ? "ids" : "query",
    ids: view.transactions,
    job: query?.job_id ?? "",
    participant: query?.participant ?? "",
    createdFrom: query?.from === undefined ? "" : localText(query.from).slice(0, 10),
    // The query ends before its `to`; the control shows the last day that is in.
    createdTo:
      query?.to === undefined ? "" : localText(new Date(Date.parse(query.to) - 1).toISOString()).slice(0, 10),
    fields: view.fields,
    level: view.level === "masked" ? "masked" : "full",
    ...authorityAnswers(view),
    ...(from === undefined ? {} : { begin: "date", from: localText(from) }),
    ...endAnswers(view),
    maxViews: String(view.max_views),
    coViewers: (view.co_viewers ?? []).map(({ handle }) => handle),
    maxExports: String(view.max_exports),
  };
}
