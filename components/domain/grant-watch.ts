"use client";

import { useEffect, useRef, useState } from "react";
import { CallRefused, send } from "@/components/client/api";
import { useHeard, useLiveState } from "@/components/client/live";
import { useAnswer } from "@/components/client/use-answer";
import { queryKeys } from "@/lib/api-client/queries";

/** What a page must know of a grant while it shows something under it. */
export interface WatchedGrant {
  readonly id: string;
  readonly state: string;
  readonly not_before: string;
  readonly not_after: string;
  readonly max_views: number;
  readonly views_left: number;
}

/** Why values under a grant must leave the screen. `unreachable`: the portal cannot be asked whether the grant is in force. */
export type GrantEnd = "revoked" | "expired" | "former-log" | "signed-out" | "unreachable";

/** How often the grant is read while the stream is down. Opened values are checked in client/opened.ts. */
const POLL_MS = 1_500;
/** After this long without an answer of the portal, fields leave the screen. */
const UNREACHABLE_MS = 10_000;

async function readGrant(id: string): Promise<WatchedGrant> {
  const path = "/confidential/access/grants/{id}";
  return (await send("GET", path, { params: { id }, isBackground: true })).json();
}

function endOf(grant: WatchedGrant, error: unknown, lostForMs: number): GrantEnd | undefined {
  if (grant.state === "revoked") return "revoked";
  if (grant.state === "expired") return "expired";
  if (grant.state === "former_log") return "former-log";
  if (error instanceof CallRefused && error.problem.status === 401) return "signed-out";
  // A grant that the reader may no longer know of is answered as not found.
  if (error instanceof CallRefused && error.problem.status === 404) return "revoked";
  return lostForMs > UNREACHABLE_MS ? "unreachable" : undefined;
}

/** Calls `onEnd` when the grant expires. Browsers cannot wait longer than 24.8 days at once. */
function useExpiry(until: string, onEnd: () => void): void {
  const latest = useRef(onEnd);
  useEffect(() => {
    latest.current = onEnd;
  });
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const wait = (): void => {
      const left = Date.parse(until) - Date.now();
      if (left <= 0) latest.current();
      else timer = setTimeout(wait, Math.min(left, 2 ** 31 - 1));
    };
    wait();
    return () => clearTimeout(timer);
  }, [until]);
}

/**
 * Follows one grant through the stream, and by polling while the stream is down. When `ended` is set, values opened
 * under the grant must leave the screen. With `isOpened` it also follows on a hidden page and ends without an answer.
 */
export function useGrantWatch(
  initial: WatchedGrant,
  isOpened: boolean,
): { readonly grant: WatchedGrant; readonly ended: GrantEnd | undefined; readonly isLive: boolean } {
  const live = useLiveState();
  const isLive = live === "live";
  const [isOver, setOver] = useState(false);
  const [isSignedOut, setSignedOut] = useState(false);
  const answer = useAnswer({
    queryKey: queryKeys.one("grant", initial.id),
    queryFn: () => readGrant(initial.id),
    initialData: initial,
    refetchInterval: isOpened && !isLive ? POLL_MS : false,
    refetchIntervalInBackground: true,
    networkMode: "always",
  });
  useHeard(
    (heard) => {
      if (heard === "ended") setSignedOut(true);
    },
    isOpened ? "urgent" : "now",
  );
  const { data: grant = initial } = answer;
  useExpiry(grant.not_after, () => setOver(true));
  const lostForMs = isOpened && answer.isError ? answer.errorUpdatedAt - answer.dataUpdatedAt : 0;
  const found = endOf(grant, answer.error, lostForMs);
  const ended = isSignedOut ? "signed-out" : (found ?? (isOver ? "expired" : undefined));
  return { grant, ended, isLive };
}
