"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";
import { beginKeeping } from "@/components/client/kept-drafts";
import { useSessionEnd } from "@/components/client/session-channel";

/** Owns what this window keeps of forms: once in the shell of whoever is signed in. */
export function DraftKeeper({ person }: { person: string }) {
  const router = useRouter();
  useEffect(() => beginKeeping(person), [person]);
  // The layout sends whoever has no session to the sign-in page, with or without a stream that says so.
  useSessionEnd(() => router.refresh());
  return null;
}
