import type { FlagName } from "@/lib/context/flags";

interface GuardedFlag {
  /** The value while no file says anything else: how the program works without the newer way. */
  readonly safe: boolean;
  /** Files that ask for it. A test compares this with the sources. */
  readonly asked: readonly string[];
}

/** What a switch may guard. What is not here cannot be switched. */
export const GUARDED: Readonly<Record<FlagName, GuardedFlag>> = {
  // Answers of a policy set are kept and used again. Safe: Cedar is asked each time. The answers are the same.
  "policy.memo": { safe: false, asked: ["lib/policies/active-set.ts"] },
  // Exports are made in the background. Safe: they are streamed while the caller waits.
  "export.background": {
    safe: false,
    asked: ["app/(portal)/audit/exports/page.tsx", "lib/audit/export/jobs/request-export.ts"],
  },
};

export const FLAG_NAMES: readonly FlagName[] = ["policy.memo", "export.background"];

/** Subjects that no file may name: the log, who may do what, and how long things are kept are not for switches. */
const NEVER =
  /^(?:audit|log|entry|authorization|authority|access|grant|floor|retention|hold|erasure)(?:[._-]|$)/i;

/** Returns the flags of a file that no file may set. */
export function forbiddenIn(names: readonly string[]): string[] {
  return names.filter((name) => NEVER.test(name));
}
