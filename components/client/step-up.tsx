"use client";

import dynamic from "next/dynamic";
import { type ReactNode, useCallback, useRef, useState } from "react";
import { StepUpContext } from "@/components/client/use-api";

/** Few calls of few people ask for it: it comes when one does. */
const StepUpDialog = dynamic(async () => (await import("@/components/client/step-up-dialog")).StepUpDialog);

/** Opens the step-up dialog for whichever call asks; calls that ask meanwhile wait for the same answer. */
export function StepUpProvider(props: {
  /** The demonstration person who is signed in, by handle. */
  demonstration: string | undefined;
  children: ReactNode;
}) {
  const waiting = useRef<((hasProved: boolean) => void)[]>([]);
  const [isOpen, setOpen] = useState(false);
  const ask = useCallback(
    () =>
      new Promise<boolean>((resolve) => {
        waiting.current.push(resolve);
        setOpen(true);
      }),
    [],
  );
  const settle = useCallback((hasProved: boolean) => {
    setOpen(false);
    for (const resolve of waiting.current.splice(0)) resolve(hasProved);
  }, []);
  return (
    <StepUpContext value={ask}>
      {props.children}
      {isOpen ? <StepUpDialog demonstration={props.demonstration} onDone={settle} /> : null}
    </StepUpContext>
  );
}
