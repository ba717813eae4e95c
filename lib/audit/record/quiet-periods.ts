const MAX_REMEMBERED = 10_000;

/** Runs an act unless the act of this key succeeded, or still runs, within a time: then it waits for that one. */
export type OnceWithin = (key: string, windowMs: number, act: () => Promise<void>) => Promise<void>;

/**
 * Returns what records a read of many once. A failed act does not count, so what it was to record is recorded at the
 * next read. It forgets the oldest keys first, and those of a time that is still to come, because the clock was set
 * back: in the worst case a read is recorded twice, and none is left out.
 */
export function createQuietPeriods(nowMs: () => number): OnceWithin {
  const seen = new Map<string, { readonly at: number; readonly done: Promise<void> }>();
  return (key, windowMs, act) => {
    const now = nowMs();
    const last = seen.get(key);
    if (last !== undefined && now >= last.at && now - last.at < windowMs) return last.done;
    seen.delete(key);
    const done = act();
    const own = { at: now, done };
    seen.set(key, own);
    done.catch(() => {
      if (seen.get(key) === own) seen.delete(key);
    });
    const oldest = seen.size > MAX_REMEMBERED ? seen.keys().next().value : undefined;
    if (oldest !== undefined) seen.delete(oldest);
    return done;
  };
}
