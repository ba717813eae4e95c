import { setTimeout as sleep } from "node:timers/promises";
import type { Mix, Outcome } from "./mix";

/** The most calls that are open at once: a slow instance gets fewer calls, not an endless queue. */
const MOST_OPEN = 64;

/** One finished call. */
export interface Call extends Outcome {
  /** Seconds after the beginning of the load. */
  readonly at: number;
  readonly ms: number;
}

export interface Played {
  readonly calls: readonly Call[];
  /** Calls that were due while `MOST_OPEN` were open. They were not made. */
  readonly skipped: number;
  readonly seconds: number;
}

interface Wish {
  readonly perSecond: number;
  readonly seconds: number;
  /** Called once a second with the seconds that have passed. */
  tick(second: number): void;
}

/** Plays the mix at a rate for a time, and waits for the last answers. A call is due by the clock, whether or not others are answered. */
export async function playLoad(mix: Mix, { perSecond, seconds, tick }: Wish): Promise<Played> {
  const begun = performance.now();
  const calls: Call[] = [];
  const open = new Set<Promise<void>>();
  let skipped = 0;
  let told = -1;
  const passed = () => (performance.now() - begun) / 1_000;
  const play = async (): Promise<void> => {
    const at = passed();
    const operation = mix.draw();
    const outcome = await mix.play(operation);
    calls.push({ ...outcome, at, ms: (passed() - at) * 1_000 });
  };
  for (let due = 0; passed() < seconds; due += 1) {
    const second = Math.floor(passed());
    if (second > told) tick(second);
    told = second;
    const wait = due / perSecond - passed();
    if (wait > 0) await sleep(wait * 1_000);
    if (open.size >= MOST_OPEN) {
      skipped += 1;
      continue;
    }
    const one: Promise<void> = play().finally(() => open.delete(one));
    open.add(one);
  }
  await Promise.all(open);
  return { calls, skipped, seconds: passed() };
}

/** Returns the value below which this share of the values is; 0 without any. */
export function shareOf(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
