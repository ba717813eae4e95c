"use client";

import dynamic from "next/dynamic";
import { usePathname } from "next/navigation";
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from "react";
import type { OpeningRequest } from "@/components/opening/use-open-dialog";
import { Button, type ButtonProps } from "@/components/ui/button";

/** Most pages are left without opening anything: the dialog comes with the first press. */
const HostedDialog = dynamic(async () => (await import("@/components/opening/hosted-dialog")).HostedDialog);

const OpeningContext = createContext<((request: OpeningRequest) => void) | undefined>(undefined);

/**
 * Holds the dialog in which fields are opened, for pages that show no fields themselves. The row whose button was pressed
 * may disappear with the opening; the dialog and its values stay. `nowMs` is the server's time when it made the page.
 */
export function OpeningHost({ nowMs, children }: { nowMs: number; children: ReactNode }) {
  const [request, setRequest] = useState<OpeningRequest | undefined>();
  const open = useCallback((wanted: OpeningRequest) => setRequest(wanted), []);
  const close = useMemo(() => () => setRequest(undefined), []);
  const path = usePathname();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page shows other things
  useEffect(() => close, [path, close]);
  return (
    <OpeningContext value={open}>
      {children}
      {request === undefined ? null : <HostedDialog request={request} nowMs={nowMs} onClose={close} />}
    </OpeningContext>
  );
}

/** Begins an opening under a grant from a page inside `OpeningHost`. */
export function OpenGrantButton({
  request,
  ...button
}: { request: OpeningRequest } & Omit<ButtonProps, "onClick">) {
  const open = useContext(OpeningContext);
  return <Button {...button} onClick={() => open?.(request)} />;
}
