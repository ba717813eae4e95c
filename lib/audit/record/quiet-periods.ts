const MAX_REMEMBERED = 10_000;

/**
 * Returns whether a key was not seen within a time. It forgets the oldest keys first, and what was seen at a time that
 * is still to come, because the clock was set back: in the worst case a read is recorded twice, and none is left out.
 */
export function createQuietPeriods(nowMs: () => number): (key: string, windowMs: number) => boolean {
  const seen = new Map<string, number>();
  return (key, windowMs) => {
    const now = nowMs();
    const last = seen.get(key);
    if (last !== undefined && now >= last && now - last < windowMs) return false;
    seen.delete(key);
    seen.set(key, now);
    const oldest = seen.size > MAX_REMEMBERED ? seen.keys().next().value : undefined;
    if (oldest !== undefined) seen.delete(oldest);
    return true;
  };
}
