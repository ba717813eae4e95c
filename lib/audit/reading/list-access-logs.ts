import "server-only";
import type { Context } from "@/lib/context/context";
import type { Json } from "@/lib/crypto/json/canonical-json";
import { inSnapshot } from "@/lib/db/transaction";
import { memberOf } from "../../crypto/json/canonical-json";
import { filterNames, recordRead } from "../record/record-read";
import {
  type AccessLogItem,
  type AccessLogPage,
  type AccessLogQuery,
  accessOf,
  textOf,
  textsOf,
} from "./access-logs";
import { findActors } from "./actors/actor-names";
import type { ActorRow } from "./actors/actor-store";
import { refuseUnknownNames } from "./actors/known-names";
import { type Conditions, fencedConditions, instantText } from "./fence";
import { type OpenedPart, openParts } from "./open-parts";
import { readParts } from "./parts-store";
import { type EventRow, planForPages, readAccesses } from "./store";

const SEES_ALL = new Set(["auditor", "regulator", "coordinator"]);

/**
 * Returns accesses and refusals in the coordinator's shape, including those that are not in the tree yet. Staff and
 * officers see those of the tenant except other agencies' cases; a participant sees only its own. Throws
 * `request.invalid` for a purpose that no entry visible to the caller has.
 */
export async function listAccessLogs(cx: Context, query: AccessLogQuery): Promise<AccessLogPage> {
  const { limit, offset, ...filter } = query;
  await refuseUnknownNames(cx, { purpose: query.purpose }, { read: "access.logs", seenBy: ownConditions });
  await recordRead(cx, "access.logs", { filter: filterNames(filter) });
  const conditions = conditionsOf(cx, query);
  const { rows, total, parts, actors } = await inSnapshot(cx, async (tx) => {
    await planForPages(tx);
    const page = await readAccesses(tx, conditions, { limit, offset });
    const ids = page.rows.map((row) => row.entry_id);
    const actors = await findActors(
      cx,
      tx,
      page.rows.map((row) => row.actor),
    );
    return { ...page, actors, parts: await readParts(tx, ids, ["org", "subject"]) };
  });
  const opened = new Map<string, OpenedPart[]>();
  for (const part of await openParts(cx, parts)) {
    opened.set(part.entryId, [...(opened.get(part.entryId) ?? []), part]);
  }
  const logs = rows.map((row) => toItem(cx, row, opened.get(row.entry_id) ?? [], actors));
  return { logs, total_count: total, has_more: offset + logs.length < total };
}

/** The part of the log that the caller may see here. */
function ownConditions(cx: Context): Conditions {
  const conditions = fencedConditions(cx);
  if (SEES_ALL.has(cx.principal.role)) return conditions;
  return conditions.add("i.participant_id = ?", participantOf(cx));
}

function participantOf({ principal }: Context): string {
  return principal.participantId ?? principal.handle;
}

/** Returns whether the entry's own parts make it visible to the caller here, whatever its row contains. */
function seesActor(cx: Context, org: Readonly<Record<string, Json>>): boolean {
  return SEES_ALL.has(cx.principal.role) || memberOf(org.index, "participant_id") === participantOf(cx);
}

function conditionsOf(cx: Context, query: AccessLogQuery): Conditions {
  const conditions = ownConditions(cx).add("i.is_access = ?", true);
  const { transaction_id, participant_id, purpose, start_time, end_time } = query;
  if (transaction_id !== undefined) conditions.add("i.transaction_id = ?::uuid", transaction_id);
  if (participant_id !== undefined) conditions.add("i.participant_id = ?", participant_id);
  if (purpose !== undefined) conditions.add("i.purpose = ?", purpose);
  if (start_time !== undefined) conditions.add("i.at >= ?", instantText(start_time));
  if (end_time !== undefined) conditions.add("i.at < ?", instantText(end_time));
  return conditions;
}

function plaintextOf(parts: readonly OpenedPart[], kind: "org" | "subject"): Readonly<Record<string, Json>> {
  return parts.find((part) => part.kind === kind)?.plaintext ?? {};
}

function toItem(
  cx: Context,
  row: EventRow,
  parts: readonly OpenedPart[],
  actors: ReadonlyMap<string, ActorRow>,
): AccessLogItem {
  const org = plaintextOf(parts, "org");
  const access = seesActor(cx, org) ? accessOf(org) : {};
  // The entry itself decides who acted, because its row could have been changed.
  const by = seesActor(cx, org) ? actors.get(textOf(org.actor) ?? "") : undefined;
  // Addresses are data about a person: auditors see all of them, all others only their own.
  const isOwn = org.actor === cx.principal.pseudonym;
  const person = cx.principal.role === "auditor" || isOwn ? plaintextOf(parts, "subject") : {};
  const optional = {
    transaction_id: row.transaction_id ?? undefined,
    error: textOf(access.error),
    by_name: by?.name ?? undefined,
    by_organisation: by?.organisation,
    by_role: seesActor(cx, org) ? textOf(org.role) : undefined,
    level: seesActor(cx, org) ? textOf(memberOf(org.details, "level")) : undefined,
    ip_address: textOf(person.address),
    user_agent: textOf(person.user_agent),
  };
  return {
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
    participant_id: textOf(access.participant_id) ?? row.participant_id ?? row.actor ?? "anonymous",
    is_own: isOwn,
    purpose: row.purpose ?? "",
    timestamp: row.at,
    action: row.action,
    authorized_by: textOf(access.authorized_by) ?? "system",
    data_accessed: textsOf(access.data_accessed),
    success: access.success === true,
  };
}
