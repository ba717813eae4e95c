"use client";

import { useRef } from "react";

export interface Intent {
  /** Returns the idempotency key of this content. Changed content gets another key. */
  keyFor(content: unknown): string;
  /** Call this when the outcome is known. The same content sent after that is a new act. */
  settle(): void;
}

/**
 * Returns one idempotency key for one intent. It stays the same until the outcome is known, so that a repeated call is
 * carried out only once.
 */
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
