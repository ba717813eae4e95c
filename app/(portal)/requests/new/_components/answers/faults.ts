import type { ReadOutcome } from "../document/read-document";
import { type AnswerName, type Answers, controlId, endOfDay, type FormOptions, instantOf } from "./answers";
import { searchOf, untilOf } from "./bodies";
import { READABLE_FACTS, readingOf } from "./read-facts";

export type ControlName = AnswerName | "document";

/** One thing to correct. `code` names its sentence; `instant` is the time in that sentence. */
export interface Fault {
  readonly name: ControlName;
  readonly code: FaultCode;
  readonly instant?: string;
  /** The number in that sentence. */
  readonly most?: number;
  /** The server's reason, where it refused. The screen has its own words for it. */
  readonly detail?: string;
  /** The file that was refused, and why. */
  readonly unfit?: UnfitFile;
}

export type UnfitFile = Extract<ReadOutcome, { fault: unknown }>;

export type FaultCode =
  | "purpose"
  | "justification"
  | "ids"
  | "unknownIds"
  | "query"
  | "queryOrder"
  | "fields"
  | "kind"
  | "issuer"
  | "caseNumber"
  | "validFrom"
  | "validUntil"
  | "jurisdiction"
  | "validOrder"
  | "validOver"
  | "unconfirmed"
  | "sealed"
  | "sealedBasis"
  | "sealedUntil"
  | "document"
  | "unfit"
  | "from"
  | "until"
  | "untilOver"
  | "untilBeforeFrom"
  | "untilAfterOrder"
  | "maxViews"
  | "maxExports"
  | "refused";

function targetFaults(answers: Answers, unknown: readonly string[]): Fault[] {
  if (answers.target === "query") {
    const { createdFrom, createdTo } = answers;
    if (searchOf(answers) === undefined) return [{ name: "job", code: "query" }];
    const isBackwards = createdFrom !== "" && createdTo !== "" && createdFrom > createdTo;
    return isBackwards ? [{ name: "createdTo", code: "queryOrder" }] : [];
  }
  if (answers.ids.length === 0) return [{ name: "ids", code: "ids" }];
  return answers.ids.some((id) => unknown.includes(id)) ? [{ name: "ids", code: "unknownIds" }] : [];
}

const REQUIRED_FACTS = ["kind", "issuer", "caseNumber", "validFrom", "validUntil", "jurisdiction"] as const;

/** If a chosen file was refused, that is the fault, not the missing document. */
function documentFaults({ hasOrder, unfit }: FaultContext): Fault[] {
  if (hasOrder) return [];
  return unfit === undefined
    ? [{ name: "document", code: "document" }]
    : [{ name: "document", code: "unfit", unfit }];
}

function authorityFaults(answers: Answers, context: FaultContext): Fault[] {
  const { nowMs } = context;
  const faults = documentFaults(context);
  for (const name of REQUIRED_FACTS) if (answers[name].trim() === "") faults.push({ name, code: name });
  const end = endOfDay(answers.validUntil);
  if (answers.validFrom !== "" && end !== undefined && answers.validFrom > answers.validUntil)
    faults.push({ name: "validUntil", code: "validOrder" });
  else if (end !== undefined && Date.parse(end) <= nowMs)
    faults.push({ name: "validUntil", code: "validOver", instant: end });
  for (const [name] of READABLE_FACTS)
    if (answers[name].trim() !== "" && readingOf(answers, name)?.isConfirmed === false)
      faults.push({ name, code: "unconfirmed" });
  return [...faults, ...sealFaults(answers)];
}

/** The question about the seal is asked, and both of its parts where the answer is yes. */
function sealFaults({ sealed, sealedBasis, sealedUntil }: Answers): Fault[] {
  if (sealed === "") return [{ name: "sealed", code: "sealed" }];
  if (sealed === "no") return [];
  return [
    ...(sealedBasis.trim() === "" ? [{ name: "sealedBasis", code: "sealedBasis" } as const] : []),
    ...(sealedUntil === "" ? [{ name: "sealedUntil", code: "sealedUntil" } as const] : []),
  ];
}

function untilFault(answers: Answers, nowMs: number): Fault | undefined {
  if (answers.end !== "date") return undefined;
  const until = untilOf(answers);
  if (until === undefined) return { name: "until", code: "until" };
  const at = Date.parse(until);
  if (at <= nowMs) return { name: "until", code: "untilOver" };
  const from = answers.begin === "date" ? instantOf(answers.from) : undefined;
  if (from !== undefined && Date.parse(from) >= at) return { name: "until", code: "untilBeforeFrom" };
  const orderEnd = endOfDay(answers.validUntil);
  return orderEnd !== undefined && at > Date.parse(orderEnd)
    ? { name: "until", code: "untilAfterOrder", instant: orderEnd }
    : undefined;
}

function periodFaults(answers: Answers, limits: FormOptions["limits"], nowMs: number): Fault[] {
  const until = untilFault(answers, nowMs);
  const isMissing = answers.begin === "date" && instantOf(answers.from) === undefined;
  const views = Number(answers.maxViews.trim());
  const isGoodNumber = /^\d{1,5}$/.test(answers.maxViews.trim()) && views >= 1 && views <= limits.maxViews;
  const exports = answers.maxExports.trim();
  const isGoodExports = /^\d{1,3}$/.test(exports) && Number(exports) <= limits.maxExports;
  return [
    ...(isMissing ? [{ name: "from", code: "from" } as const] : []),
    ...(until === undefined ? [] : [until]),
    ...(isGoodNumber ? [] : [{ name: "maxViews", code: "maxViews", most: limits.maxViews } as const]),
    ...(isGoodExports ? [] : [{ name: "maxExports", code: "maxExports", most: limits.maxExports } as const]),
  ];
}

/** What is known in addition to the answers. */
export interface FaultContext {
  /** A document, or a signed order, which needs no document. */
  readonly hasOrder: boolean;
  /** The file that was chosen last, if it was refused. */
  readonly unfit?: UnfitFile | undefined;
  /** Transactions that do not exist, or that this person may not know of. */
  readonly unknown: readonly string[];
  readonly nowMs: number;
}

/** Everything to correct before *Check answers*, in the order of the page. */
export function faultsOf(answers: Answers, options: FormOptions, context: FaultContext): Fault[] {
  const { purpose, justification, fields } = answers;
  const authority = options.needsAuthority ? authorityFaults(answers, context) : [];
  return [
    ...authority,
    ...targetFaults(answers, context.unknown),
    ...(fields.length === 0 ? [{ name: "fields", code: "fields" } as const] : []),
    ...(purpose === "" ? [{ name: "purpose", code: "purpose" } as const] : []),
    ...(justification.trim() === "" ? [{ name: "justification", code: "justification" } as const] : []),
    ...periodFaults(answers, options.limits, context.nowMs),
  ];
}

const POINTERS: Readonly<Record<string, ControlName>> = {
  purpose: "purpose",
  justification: "justification",
  legal_basis: "legalBasis",
  transactions: "ids",
  query: "job",
  fields: "fields",
  from: "from",
  until: "until",
  max_views: "maxViews",
  co_viewers: "coViewers",
  max_exports: "maxExports",
  issuer: "issuer",
  jurisdiction: "jurisdiction",
  kind: "kind",
  case_number: "caseNumber",
  valid_from: "validFrom",
  valid_until: "validUntil",
  recognition_basis: "recognitionBasis",
  sealed: "sealedBasis",
  single_use: "use",
  document: "document",
};

/** A refusal's JSON Pointers as things to correct at their controls. Pointers without a control are left out. */
export function faultsOfRefusal(
  errors: readonly { readonly pointer: string; readonly detail: string }[],
): Fault[] {
  const seen = new Set<ControlName>();
  return errors.flatMap(({ pointer, detail }) => {
    const name = POINTERS[pointer.split("/")[1] ?? ""];
    if (name === undefined || seen.has(name)) return [];
    seen.add(name);
    return [{ name, code: "refused", detail } as const];
  });
}

/** The sections of the page and whether each has what it needs. */
export type SectionKey = "basis" | "transactions" | "authority" | "period";

const SECTIONS: Readonly<Record<SectionKey, readonly ControlName[]>> = {
  basis: ["purpose", "justification", "legalBasis"],
  transactions: ["ids", "job", "participant", "createdFrom", "createdTo", "fields"],
  authority: [
    "document",
    ...REQUIRED_FACTS,
    "recognitionBasis",
    "sealed",
    "sealedBasis",
    "sealedUntil",
    "use",
  ],
  period: ["from", "until", "maxViews", "maxExports", "coViewers"],
};

export function sectionsOf(options: FormOptions): SectionKey[] {
  return options.needsAuthority
    ? ["authority", "transactions", "basis", "period"]
    : ["transactions", "basis", "period"];
}

export function isDone(
  section: SectionKey,
  faults: readonly Fault[],
  { end }: Pick<Answers, "end">,
): boolean {
  // A period until the order's end has no end before the order has one.
  if (section === "period" && end === "order" && faults.some(({ name }) => name === "validUntil"))
    return false;
  return !faults.some((fault) => SECTIONS[section].includes(fault.name));
}

/**
 * The faults that the person was shown and that are still open, in their present words: another file can be refused for
 * another reason.
 */
export function stillOpen(shown: readonly Fault[], open: readonly Fault[]): Fault[] {
  const wasShown = (now: Fault) =>
    shown.some(({ name, code }) => name === now.name && (code === now.code || name === "document"));
  return open.filter(wasShown);
}

/** The id that takes the focus for a fault. A group of choices takes it as a whole. */
export function faultId(fault: Fault): string {
  return controlId(fault.name);
}
