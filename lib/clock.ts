/** The one source of time. Tests inject their own; no use case calls `Date.now()`. */
export interface Clock {
  /** Milliseconds since the epoch. */
  nowMs(): number;
  /** Microseconds since the epoch; never goes backwards within one process. */
  nowMicros(): bigint;
  now(): Date;
}

let lastMicros = 0n;

function monotonicMicros(): bigint {
  const wall = BigInt(Date.now()) * 1000n + ((process.hrtime.bigint() / 1000n) % 1000n);
  lastMicros = wall > lastMicros ? wall : lastMicros + 1n;
  return lastMicros;
}

/** The machine's clock. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  nowMicros: monotonicMicros,
  now: () => new Date(),
};

/** Returns a clock that does not move until a test moves it, for tests of validity and business hours. */
export function fixedClock(start: Date): Clock & { set(at: Date): void; advance(ms: number): void } {
  let at = start.getTime();
  return {
    nowMs: () => at,
    nowMicros: () => BigInt(at) * 1000n,
    now: () => new Date(at),
    set: (next) => {
      at = next.getTime();
    },
    advance: (ms) => {
      at += ms;
    },
  };
}
