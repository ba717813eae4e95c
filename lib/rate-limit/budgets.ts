/** Classes of calls that share one budget each (api.md "Budgets"). */
export type LimitClass =
  | "reads"
  | "writes"
  | "open"
  | "audit"
  | "decisions"
  | "batch"
  | "export"
  | "sign_in"
  | "sign_in_slow"
  | "sign_in_address"
  | "sign_in_code"
  | "wrong_proof"
  | "anonymous";

/** One class's budget and what happens when its counter cannot be reached. */
export interface Budget {
  readonly limit: number;
  readonly windowSeconds: number;
  /**
   * "closed": no call without its count; beside Redis and Upstash it is counted in PostgreSQL, exact and shared by all
   * portals. "open": while the counter is away this process's memory counts, and without a Redis always.
   */
  readonly fails: "closed" | "open";
}

const MINUTE = 60;
/** How many accounts' worth of attempts one address has. */
const ADDRESS_FACTOR = 10;

const DEFAULTS: Readonly<Record<LimitClass, Budget>> = {
  reads: { limit: 1200, windowSeconds: MINUTE, fails: "open" },
  writes: { limit: 600, windowSeconds: MINUTE, fails: "open" },
  open: { limit: 120, windowSeconds: MINUTE, fails: "closed" },
  audit: { limit: 120, windowSeconds: MINUTE, fails: "closed" },
  decisions: { limit: 60, windowSeconds: MINUTE, fails: "closed" },
  batch: { limit: 10, windowSeconds: MINUTE, fails: "open" },
  export: { limit: 10, windowSeconds: MINUTE, fails: "closed" },
  sign_in: { limit: 10, windowSeconds: 15 * MINUTE, fails: "closed" },
  // Past an account's budget its owner still gets in, slowly: one attempt in half a minute per address, or per session.
  sign_in_slow: { limit: 1, windowSeconds: MINUTE / 2, fails: "closed" },
  // An office behind one address has many people.
  sign_in_address: { limit: 100, windowSeconds: 15 * MINUTE, fails: "closed" },
  // Wrong codes beside an account's right password, over all addresses.
  sign_in_code: { limit: 10, windowSeconds: 15 * MINUTE, fails: "closed" },
  // Wrong proofs in one session, which the next one ends.
  wrong_proof: { limit: 9, windowSeconds: 480 * MINUTE, fails: "closed" },
  anonymous: { limit: 600, windowSeconds: MINUTE, fails: "open" },
};

/** The budgets of this process: api.md's, with RATE_BUDGETS over them. */
export function budgetsWith(
  overrides: Readonly<Partial<Record<LimitClass, number | undefined>>>,
): Readonly<Record<LimitClass, Budget>> {
  const entries = Object.entries(DEFAULTS).map(([name, budget]) => {
    const limit = Object.entries(overrides).find(([key]) => key === name)?.[1];
    return [name, limit === undefined ? budget : { ...budget, limit }];
  });
  const { sign_in: perAccount } = overrides;
  const derived =
    perAccount === undefined
      ? {}
      : {
          sign_in_address: { ...DEFAULTS.sign_in_address, limit: perAccount * ADDRESS_FACTOR },
          sign_in_code: { ...DEFAULTS.sign_in_code, limit: perAccount },
        };
  return { ...DEFAULTS, ...Object.fromEntries(entries), ...derived };
}
