"use client";

import { useRouter } from "next/navigation";
import { type ReactNode, useTransition } from "react";
import { Button } from "@/components/ui/button";

/** Opens the browser's own print dialog. */
export function PrintButton({ children }: { children: ReactNode }) {
  return (
    <Button size="bar" icon="print" onClick={() => print()}>
      {children}
    </Button>
  );
}

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
