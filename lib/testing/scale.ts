// Test support for all rooms; no program code imports it. benches/ prepare a database, people and services; servers/, devices/ and custodian/
// are fake or local services; children/ are processes that tests kill. contracts/, request-life/ and routes/ are models and rules that
// tests compare with the program. They must share no logic with the code that they check. instance/ starts a whole instance.
import { appendFileSync } from "node:fs";

/** How many cases the long tests make, in `npm test` and in `npm run test:deep`. An environment variable sets one number for a run by hand. */
export const SCALE = {
  "sequencer kills": { test: 5, deep: 50, variable: "SEALPORT_SEQUENCER_KILLS" },
  "re-wrap kills": { test: 2, deep: 8, variable: "SEALPORT_KILLS" },
  "other kills": { test: 1, deep: 8, variable: "SEALPORT_OTHER_KILLS" },
  "fuzz calls an operation": { test: 2, deep: 100, variable: "FUZZ_RUNS" },
  "life sequences": { test: 10, deep: 1_000, variable: "SEALPORT_LIFE_SEQUENCES" },
  "oracle cases": { test: 10_000, deep: 1_000_000, variable: "ORACLE_CASES" },
  "policy preparations": { test: 12, deep: 200, variable: "SEALPORT_POLICY_SETS" },
  "mutant cases": { test: 40_000, deep: 160_000, variable: "MUTANT_CASES" },
  "mutants of a rule file": { test: 6, deep: 10_000, variable: "SEALPORT_RULE_MUTANTS" },
  "mutated policy sets": { test: 12, deep: 240, variable: "SEALPORT_MUTATED_SETS" },
  "wraps without a block": { test: 2_000, deep: 200_000, variable: "SOAK_WRAPS" },
  "keys without a block": { test: 2_000, deep: 200_000, variable: "SOAK_KEYS" },
  "seals without repeat": { test: 2_000, deep: 200_000, variable: "SOAK_SEALS" },
  "changed bytes": { test: 200, deep: 1_000_000, variable: "SEALPORT_CHANGED_BYTES" },
  "entry forms": { test: 400, deep: 6_000, variable: "SEALPORT_FORM_ENTRIES" },
} as const;

export type Scaled = keyof typeof SCALE;

/** Whether this is the deep run. */
export const isDeep = process.env.SEALPORT_DEEP === "1";

/** Returns the number of cases that this run makes, and writes it to the file that SEALPORT_CASES names, for the run's summary. */
export function scale(name: Scaled): number {
  const { test, deep, variable } = SCALE[name];
  const cases = Number(process.env[variable] ?? (isDeep ? deep : test));
  if (!Number.isSafeInteger(cases) || cases < 1)
    throw new RangeError(`${variable} must be a number of cases`);
  summarise({ name, cases });
  return cases;
}

function summarise(line: object): void {
  const summary = process.env.SEALPORT_CASES;
  if (summary !== undefined) appendFileSync(summary, `${JSON.stringify(line)}\n`);
}

/** Says what a test cannot check on this machine, and why; the run's summary repeats it. */
export function notRun(what: string): void {
  console.log(`NOT RUN: ${what}`);
  summarise({ notRun: what });
}

/** Returns places in a list of this length, evenly spread, as many as this run tries: each of them in the deep run. */
export function someOf(length: number, name: Scaled): number[] {
  const count = Math.min(length, scale(name));
  return Array.from({ length: count }, (_, nth) => Math.floor((nth * length) / count));
}

/** Returns places in so many bytes, as many as this run changes. */
export const changedPlaces = (length: number): number[] => someOf(length, "changed bytes");
