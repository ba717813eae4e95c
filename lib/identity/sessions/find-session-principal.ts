import "server-only";
import type { Clock } from "@/lib/clock";
import type { Principal, ScopeTable } from "@/lib/context/principal";
import { type DbContext, inSnapshot, inTransaction } from "@/lib/db/transaction";
import { principalOf } from "@/lib/identity/sessions/principal";
import { endOf } from "@/lib/identity/sessions/session-rules";
import { cookieValues, decodeSessionToken, type SessionSecret } from "@/lib/identity/sessions/session-token";
import { findSession, touchSession } from "@/lib/identity/sessions/store";
import type { Site } from "@/lib/identity/sign-in/site";

export type SessionContext = DbContext &
  SessionSecret &
  ScopeTable & { readonly clock: Clock; readonly site: Site };

const TOUCH_INTERVAL_MS = 15_000;

/** Whether the request carries a session cookie at all, good or bad. */
export function hasSessionCookie(cx: Pick<SessionContext, "site">, headers: Pick<Headers, "get">): boolean {
  return cookieValues(headers, cx.site.cookies.session).some((value) => value !== "");
}

/** A page that asks by itself, by poll or stream, does not keep a session from going idle. */
function isBackground(headers: Pick<Headers, "get">): boolean {
  return (
    headers.get("x-sealport-background") === "1" ||
    (headers.get("accept") ?? "").startsWith("text/event-stream")
  );
}

/** The live session that a cookie names, by its row; undefined for an ended, expired, idle or made-up one. */
export async function findLiveSession(cx: SessionContext, token: string) {
  const sid = decodeSessionToken(cx, token);
  if (sid === undefined) return undefined;
  const session = await inSnapshot(cx, (tx) => findSession(tx, cx.instance.tenantId, sid));
  return session === undefined || endOf(session, cx.clock.now()) !== undefined ? undefined : session;
}

/**
 * The signed-in person that a request's cookie stands for, read from the session's row each time: a session that
 * was ended anywhere opens nothing from that moment on. Undefined without a cookie or with a dead one. A call that the
 * person did not make (`isOwn` false) does not keep the session from going idle.
 */
export async function findSessionPrincipal(
  cx: SessionContext,
  headers: Pick<Headers, "get">,
  isOwn = true,
): Promise<Principal | undefined> {
  const [token, another] = cookieValues(headers, cx.site.cookies.session);
  // Two cookies of one name: somebody else has set one of them.
  if (token === undefined || another !== undefined) return undefined;
  const session = await findLiveSession(cx, token);
  if (session === undefined) return undefined;
  const now = cx.clock.now();
  if (isOwn && !isBackground(headers) && now.getTime() - session.lastSeenAt.getTime() >= TOUCH_INTERVAL_MS)
    await inTransaction(cx, (tx) => touchSession(tx, session.sid, now));
  const { holder, proof } = session;
  return principalOf(holder, cx.scopesFor(holder.role, holder.duties), proof);
}
