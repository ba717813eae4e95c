"use client";

import { useEffect, useRef } from "react";

const CHANNEL = "sealport-session";
const ENDED = "ended";

/** Informs every tab of this browser that the session is over, so that opened values leave the screen. */
export function announceSessionEnd(): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage(ENDED);
  channel.close();
}

/** Calls `onEnd` whenever a tab says that the session is over; answers how to stop listening. */
export function hearSessionEnd(onEnd: () => void): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.addEventListener("message", (event) => {
    if (event.data === ENDED) onEnd();
  });
  return () => channel.close();
}

/** The same for as long as a component is there. */
export function useSessionEnd(onEnd: () => void): void {
  const latest = useRef(onEnd);
  useEffect(() => {
    latest.current = onEnd;
  });
  useEffect(() => hearSessionEnd(() => latest.current()), []);
}
