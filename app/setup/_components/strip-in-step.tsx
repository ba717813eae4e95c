"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";

/** The count over the pages is at most five seconds old. */
const FRESH_MS = 5_500;

/** Fetches the page again while the strip over it has another number of missing parts than the list. */
export function StripInStep({ missing }: { missing: number }) {
  const router = useRouter();
  useEffect(() => {
    const strip = document.querySelector<HTMLElement>("[data-missing]");
    if (strip === null || strip.dataset.missing === String(missing)) return;
    const timer = setTimeout(() => router.refresh(), FRESH_MS);
    return () => clearTimeout(timer);
  });
  return null;
}
