"use client";

import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";

/** Opens the browser's own print dialog. */
export function PrintButton({ children }: { children: ReactNode }) {
  return (
    <Button size="bar" icon="print" onClick={() => print()}>
      {children}
    </Button>
  );
}
