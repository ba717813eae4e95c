import type { FlagName } from "@/lib/context/flags";

interface GuardedFlag {
  /** The value unless the file sets another one. It selects the older, proven way. */
  readonly safe: boolean;
  /** Source files that read the switch. A test compares this list with the sources. */
  readonly asked: readonly string[];
}

/** All switches. Parts of the program that are not listed here have no switch. */
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

/** Beginnings of names that are refused. No switch may change the log, access rights or retention. */
const NEVER =
  /^(?:audit|log|entry|authorization|authority|access|grant|floor|retention|hold|erasure)(?:[._-]|$)/i;

/** Returns those of the names that no file may set. */
export function forbiddenIn(names: readonly string[]): string[] {
  return names.filter((name) => NEVER.test(name));
}
