"use client";

import { useSyncExternalStore } from "react";

const never = () => () => undefined;

/** Whether scripts have taken the page over. What is typed or pressed before is neither kept nor sent. */
export function useReady(): boolean {
  return useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
}
