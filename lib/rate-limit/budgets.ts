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
  | "grant_day"
  | "alert_test"
  | "anonymous";

/** One class's budget and what happens when its counter cannot be reached. */
export interface Budget {
  readonly limit: number;
  readonly windowSeconds: number;
  /**
   * "closed": a call that cannot be counted is refused. PostgreSQL counts when Redis or Upstash does not, exactly and
   * for all portals. "open": this process's memory counts while the counter is down, and always without Redis.
   */
  readonly fails: "closed" | "open";
}

const MINUTE = 60;
const DAY = 1440 * MINUTE;
/** How many minutes' worth of openings one grant has in a day, for all people who open under it. */
const DAY_FACTOR = 20;
/** How many actors' worth of calls all actors of a tenant have together. */
const TENANT_FACTOR = 50;
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
  // Wrong codes together with an account's right password, over all addresses.
  sign_in_code: { limit: 10, windowSeconds: 15 * MINUTE, fails: "closed" },
  // Wrong proofs in one session, which the next one ends.
  wrong_proof: { limit: 9, windowSeconds: 480 * MINUTE, fails: "closed" },
  // Disclosures under one grant, in addition to the views that its decisions gave it.
  grant_day: { limit: 120 * DAY_FACTOR, windowSeconds: DAY, fails: "closed" },
  // Test messages to all of a tenant's addresses for alerts: they reach people and systems outside.
  alert_test: { limit: 40, windowSeconds: DAY, fails: "closed" },
  anonymous: { limit: 600, windowSeconds: MINUTE, fails: "open" },
};

type Overrides = Readonly<Partial<Record<LimitClass, number | undefined>>>;

/** Returns the budgets of this process: the limits of RATE_BUDGETS, and for all others those of api.md. */
export function budgetsWith(overrides: Overrides): Readonly<Record<LimitClass, Budget>> {
  const entries = Object.entries(DEFAULTS).map(([name, budget]) => {
    const limit = Object.entries(overrides).find(([key]) => key === name)?.[1];
    return [name, limit === undefined ? budget : { ...budget, limit }];
  });
  return { ...DEFAULTS, ...Object.fromEntries(entries), ...derivedFrom(overrides) };
}

/** Returns budgets that follow from another one, so that RATE_BUDGETS needs to name only those of api.md. */
function derivedFrom({ sign_in: perAccount, open }: Overrides): Partial<Record<LimitClass, Budget>> {
  const signIn =
    perAccount === undefined
      ? {}
      : {
          sign_in_address: { ...DEFAULTS.sign_in_address, limit: perAccount * ADDRESS_FACTOR },
          sign_in_code: { ...DEFAULTS.sign_in_code, limit: perAccount },
        };
  const day = open === undefined ? {} : { grant_day: { ...DEFAULTS.grant_day, limit: open * DAY_FACTOR } };
  return { ...signIn, ...day };
}

/** Classes for which all actors of a tenant share one more budget. For signing in, a spent one would lock all out. */
const OF_TENANT: readonly LimitClass[] = ["reads", "writes", "open", "audit", "decisions", "batch", "export"];

/**
 * Returns the budget that all actors of a tenant share. It protects the service and is not access control. So it is
 * counted where reads are counted, and calls pass while its counter is down.
 */
export function tenantBudget(name: LimitClass, { limit, windowSeconds }: Budget): Budget | undefined {
  if (!OF_TENANT.includes(name)) return undefined;
  return { limit: limit * TENANT_FACTOR, windowSeconds, fails: "open" };
}
