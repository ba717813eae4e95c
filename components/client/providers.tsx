"use client";

import { useRouter } from "next/navigation";
import { createContext, type ReactNode, useEffect, useState } from "react";
import type { AnswerCache } from "@/components/client/answer-cache";
import { beginKeeping } from "@/components/client/kept-drafts";
import { useSessionEnd } from "@/components/client/session-channel";
import { pageLoaded } from "@/components/client/use-ready";

/** Opens the page's cache of answers. Its first call loads it. */
type OpenCache = () => Promise<AnswerCache>;

export const AnswerCacheContext = createContext<OpenCache>(() => new Promise(() => undefined));

/** Loaded after the page: the page shows what the server sent with it, and the cache keeps that current. */
async function load(): Promise<AnswerCache> {
  await pageLoaded();
  const { AnswerCache } = await import("@/components/client/answer-cache");
  return new AnswerCache();
}

/** Returns a way to the one cache of a page. What could not be loaded is loaded by the next call. */
function newOpening(): OpenCache {
  let opened: Promise<AnswerCache> | undefined;
  return () => {
    opened ??= load().catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
}

/** The page's cache of what the API answered, for one signed-in person. */
export function Providers({ children }: { children: ReactNode }) {
  const [open] = useState(newOpening);
  return <AnswerCacheContext value={open}>{children}</AnswerCacheContext>;
}

/** Controls which form drafts this window keeps. The shell of the signed-in person renders it once. */
export function DraftKeeper({ person }: { person: string }) {
  const router = useRouter();
  useEffect(() => beginKeeping(person), [person]);
  // Without a session the layout leads to the sign-in page, also while the stream of changes is down.
  useSessionEnd(() => router.refresh());
  return null;
}
