"use client";

import { useRef } from "react";

export interface Intent {
  /** The idempotency key of this content: another one as soon as the content is another. */
  keyFor(content: unknown): string;
  /** The outcome is known: the same content sent again is a new act. */
  settle(): void;
}

/** One key for one intent: the same while the answer is not known, so that a repeated call is carried out once. */
export function useIntent(): Intent {
  const kept = useRef<{ readonly text: string; readonly key: string } | undefined>(undefined);
  const intent = useRef<Intent>({
    keyFor: (content) => {
      const text = JSON.stringify(content);
      if (kept.current?.text !== text) kept.current = { text, key: crypto.randomUUID() };
      return kept.current.key;
    },
    settle: () => {
      kept.current = undefined;
    },
  });
  return intent.current;
}
