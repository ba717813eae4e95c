"use client";

import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { flushSync } from "react-dom";
import {
  type BlankReason,
  hasEnded,
  lasts,
  type Opened,
  reasonForAll,
  skewOf,
} from "@/components/client/blank-rules";
import { useHeard, useLiveState } from "@/components/client/live";
import { type OpenedState, OpenedStore, type Ticket } from "@/components/client/opened-store";
import { useSessionEnd } from "@/components/client/session-channel";
import { type Standing, standingOf } from "@/components/client/standing";

const TICK_MS = 1_000;
/**
 * How often the access is checked while fields are open, with or without a stream. The browser may not notice a dead
 * connection, but a revocation must show within two seconds.
 */
const ASK_MS = 1_000;
const INPUTS = ["keydown", "pointerdown", "pointermove", "wheel", "touchstart"] as const;
const NOTHING: OpenedState = { items: [], blanked: undefined };

export interface OpenedValues extends OpenedState {
  /** Take one before the call that opens, and give it to `put`. */
  ticket(): Ticket;
  /** Shows opened values. Returns false, and shows nothing, if values were blanked after the ticket was taken. */
  put(opened: Opened, ticket: Ticket): boolean;
  blank(reason: BlankReason): void;
}

/** Clears the store. The document no longer shows the values when this returns. */
function blankNow(store: OpenedStore, reason: BlankReason): void {
  flushSync(() => store.blank(reason));
}

/**
 * Blanks the values when the person leaves the page, when the browser freezes it, or when it returns from the
 * back-forward cache.
 */
function useLeaving(store: OpenedStore): void {
  useEffect(() => {
    const leave = () => blankNow(store, "closed");
    const restore = (event: PageTransitionEvent) => {
      if (event.persisted) blankNow(store, "restored");
    };
    window.addEventListener("pagehide", leave);
    window.addEventListener("pageshow", restore);
    document.addEventListener("freeze", leave);
    return () => {
      window.removeEventListener("pagehide", leave);
      window.removeEventListener("pageshow", restore);
      document.removeEventListener("freeze", leave);
      store.blank("closed");
    };
  }, [store]);
}

/**
 * Checks each second, while values are open, whether the page is idle or hidden too long, the access is in doubt, or
 * the grant has ended.
 */
function useClock(store: OpenedStore, isOpen: boolean, skewMs: number, sureAt: Sure) {
  useEffect(() => {
    if (!isOpen) return;
    let lastInputMs = Date.now();
    let hiddenSinceMs = document.visibilityState === "hidden" ? Date.now() : undefined;
    const note = () => {
      lastInputMs = Date.now();
    };
    const look = () => {
      const nowMs = Date.now();
      const reason = reasonForAll({ nowMs, lastInputMs, hiddenSinceMs, sureAtMs: sureAt.current });
      if (reason !== undefined) blankNow(store, reason);
      else if (store.read().items.some((one) => hasEnded(one, nowMs + skewMs)))
        flushSync(() => store.blank("ended", (one) => hasEnded(one, nowMs + skewMs)));
    };
    const see = () => {
      // Check before `hiddenSinceMs` is reset, because a browser may stop the timers of a hidden page.
      look();
      hiddenSinceMs = document.visibilityState === "hidden" ? Date.now() : undefined;
    };
    const timer = setInterval(look, TICK_MS);
    document.addEventListener("visibilitychange", see);
    for (const input of INPUTS) window.addEventListener(input, note, { capture: true, passive: true });
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", see);
      for (const input of INPUTS) window.removeEventListener(input, note, { capture: true });
    };
  }, [store, isOpen, skewMs, sureAt]);
}

function apply(store: OpenedStore, standing: Standing, grantId: string | undefined): void {
  if (standing === "session") store.blank("session");
  else if (standing === "ended" || standing === "revoked")
    store.blank(standing, (one) => one.grant?.id === grantId);
}

interface Sure {
  /** Time at which the access was last known to be in force, in milliseconds; undefined while there is no doubt. */
  current: number | undefined;
}

/** Asks once whether every open access is still in force. Without an answer the access is in doubt, with or without a stream. */
async function ask(store: OpenedStore, sureAt: Sure, isLive: boolean): Promise<void> {
  const askedAt = Date.now();
  const distinct = new Map(store.read().items.map((one) => [one.grant?.id ?? one.transactionId, one]));
  const standings = await Promise.all(
    [...distinct.values()].map(async (one) => {
      const standing = await standingOf(one);
      apply(store, standing, one.grant?.id);
      return standing;
    }),
  );
  const isKnown = standings.every((standing) => standing !== "unknown");
  if (!isKnown) sureAt.current ??= askedAt;
  else if (isLive) sureAt.current = undefined;
  else if (sureAt.current !== undefined) sureAt.current = Math.max(sureAt.current, askedAt);
}

/** Blanks values whose grant was revoked or has ended, as the stream reports or as the portal answers. */
function useRevocation(store: OpenedStore, isOpen: boolean, sureAt: Sure): void {
  const isLive = useLiveState() === "live";
  useHeard(
    (heard) => {
      if (heard === "gap") void ask(store, sureAt, isLive);
      else if (heard === "ended") store.blank("session");
      else if (heard.kind === "grant" && !lasts(heard.state)) {
        const reason = heard.state === "expired" ? "ended" : "revoked";
        store.blank(reason, (one) => one.grant?.id === heard.id);
      }
    },
    isOpen ? "urgent" : "now",
  );
  useEffect(() => {
    if (!isOpen) return;
    sureAt.current = isLive ? undefined : Date.now();
    // A change between the answer and this moment was not seen yet, so ask now.
    void ask(store, sureAt, isLive);
    const timer = setInterval(() => void ask(store, sureAt, isLive), ASK_MS);
    return () => clearInterval(timer);
  }, [store, isOpen, isLive, sureAt]);
}

/**
 * Opened values of this page, in memory only. They go blank when the page is idle, left, hidden or restored, when the
 * grant ends or is revoked, when the session ends, and when the portal cannot confirm the access. `nowMs` is the
 * server's time when it made the page.
 */
export function useOpened({ nowMs }: { nowMs: number }): OpenedValues {
  const [store] = useState(() => new OpenedStore());
  const [skewMs] = useState(() => skewOf(nowMs, Date.now()));
  const sureAt = useRef<number | undefined>(undefined);
  const state = useSyncExternalStore(store.subscribe, store.read, () => NOTHING);
  const isOpen = state.items.length > 0;
  useLeaving(store);
  useClock(store, isOpen, skewMs, sureAt);
  useRevocation(store, isOpen, sureAt);
  useSessionEnd(() => store.blank("session"));
  return {
    ...state,
    ticket: useCallback(() => store.ticket(), [store]),
    put: useCallback((opened, ticket) => store.put(opened, ticket), [store]),
    blank: useCallback((reason) => store.blank(reason), [store]),
  };
}
