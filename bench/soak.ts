import { runSoak, type SoakWork } from "@/lib/testing/contracts/run-soak";
import type { Figure } from "./measure";

const WRAPS = Number(process.env.SOAK_WRAPS ?? 200_000);
const SEALS = Number(process.env.SOAK_SEALS ?? 1_000_000);

async function runToEnd(work: SoakWork, count: number): Promise<{ printed: unknown; perSecond: number }> {
  const start = process.hrtime.bigint();
  const end = await runSoak(work, count);
  if (end.kind !== "through") throw new Error(`${work}: ${JSON.stringify(end)}`);
  return { printed: end.printed, perSecond: count / (Number(process.hrtime.bigint() - start) / 1e9) };
}

function repeatsIn(printed: unknown): number {
  const repeats: unknown = Reflect.get(Object(printed), "repeats");
  return Object.values(Object(repeats)).reduce((sum: number, count) => sum + Number(count), 0);
}

/** Runs 200,000 wraps under a watchdog, then 10^6 seals. No iv, content key or ephemeral key may repeat in the seals. */
export async function benchSoak(): Promise<Figure[]> {
  const wraps = await runToEnd("wraps", WRAPS);
  console.log(`soak     ${WRAPS} wraps did not block (${Math.round(wraps.perSecond)}/s)`);
  const seals = await runToEnd("seals", SEALS);
  const repeats = repeatsIn(seals.printed);
  console.log(`soak     ${SEALS} seals (${Math.round(seals.perSecond)}/s): ${JSON.stringify(seals.printed)}`);
  if (repeats > 0) throw new Error("a single-use value was used twice");
  const none = { baseline: "none", ratio: repeats, operationMicros: 0, baselineMicros: 0, goal: "0" };
  return [{ suite: "soak", name: `repeats in ${SEALS} seals`, ...none }];
}
