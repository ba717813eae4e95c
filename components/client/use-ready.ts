"use client";

import { useEffect, useSyncExternalStore } from "react";

const never = () => () => undefined;

/** Whether scripts have taken the page over. What is typed or pressed before is neither kept nor sent. */
export function useReady(): boolean {
  return useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
}

/** Asks before the page is left, because the typed text is kept nowhere else. */
export function useLeaveWarning(isOn: boolean): void {
  useEffect(() => {
    if (!isOn) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [isOn]);
}
