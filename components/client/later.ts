"use client";

import dynamic from "next/dynamic";
import type { ComponentType } from "react";

// Scripts that a page needs only when its reader acts are loaded after the page: it is drawn sooner, and most visits act on little.

/** Resolves when the page with its scripts and pictures has been loaded. On the server there is nothing to wait for. */
export async function afterLoad(): Promise<void> {
  if (typeof document === "undefined" || document.readyState === "complete") return;
  await new Promise((resolve) => addEventListener("load", resolve, { once: true }));
  // What waits for the end of the load event is asked for after it.
  await new Promise((resolve) => setTimeout(resolve));
}

/**
 * Returns a part of a page whose script is loaded after the page. The server's HTML shows it from the start, and its controls work when
 * the script is there.
 */
export function later<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  return dynamic(async () => {
    await afterLoad();
    return load();
  });
}
