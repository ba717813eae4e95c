import "server-only";
import { countGrants } from "@/lib/access/grants/store";
import { listOwner } from "@/lib/access/requests/list-requests";
import { countQueue, type Viewer } from "@/lib/access/requests/queue-store";
import { viewerOf } from "@/lib/access/requests/viewer";
import { isReviewer } from "@/lib/access/rules/action-rules";
import { isSupport } from "@/lib/access/rules/floor";
import { countWaiting } from "@/lib/administration/agreements/list-agreements";
import { actsOnAlerts } from "@/lib/alerts/list-alerts";
import { countUnacknowledged } from "@/lib/alerts/store";
import type { Context } from "@/lib/context/context";
import { onReplica } from "@/lib/db/replica";
import { inSnapshot, type Tx } from "@/lib/db/transaction";
import type { Need, NeedKind, PlaceCounts } from "@/lib/home/schema";
import { readOfficeNeeds } from "@/lib/home/second-person-needs";
import { countOpenDisputes, countOpenRequests } from "@/lib/home/store";
import { countUnread } from "@/lib/notify/audience";

type CountContext = Pick<Context, "principal" | "instance" | "clock" | "db" | "escrow" | "keystore">;

async function requests(tx: Tx, cx: CountContext, viewer: Viewer): Promise<number> {
  if (!isReviewer(cx.principal)) return countOpenRequests(tx, cx.principal.userId);
  return countQueue(tx, { viewer, ownerId: undefined, state: undefined, view: "waiting" });
}

/** Figures of the rail in one snapshot that is already open. `office` are the tasks of `readOfficeNeeds`. */
export async function readCounts(
  tx: Tx,
  cx: CountContext,
  { viewer, office }: { readonly viewer: Viewer; readonly office: readonly Need[] },
): Promise<PlaceCounts> {
  const { principal, instance, clock } = cx;
  const ofKind = (wanted: NeedKind) => office.filter(({ kind }) => kind === wanted);
  const { tenantId, log } = instance;
  const isStaff = principal.role === "coordinator" || isSupport(principal);
  const participant = isStaff ? undefined : (principal.participantId ?? "");
  const shown = { tenantId, userId: listOwner(cx), sealed: viewer.sealed, log };
  return {
    requests: await requests(tx, cx, viewer),
    grants: await countGrants(tx, { ...shown, view: "in_force", now: clock.now() }),
    disputes: await countOpenDisputes(tx, { tenantId, participant }),
    notifications: await countUnread(tx, cx),
    accessReview: ofKind("access_review").reduce((sum, { facts }) => sum + (facts.transactions ?? 0), 0),
    alerts: actsOnAlerts(cx) ? await countUnacknowledged(tx, { tenantId, sealed: viewer.sealed }) : 0,
    erasures: ofKind("erasure").length,
    authorities: ofKind("authority").length,
    policies: ofKind("policy").length,
    roster: ofKind("roster").length,
    keys: ofKind("backup").length,
    agreements: principal.role === "admin" ? await countWaiting(tx, cx) : 0,
  };
}

/**
 * Returns the counts next to the places: work for a reviewer or own open requests, active grants, open disputes, unread
 * notifications, and what waits for the caller as the second person.
 */
export function countPlaces(cx: CountContext): Promise<PlaceCounts> {
  return onReplica(cx, "home", (from) =>
    inSnapshot(from, async (tx) =>
      readCounts(tx, from, { viewer: await viewerOf(tx, from), office: await readOfficeNeeds(tx, from) }),
    ),
  );
}
