"use client";

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { type ReactNode, useEffect, useState } from "react";
import { beginKeeping } from "@/components/client/kept-drafts";
import { useSessionEnd } from "@/components/client/session-channel";

/** The cache of what the API answered, in memory only. Refused calls are not repeated: they are recorded acts. */
export function Providers({ children }: { children: ReactNode }) {
  const [client] = useState(
    () =>
      new QueryClient({
        defaultOptions: {
          queries: { retry: false, staleTime: 5_000, refetchOnWindowFocus: true },
          mutations: { retry: false },
        },
      }),
  );
  return <QueryClientProvider client={client}>{children}</QueryClientProvider>;
}

/** Controls which form drafts this window keeps. The shell of the signed-in person renders it once. */
export function DraftKeeper({ person }: { person: string }) {
  const router = useRouter();
  useEffect(() => beginKeeping(person), [person]);
  // Without a session the layout leads to the sign-in page, also while the stream of changes is down.
  useSessionEnd(() => router.refresh());
  return null;
}
