"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";
import { beginKeeping } from "@/components/client/kept-drafts";
import { useSessionEnd } from "@/components/client/session-channel";

/** Owns what this window keeps of forms. It is in the shell once, while a person is signed in. */
export function DraftKeeper({ person }: { person: string }) {
  const router = useRouter();
  useEffect(() => beginKeeping(person), [person]);
  // Without a session the layout sends the person to the sign-in page, with or without the stream of changes.
  useSessionEnd(() => router.refresh());
  return null;
}
