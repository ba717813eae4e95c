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

/** Resolves after the page's load event, not within it. What a later press needs is fetched then. */
export async function pageLoaded(): Promise<void> {
  if (document.readyState === "complete") return;
  await new Promise<void>((resolve) =>
    window.addEventListener("load", () => setTimeout(resolve), { once: true }),
  );
}
