"use client";

import { useEffect, useState } from "react";
import { target } from "@/components/client/api";
import { useApi } from "@/components/client/use-api";
import type { PolicyDocument } from "@/lib/access/policy/policy-document";
import type { validatePolicySet } from "@/lib/api-client/operations/policies";
import type { PolicyFault } from "@/lib/policies/schema";

const VALIDATE = target<typeof validatePolicySet>("POST", "/confidential/policies/{number}/validate");

/** Typing has ended when no key was pressed for so long. */
const PAUSE_MS = 500;

/** Returns the faults of a document while it is written: the server checks it after each pause. Undefined meanwhile. */
export function useFaults(
  number: number,
  document: PolicyDocument,
  isOn: boolean,
): readonly PolicyFault[] | undefined {
  const { call } = useApi();
  const text = JSON.stringify(document);
  const [known, setKnown] = useState<{ readonly text: string; readonly faults: readonly PolicyFault[] }>();
  useEffect(() => {
    if (!isOn) return;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      const body = { document: JSON.parse(text) };
      call(VALIDATE, {
        params: { number: String(number) },
        body,
        isBackground: true,
        signal: stop.signal,
      }).then(
        ({ faults }) => setKnown({ text, faults }),
        // The check at the save says what is wrong.
        () => undefined,
      );
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [call, number, text, isOn]);
  return known?.text === text ? known.faults : undefined;
}
