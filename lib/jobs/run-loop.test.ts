import { expect, it } from "vitest";
import { runLoop } from "@/lib/jobs/run-loop";
import { createLogger } from "@/lib/telemetry/logger";

const PERIOD_MS = 20;

function openLoop(firstMs?: number) {
  const lines: string[] = [];
  const logger = createLogger("test", "info", { write: (line) => void lines.push(line) });
  const stop = new AbortController();
  const base = { name: "sums", periodMs: PERIOD_MS, signal: stop.signal, logger };
  return { lines, stop, options: firstMs === undefined ? base : { ...base, firstMs } };
}

it("a failed pass is an alarm, is retried, and does not end the loop", async () => {
  const { lines, stop, options } = openLoop();
  let passes = 0;
  await runLoop(options, async () => {
    passes += 1;
    if (passes < 3) throw new TypeError("not yet");
    stop.abort();
    return { more: false };
  });
  expect(passes).toBe(3);
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { alarm: "sums.failed", failures: 1 },
    { alarm: "sums.failed", failures: 2 },
  ]);
});

it("a pass that leaves work is followed at once by the next, and the signal ends the loop", async () => {
  const { stop, options } = openLoop();
  const hour = { ...options, periodMs: 3_600_000 };
  let passes = 0;
  await runLoop(hour, async () => {
    passes += 1;
    if (passes === 4) stop.abort();
    return { more: true };
  });
  expect(passes).toBe(4);
});

it("a loop that is stopped before its first pass makes no pass", async () => {
  const { stop, options } = openLoop(3_600_000);
  let passes = 0;
  const ended = runLoop(options, async () => {
    passes += 1;
    return { more: false };
  });
  stop.abort();
  await ended;
  expect(passes).toBe(0);
});
