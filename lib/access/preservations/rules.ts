import type { Preservation } from "@/lib/access/preservations/schema";
import type { Context } from "@/lib/context/context";
import type { Principal } from "@/lib/context/principal";
import { DomainError, invalidField } from "@/lib/errors";
import type { PreservationRow } from "./store";

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 90;
/** A hold is renewed, not made for ever: those who need it must renew it within a year. */
const MAX_DAYS = 366;

/** Returns the end of a hold: the requested time, or 90 days from now. It must be later than now and within a year. */
export function endOfHold(until: string | undefined, now: Date): Date {
  const end = until === undefined ? new Date(now.getTime() + DEFAULT_DAYS * DAY_MS) : new Date(until);
  if (end <= now) throw invalidField("/until", "is over");
  if (end.getTime() - now.getTime() > MAX_DAYS * DAY_MS)
    throw invalidField("/until", "is more than a year away");
  return end;
}

/** Whether the person manages holds: an officer of an agency for the agency, or staff with a duty for it. */
export function managesHolds({ role, duties }: Pick<Principal, "role" | "duties">): boolean {
  if (role === "coordinator") return duties.includes("legal") || duties.includes("compliance");
  return role === "auditor" || role === "regulator";
}

/** Throws unless the person may manage holds. */
export function requireHolder(cx: Pick<Context, "principal">): void {
  if (managesHolds(cx.principal) || cx.principal.role !== "coordinator") return;
  const wanted = ["legal", "compliance"];
  throw new DomainError("auth.role", {
    detail: `This call needs the duty ${wanted.join(" or ")}.`,
    extra: { duties: wanted },
  });
}

/** Returns a hold as the caller sees it. */
export function toPreservation(cx: Pick<Context, "principal" | "clock">, row: PreservationRow): Preservation {
  const isOver = row.state === "active" && row.until <= cx.clock.now();
  return {
    id: row.id,
    transactions: row.transactions,
    reason: row.reason,
    state: isOver ? "expired" : row.state,
    created_at: row.created_at.toISOString(),
    until: row.until.toISOString(),
    released_at: row.released_at?.toISOString() ?? null,
    is_own: row.organisation_id === cx.principal.organisationId,
  };
}
