import { z } from "zod";
import { type EntryWords, type WordName, wordsOf } from "@/lib/audit/entry/entry-words";
import type { EventDetail, EventItem } from "@/lib/audit/schema";
import type { SubjectKind } from "../filter/read-filter";

/** What an entry is about, as far as its index names it. */
export interface Subject {
  readonly kind: SubjectKind;
  readonly id: string;
  /** What people call it, for readers who may know it. */
  readonly name?: string | undefined;
}

/** Names of records by id. */
export type RecordNames = ReadonlyMap<string, string>;
const NO_NAMES: RecordNames = new Map();

/** The named parts of one entry that sentences and facts are made of. */
export interface EventSentence {
  readonly action: string;
  readonly actor: string | null;
  readonly actorName: string | undefined;
  /** Of an actor whom the reader does not know by name. */
  readonly actorOrganisation?: string | undefined;
  readonly outcome: EventItem["outcome"];
  readonly at: string;
  readonly purpose: string | undefined;
  readonly subject: Subject | undefined;
  readonly fields: readonly string[];
  /** Those of the fields that were shown masked: such a field was not opened. */
  readonly masked: readonly string[];
  /** Texts that sentences name, such as key ids and states. */
  readonly texts: Readonly<Partial<Record<WordName, string>>>;
  readonly requestId: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;
}

type Index = Readonly<
  Partial<Record<"transaction_id" | "request_id" | "grant_id" | "participant_id", string | null | undefined>>
>;

/** The kind that an action is about comes first; a participant only where the action has no other subject. */
const KINDS: Readonly<Record<string, readonly SubjectKind[]>> = {
  grant: ["grant", "request"],
  request: ["request"],
  authorization: ["request"],
  document: ["request"],
  participant: ["participant"],
  "key.register": ["participant"],
};
const OTHERWISE: readonly SubjectKind[] = ["transaction", "request", "grant"];

/** What an action is about; its index also names the actor's own participant, which is not a subject. */
export function subjectOf(action: string, index: Index, names = NO_NAMES): Subject | undefined {
  for (const kind of KINDS[action] ?? KINDS[action.split(".", 1)[0] ?? ""] ?? OTHERWISE) {
    const id = index[`${kind}_id`];
    if (typeof id === "string") return { kind, id, name: names.get(id) };
  }
  return undefined;
}

function wordedOf({ fields = [], masked = [], texts = {} }: EntryWords) {
  return { fields, masked, texts };
}

/** Returns the sentence of a list's row: only what the list says of the entry. */
export function itemSentenceOf(item: EventItem, names: RecordNames): EventSentence {
  return {
    action: item.action,
    actor: item.actor,
    actorName: item.actor_name,
    actorOrganisation: item.actor_organisation,
    outcome: item.outcome,
    at: item.at,
    purpose: item.purpose ?? undefined,
    subject: subjectOf(item.action, item, names),
    ...wordedOf(item.words ?? {}),
    requestId: undefined,
    details: item.details ?? {},
  };
}

const OrgPart = z.looseObject({
  action: z.string(),
  actor: z.string(),
  purpose: z.string().optional(),
  request_id: z.string().optional(),
  details: z.record(z.string(), z.unknown()).default({}),
  index: z
    .looseObject({
      transaction_id: z.string().optional(),
      request_id: z.string().optional(),
      grant_id: z.string().optional(),
      participant_id: z.string().optional(),
    })
    .default({}),
});

const Public = z.looseObject({ at: z.string(), outcome: z.enum(["intent", "done", "denied", "failed"]) });

/** The parts of an entry put into their places; undefined when its organisation part cannot be read here. */
export function eventSentenceOf(detail: EventDetail, names = NO_NAMES): EventSentence | undefined {
  const part = detail.parts.find(({ kind }) => kind === "org")?.plaintext;
  const org = OrgPart.safeParse(part);
  const { at, outcome } = Public.parse(detail.public);
  if (!org.success) return undefined;
  const { action, actor, purpose, request_id, details, index } = org.data;
  return {
    action,
    actor,
    actorName: detail.actor_name,
    actorOrganisation: detail.actor_organisation,
    outcome,
    at,
    purpose,
    subject: subjectOf(action, index, names),
    ...wordedOf(wordsOf(part)),
    requestId: request_id,
    details,
  };
}

/** A member of the details as text; undefined for anything else. */
export function textOf(details: EventSentence["details"], name: string): string | undefined {
  const value = details[name];
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}

/** How many failures the entry counts, where one entry is written for a whole minute (audit.md "Completeness"). */
export function countOf({ outcome, details }: EventSentence): number | undefined {
  const { count } = details;
  return outcome === "denied" && typeof count === "number" && count > 1 ? count : undefined;
}
