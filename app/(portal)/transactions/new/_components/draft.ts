import type { FieldProblem } from "@/components/client/api";
import { instantWithin } from "@/lib/days";
import { type Locale, readDecimal } from "@/lib/format";
import { isAssetCode } from "@/lib/transactions/assets";
import type { NewTransaction } from "@/lib/transactions/schema";

/** One member of a group, as typed. */
export interface Member {
  name: string;
  value: string;
}

/** The form as typed. It is in the page's memory only. */
export interface Draft {
  jobId: string;
  occurredAt: string;
  recipients: string[];
  amount: string;
  currency: string;
  pricing: Member[];
  settlement: Member[];
  parties: Member[];
  narrative: string;
  references: Member[];
  isConfidential: boolean;
}

export const MEMBER_GROUPS = ["pricing", "settlement", "parties", "references"] as const;
export type MemberGroup = (typeof MEMBER_GROUPS)[number];

export const EMPTY: Draft = {
  jobId: "",
  occurredAt: "",
  recipients: [],
  amount: "",
  currency: "EUR",
  pricing: [{ name: "", value: "" }],
  settlement: [{ name: "", value: "" }],
  parties: [{ name: "", value: "" }],
  narrative: "",
  references: [{ name: "", value: "" }],
  isConfidential: true,
};

/** Why the form cannot be sent. Each code has its sentence. */
export type DraftProblem =
  | "jobNeeded"
  | "recipientNeeded"
  | "amountForm"
  | "currencyNeeded"
  | "currencyUnknown"
  | "nameNeeded"
  | "valueNeeded"
  | "nameTwice"
  | "nameOfGroup"
  | "timeForm";

export interface DraftError {
  readonly id: string;
  readonly problem: DraftProblem;
}

const AMOUNT = /^-?(0|[1-9]\d{0,17})(\.\d{1,18})?$/;
/** Names that the group itself has in an answer, so that no member may have them. */
const GROUP_NAMES: Readonly<Record<MemberGroup, string>> = {
  pricing: "pricing",
  settlement: "settlement_details",
  parties: "",
  references: "",
};

export function filled(members: readonly Member[]): Member[] {
  return members.filter(({ name, value }) => name.trim() !== "" || value.trim() !== "");
}

export function memberId(group: MemberGroup, index: number, part: "name" | "value"): string {
  return `new-${group}-${index}-${part}`;
}

function memberErrors(group: MemberGroup, members: readonly Member[]): DraftError[] {
  return members.flatMap(({ name, value }, index): DraftError[] => {
    const [theName, theValue] = [name.trim(), value.trim()];
    if (theName === "" && theValue === "") return [];
    const at = (part: "name" | "value", problem: DraftProblem) => [
      { id: memberId(group, index, part), problem },
    ];
    if (theName === "") return at("name", "nameNeeded");
    if (theValue === "") return at("value", "valueNeeded");
    if (theName === GROUP_NAMES[group]) return at("name", "nameOfGroup");
    const isTwice =
      group !== "references" && members.slice(0, index).some((one) => one.name.trim() === theName);
    return isTwice ? at("name", "nameTwice") : [];
  });
}

/** Codes are written in capitals, however they were typed. */
function assetOf({ currency }: Draft): string {
  return currency.trim().toUpperCase();
}

function occurredAt(draft: Draft): string | undefined {
  return instantWithin(new Date(draft.occurredAt));
}

/** What is wrong before anything is sent; the server looks at everything again. `locale` is the language of the amount. */
export function draftErrors(draft: Draft, locale: Locale): DraftError[] {
  const found: DraftError[] = [];
  if (draft.jobId.trim() === "") found.push({ id: "new-job", problem: "jobNeeded" });
  if (draft.occurredAt !== "" && occurredAt(draft) === undefined)
    found.push({ id: "new-occurred", problem: "timeForm" });
  if (draft.recipients.length === 0) found.push({ id: "new-recipients", problem: "recipientNeeded" });
  const amount = draft.amount.trim();
  if (amount !== "" && !AMOUNT.test(readDecimal(amount, locale) ?? ""))
    found.push({ id: "new-amount", problem: "amountForm" });
  if (amount !== "" && draft.currency.trim() === "")
    found.push({ id: "new-currency", problem: "currencyNeeded" });
  else if (amount !== "" && !isAssetCode(assetOf(draft)))
    found.push({ id: "new-currency", problem: "currencyUnknown" });
  return [...found, ...MEMBER_GROUPS.flatMap((group) => memberErrors(group, draft[group]))];
}

function objectOf(members: readonly Member[]): Record<string, string> | undefined {
  const rows = filled(members);
  if (rows.length === 0) return undefined;
  return Object.fromEntries(rows.map(({ name, value }) => [name.trim(), value]));
}

/** The body of `POST /confidential/transactions`; empty controls are left out. Amount and prices are numbers of the language. */
export function bodyOf(draft: Draft, own: string, locale: Locale): NewTransaction {
  const amount = draft.amount.trim();
  const prices = draft.pricing.map(({ name, value }) => ({
    name,
    value: readDecimal(value, locale) ?? value,
  }));
  const references = filled(draft.references).map(({ name, value }) => ({ scheme: name.trim(), value }));
  const members = {
    job_id: draft.jobId.trim(),
    amount: amount === "" ? undefined : (readDecimal(amount, locale) ?? amount),
    currency: amount === "" ? undefined : assetOf(draft),
    pricing: objectOf(prices),
    settlement_details: objectOf(draft.settlement),
    parties: objectOf(draft.parties),
    narrative: draft.narrative.trim() === "" ? undefined : draft.narrative,
    occurred_at: occurredAt(draft),
    external_references: references.length === 0 ? undefined : references,
    confidential: draft.isConfidential,
    participants: [...new Set([own, ...draft.recipients])],
  };
  return members;
}

const PLACES: Readonly<Record<string, string>> = {
  job_id: "new-job",
  occurred_at: "new-occurred",
  participants: "new-recipients",
  amount: "new-amount",
  currency: "new-currency",
  narrative: "new-narrative",
};
const GROUPS: Readonly<Record<string, MemberGroup>> = {
  pricing: "pricing",
  settlement_details: "settlement",
  parties: "parties",
  external_references: "references",
};

/** The control that a refused value was typed in, by the API's JSON Pointer; undefined when there is none. */
export function controlOf({ pointer }: Pick<FieldProblem, "pointer">, draft: Draft): string | undefined {
  const [, member = "", inner = "", part = ""] = pointer
    .split("/")
    .map((one) => one.replaceAll("~1", "/").replaceAll("~0", "~"));
  const group = GROUPS[member];
  if (group === undefined) return PLACES[member];
  const rows = draft[group];
  const wanted = group === "references" ? filled(rows)[Number(inner)] : undefined;
  const index = rows.findIndex((row) => (wanted === undefined ? row.name.trim() === inner : row === wanted));
  return memberId(group, Math.max(0, index), part === "scheme" || index < 0 ? "name" : "value");
}
