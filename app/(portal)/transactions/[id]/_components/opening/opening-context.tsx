"use client";

import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { createContext, type ReactNode, useContext, useState } from "react";
import {
  type Opening,
  type OpeningInput,
  useOpening,
} from "@/app/(portal)/transactions/[id]/_components/opening/use-opening";
import { type CopyOutcome, useCopyGuard } from "@/components/client/logged-copy";

/** Loaded with the first press. */
const OpenDialog = dynamic(async () => (await import("@/components/opening/open-dialog")).OpenDialog);

/** The page's button that opens everything or seals it again. It gets the focus when the focused control disappears. */
export const MAIN_ACTION = "opening-main";

const OpeningContext = createContext<Opening | undefined>(undefined);

/** What the parts of the page share: what is open, and how to open more. */
export function OpeningProvider({ input, children }: { input: OpeningInput; children: ReactNode }) {
  const t = useTranslations("domain.field.copy");
  const opening = useOpening(input);
  const [copied, setCopied] = useState<CopyOutcome | undefined>();
  useCopyGuard(setCopied);
  return (
    <OpeningContext value={opening}>
      {children}
      {opening.asked === undefined ? null : (
        <OpenDialog
          request={opening.asked}
          opened={opening.opened}
          nowMs={input.nowMs}
          isInPlace
          onClose={opening.closeDialog}
        />
      )}
      <p
        role="status"
        className={`fixed bottom-[70px] left-4 z-toast bg-sheet text-control tablet:bottom-4 ${copied === undefined ? "" : "border border-line-2 px-3 py-2"} print:hidden`}
      >
        {copied === undefined ? "" : t(copied)}
      </p>
    </OpeningContext>
  );
}

export function useOpeningHere(): Opening {
  const opening = useContext(OpeningContext);
  if (opening === undefined) throw new Error("outside of its provider");
  return opening;
}
