"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";
import { useLiveState } from "@/components/client/live";

const PERIOD_MS = 1_500;

/** Loads the page anew while something runs and no stream tells of it. */
export function useRefreshing(isRunning: boolean): void {
  const router = useRouter();
  const isLive = useLiveState() === "live";
  useEffect(() => {
    if (!isRunning || isLive) return;
    const timer = setInterval(() => router.refresh(), PERIOD_MS);
    return () => clearInterval(timer);
  }, [isRunning, isLive, router]);
}
