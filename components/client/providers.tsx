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

/** Owns what this window keeps of forms: once in the shell of whoever is signed in. */
export function DraftKeeper({ person }: { person: string }) {
  const router = useRouter();
  useEffect(() => beginKeeping(person), [person]);
  // The layout sends whoever has no session to the sign-in page, with or without a stream that says so.
  useSessionEnd(() => router.refresh());
  return null;
}
