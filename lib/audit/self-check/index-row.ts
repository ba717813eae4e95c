import { z } from "zod";
import type { Json } from "@/lib/crypto/json/canonical-json";
import type { Entry } from "../entry/entry";
import type { OpenedEntry } from "../entry/opened-entry";
import { NO_CASE } from "../recovery/store";

const Id = z.string().nullable();

/** An index row as it is stored. */
export const IndexRow = z.object({
  tenant_id: z.string(),
  at: z.string(),
  actor: Id,
  action: z.string(),
  outcome: z.string(),
  purpose: Id,
  transaction_id: Id,
  participant_id: Id,
  request_id: Id,
  grant_id: Id,
  case_id: Id,
  is_access: z.boolean(),
  is_suspicion: z.boolean(),
});
export type IndexRow = z.infer<typeof IndexRow>;

/** The org part's facts about the index row of its entry (compose-entry.ts writes both from one event). */
const OrgPart = z.looseObject({
  action: z.string(),
  actor: z.string(),
  purpose: z.string().optional(),
  access: z.unknown().optional(),
  index: z
    .strictObject({
      transaction_id: z.string().optional(),
      participant_id: z.string().optional(),
      request_id: z.string().optional(),
      grant_id: z.string().optional(),
    })
    .optional(),
  case: z.literal(true).optional(),
  suspicion: z.literal(true).optional(),
});

/** The data of one entry, opened. */
export interface StatedEntry {
  readonly entry: Entry;
  readonly tenantId: string;
  /** Plaintext of the org part; undefined if the entry has none. */
  readonly org: Json | undefined;
  /** Subject of the compartment with which the entry's case part opened. */
  readonly caseId: string | undefined;
  /** Whether a recovery in the tree explains that the entry has no parts. */
  readonly isLost: boolean;
}

/** Returns what an entry and its opened parts state about its own index row. */
export function statedBy(
  opened: OpenedEntry,
  entry: Entry,
  { tenantId, lost }: { readonly tenantId: string; readonly lost: ReadonlySet<string> },
): StatedEntry {
  const { org } = opened;
  return {
    entry,
    // The organisation's compartment has the tenant's id as subject, and its key opens for this subject only.
    tenantId: org?.subject ?? tenantId,
    org: org?.plaintext,
    caseId: opened.case?.subject ?? undefined,
    isLost: lost.has(entry.id),
  };
}

type Expected = Omit<IndexRow, "action"> & { readonly actions: readonly string[] };

const BY_DATABASE = "system:database";

/** Returns actions of the entries that the database writes itself. They have no sealed part that states the action. */
function databaseActions({ class: of, outcome, pub }: Entry): readonly string[] {
  if (of === "policy") return ["retention.change"];
  if (of === "log") return pub?.recovery === undefined ? [] : ["log.recovery"];
  if (of !== "retention") return [];
  if (outcome === "denied") return ["log.prune", "compartment.erase"];
  return pub?.prune === undefined ? [] : ["log.prune"];
}

const bare = ({ entry, tenantId }: StatedEntry): Omit<Expected, "actions" | "actor"> => ({
  tenant_id: tenantId,
  at: entry.at,
  outcome: entry.outcome,
  purpose: null,
  transaction_id: null,
  participant_id: null,
  request_id: null,
  grant_id: null,
  case_id: null,
  is_access: false,
  is_suspicion: false,
});

/** Returns every valid row for the entry; none if its sealed part is not an event of ours. */
export function rowsOf(opened: StatedEntry): Expected[] {
  const { entry, org, isLost } = opened;
  if (org === undefined) {
    const returned = { ...bare(opened), actor: null, actions: ["log.recovered"], case_id: NO_CASE };
    const own = { ...bare(opened), actor: BY_DATABASE, actions: databaseActions(entry) };
    const isBare = entry.sealed.length === 0;
    return [...(isBare ? [own] : []), ...(isLost ? [returned] : [])];
  }
  const part = OrgPart.safeParse(org);
  if (!part.success || (part.data.case === true) !== (opened.caseId !== undefined)) return [];
  const { action, actor, purpose = null, index = {}, access, suspicion } = part.data;
  const { transaction_id = null, participant_id = null, request_id = null, grant_id = null } = index;
  const row: Expected = {
    ...bare(opened),
    actor,
    actions: [action],
    purpose,
    transaction_id,
    participant_id,
    request_id,
    grant_id,
    case_id: opened.caseId ?? null,
    is_access: access !== undefined,
    is_suspicion: suspicion === true,
  };
  return [row];
}

function differing(expected: Expected, row: IndexRow): string[] {
  const { actions, ...columns } = expected;
  const held = new Map<string, unknown>(Object.entries(row));
  const wrong = Object.entries(columns).flatMap(([name, value]) => (held.get(name) === value ? [] : [name]));
  return actions.includes(row.action) ? wrong : ["action", ...wrong];
}

/**
 * Returns the columns of an index row that do not match the entry and its opened parts. With them, a search or a
 * fence would give wrong results. Empty if the row matches; "all" if the entry has no valid row.
 */
export function wrongColumns(opened: StatedEntry, row: IndexRow): string[] {
  const found = rowsOf(opened).map((expected) => differing(expected, row));
  return found.reduce((least, next) => (next.length < least.length ? next : least), found[0] ?? ["all"]);
}
