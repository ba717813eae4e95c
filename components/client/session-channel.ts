"use client";

import { useEffect, useRef } from "react";

const CHANNEL = "sealport-session";
const ENDED = "ended";

/** Tells every other tab of this browser that the session is over, so that nothing opened stays on a screen. */
export function announceSessionEnd(): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage(ENDED);
  channel.close();
}

/** Calls `onEnd` when another tab says that the session is over. */
export function useSessionEnd(onEnd: () => void): void {
  const latest = useRef(onEnd);
  useEffect(() => {
    latest.current = onEnd;
  });
  useEffect(() => {
    const channel = new BroadcastChannel(CHANNEL);
    channel.addEventListener("message", (event) => {
      if (event.data === ENDED) latest.current();
    });
    return () => channel.close();
  }, []);
}
