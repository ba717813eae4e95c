"use client";

import { useRouter } from "next/navigation";
import { useEffect, useRef } from "react";
import { useHeard, useLiveState } from "@/components/client/live";
import type { WatchedKind } from "@/lib/word-lists";

/** Changes of one moment are fetched together. */
const GATHER_MS = 150;
/** After this long without a hand on the page a fetch would only keep an idle session alive. */
const ACTIVE_MS = 5 * 60_000;

/**
 * Fetches a server-made page again when one of these kinds changes (with `id`: one thing). While the page is not used,
 * it waits for the next movement, so that the work of others does not keep this session from going idle.
 */
export function LiveRefresh({ kinds, id }: { kinds: readonly WatchedKind[]; id?: string }) {
  const router = useRouter();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const usedAt = useRef(0);
  const isOld = useRef(false);
  const refresh = (): void => {
    clearTimeout(timer.current);
    isOld.current = Date.now() - usedAt.current > ACTIVE_MS;
    if (!isOld.current) timer.current = setTimeout(() => router.refresh(), GATHER_MS);
  };
  const latest = useRef(refresh);
  useEffect(() => {
    latest.current = refresh;
  });
  useEffect(() => {
    usedAt.current = Date.now();
    const use = (): void => {
      usedAt.current = Date.now();
      if (isOld.current) latest.current();
    };
    const events = ["pointerdown", "pointermove", "keydown", "visibilitychange"] as const;
    for (const event of events) document.addEventListener(event, use, { passive: true });
    return () => {
      clearTimeout(timer.current);
      for (const event of events) document.removeEventListener(event, use);
    };
  }, []);
  // After the effect above: what was heard a moment ago comes at once, and the page was used by then.
  useHeard((heard) => {
    if (heard === "ended") return;
    if (heard === "gap" || (kinds.includes(heard.kind) && (id === undefined || heard.id === id))) refresh();
  }, "late");
  return null;
}

const PERIOD_MS = 1_500;

/** Reloads the page regularly while something runs and the stream of changes is down. */
export function useRefreshing(isRunning: boolean): void {
  const router = useRouter();
  const isLive = useLiveState() === "live";
  useEffect(() => {
    if (!isRunning || isLive) return;
    const timer = setInterval(() => router.refresh(), PERIOD_MS);
    return () => clearInterval(timer);
  }, [isRunning, isLive, router]);
}
