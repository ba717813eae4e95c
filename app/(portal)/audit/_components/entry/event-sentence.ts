import { z } from "zod";
import type { EventDetail, EventItem } from "@/lib/audit/schema";
import type { SubjectKind } from "../filter/read-filter";

/** What an entry is about, as far as its index names it. */
export interface Subject {
  readonly kind: SubjectKind;
  readonly id: string;
}

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
  readonly requestId: string | undefined;
  /** Members of the entry's details that sentences name. */
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
export function subjectOf(action: string, index: Index): Subject | undefined {
  for (const kind of KINDS[action] ?? KINDS[action.split(".", 1)[0] ?? ""] ?? OTHERWISE) {
    const id = index[`${kind}_id`];
    if (typeof id === "string") return { kind, id };
  }
  return undefined;
}

const OrgPart = z.looseObject({
  action: z.string(),
  actor: z.string(),
  purpose: z.string().optional(),
  request_id: z.string().optional(),
  details: z.record(z.string(), z.unknown()).default({}),
  access: z.looseObject({ data_accessed: z.array(z.string()).default([]) }).optional(),
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
const Texts = z.array(z.string());

function fieldsOf(org: z.infer<typeof OrgPart>): string[] {
  const groups = Texts.safeParse(org.details.groups);
  return groups.success ? groups.data : (org.access?.data_accessed ?? []);
}

/** The parts of an entry put into their places; undefined when its organisation part cannot be read here. */
export function eventSentenceOf(detail: EventDetail): EventSentence | undefined {
  const org = OrgPart.safeParse(detail.parts.find((part) => part.kind === "org")?.plaintext);
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
    subject: subjectOf(action, index),
    fields: fieldsOf(org.data),
    requestId: request_id,
    details,
  };
}

/** A member of the details as text; undefined for anything else. */
export function textOf(details: EventSentence["details"], name: string): string | undefined {
  const value = details[name];
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}

/** Whether masked values were shown: such a field was not opened. */
export function isMasked({ action, details }: EventSentence): boolean {
  return action === "disclosure.open" && details.level === "masked";
}

/** How many failures the entry counts, where one entry is written for a whole minute (audit.md "Completeness"). */
export function countOf({ outcome, details }: EventSentence): number | undefined {
  const { count } = details;
  return outcome === "denied" && typeof count === "number" && count > 1 ? count : undefined;
}
