import "server-only";
import type { Clock } from "@/lib/clock";
import type { Principal, ScopeTable } from "@/lib/context/principal";
import type { DbContext } from "@/lib/db/transaction";
import { principalOf } from "@/lib/identity/sessions/principal";
import { endOf } from "@/lib/identity/sessions/session-rules";
import { cookieValues, decodeSessionToken, type SessionSecret } from "@/lib/identity/sessions/session-token";
import { findSession, touchSession } from "@/lib/identity/sessions/store";
import type { Site } from "@/lib/identity/sign-in/site";

export type SessionContext = DbContext &
  SessionSecret &
  ScopeTable & { readonly clock: Clock; readonly site: Site };

const TOUCH_INTERVAL_MS = 15_000;

/** Returns whether the request carries a session cookie, good or bad. */
export function hasSessionCookie(cx: Pick<SessionContext, "site">, headers: Pick<Headers, "get">): boolean {
  return cookieValues(headers, cx.site.cookies.session).some((value) => value !== "");
}

/** A poll or stream that a page starts automatically does not keep a session from going idle. */
function isBackground(headers: Pick<Headers, "get">): boolean {
  return (
    headers.get("x-sealport-background") === "1" ||
    (headers.get("accept") ?? "").startsWith("text/event-stream")
  );
}

/** Returns the live session of a cookie, by its row; undefined for an ended, expired, idle or made-up one. */
export async function findLiveSession(cx: SessionContext, token: string) {
  const sid = decodeSessionToken(cx, token);
  if (sid === undefined) return undefined;
  const session = await findSession(cx.db.run, cx.instance.tenantId, sid);
  return session === undefined || endOf(session, cx.clock.now()) !== undefined ? undefined : session;
}

/**
 * Returns the signed-in person for a request's cookie. Reads the session's row each time, so a session that was ended
 * anywhere stops at once. Returns undefined without a cookie or with a dead one. A call that the person did not start
 * (`isOwn` false) does not keep the session from going idle.
 */
export async function findSessionPrincipal(
  cx: SessionContext,
  headers: Pick<Headers, "get">,
  isOwn = true,
): Promise<Principal | undefined> {
  const [token, another] = cookieValues(headers, cx.site.cookies.session);
  // Two cookies of one name: someone else has set one of them.
  if (token === undefined || another !== undefined) return undefined;
  const session = await findLiveSession(cx, token);
  if (session === undefined) return undefined;
  const now = cx.clock.now();
  if (isOwn && !isBackground(headers) && now.getTime() - session.lastSeenAt.getTime() >= TOUCH_INTERVAL_MS)
    await touchSession(cx.db.run, session.sid, now);
  const { holder, proof } = session;
  return principalOf(holder, cx.scopesFor(holder.role, holder.duties), proof);
}
