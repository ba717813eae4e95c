"use client";

import dynamic from "next/dynamic";
import { type ReactNode, useCallback, useRef, useState } from "react";
import { StepUpContext } from "@/components/client/use-api";

/** Loaded when a call first needs it, because few calls do. */
const StepUpDialog = dynamic(async () => (await import("@/components/client/step-up-dialog")).StepUpDialog);

/**
 * Opens the step-up dialog when a call needs a fresh proof. Calls that need one while it is open wait for the same
 * answer.
 */
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
