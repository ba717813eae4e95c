"use client";

import { useRouter } from "next/navigation";
import { type ReactNode, useTransition } from "react";
import { Button } from "@/components/ui/button";

/** Reads the page again. */
export function RefreshButton({ children }: { children: ReactNode }) {
  const router = useRouter();
  const [isPending, start] = useTransition();
  return (
    <Button size="bar" isBusy={isPending} onClick={() => start(() => router.refresh())}>
      {children}
    </Button>
  );
}
