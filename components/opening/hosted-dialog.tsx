"use client";

import { useOpened } from "@/components/client/opened";
import { OpenDialog } from "@/components/opening/open-dialog";
import type { OpeningRequest } from "@/components/opening/use-open-dialog";

interface HostedProps {
  readonly request: OpeningRequest;
  readonly nowMs: number;
  readonly onClose: () => void;
}

/** The dialog with a store of its own: its values are gone when it closes. */
export function HostedDialog({ request, nowMs, onClose }: HostedProps) {
  const opened = useOpened({ nowMs });
  const close = () => {
    opened.blank("closed");
    onClose();
  };
  return <OpenDialog request={request} opened={opened} nowMs={nowMs} onClose={close} />;
}
