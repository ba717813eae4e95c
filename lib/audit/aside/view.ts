import "server-only";
import type { Context } from "@/lib/context/context";
import { vkey } from "@/lib/crypto/log/signed-note";
import { knowsEveryName } from "../reading/actors/actor-names";
import { closedLog } from "../reading/closed-log";
import type { Acknowledgement, AsideRow } from "./schema";
import type { AsideOf } from "./standing";
import type { AsideStored, Seen, WordRow } from "./store";

/** Duties that may acknowledge; the database asks for the same (migration 20261129000210). */
export const ACKNOWLEDGING = ["admin", "compliance", "legal"] as const;

function mayAcknowledge({ principal }: Pick<Context, "principal">): boolean {
  const { role, duties } = principal;
  if (role !== "coordinator" && role !== "admin") return false;
  return duties.some((duty) => ACKNOWLEDGING.some((one) => one === duty));
}

/** This tenant's rows, and the people whom the caller knows. */
export function seenBy(cx: Pick<Context, "instance" | "principal">): Seen {
  const organisationId = knowsEveryName(cx) ? undefined : cx.principal.organisationId;
  return { tenantId: cx.instance.tenantId, organisationId };
}

/** What stands aside of this log, believed by this portal's own receipt key. */
export function asideOf({ instance, audit }: Pick<Context, "instance" | "audit">): AsideOf {
  const { name, publicKey } = audit.receiptSigner;
  return { log: instance.log, tenantId: instance.tenantId, receiptVkey: vkey(name, publicKey) };
}

/** A word as the caller sees it. */
export function toAcknowledgement(
  cx: Pick<Context, "instance" | "principal">,
  word: WordRow,
): Acknowledgement {
  const isOwn = word.asked_by === cx.principal.userId;
  return {
    id: word.id,
    state: word.state,
    reason: word.reason,
    asked_by: word.asked_by_name,
    asked_at: word.asked_at.toISOString(),
    agreed_by: word.agreed_by_name,
    ended_at: word.ended_at?.toISOString() ?? null,
    by_seq: word.by_seq,
    closed_log: closedLog(cx.instance, word.by_log),
    is_own: isOwn,
    may_agree: word.state === "asked" && !isOwn && mayAcknowledge(cx),
  };
}

/** A row as the caller sees it. */
export function toAsideRow(
  cx: Pick<Context, "instance" | "principal">,
  row: AsideStored,
  said: { readonly word: WordRow | undefined; readonly isAcknowledged: boolean },
): AsideRow {
  const { word, isAcknowledged } = said;
  return {
    entry_id: row.entry_id,
    why: row.why,
    seen_at: row.seen_at.toISOString(),
    digest: row.digest,
    is_acknowledged: isAcknowledged,
    acknowledgement: word === undefined ? null : toAcknowledgement(cx, word),
    may_ask: !isAcknowledged && word?.state !== "asked" && mayAcknowledge(cx),
  };
}
