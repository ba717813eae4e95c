import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { defaultSet } from "@/lib/access/policy/default-document";
import { decideOpening } from "@/lib/access/rules/decide";
import type { PolicyChildOptions } from "@/lib/testing/children/policy-child";
import { randomFacts } from "@/lib/testing/contracts/opening-facts";
import { scale } from "@/lib/testing/scale";

const PREPARATIONS = scale("policy preparations");
/** 50,000 decisions in the deep run. */
const DECISIONS = 250;

it(`a process prepares ${PREPARATIONS} sets between ${PREPARATIONS * DECISIONS} hot decisions and does not end`, async () => {
  const options: PolicyChildOptions = { preparations: PREPARATIONS, decisions: DECISIONS };
  const program = path.resolve("lib/testing/children/policy-child.ts");
  const args = ["--import", "tsx", "--conditions=react-server", program, JSON.stringify(options)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const { allowed, heapMb } = JSON.parse(stdout) as { allowed: number; heapMb: number };
  expect(allowed).toBeGreaterThan(PREPARATIONS);
  // Sets that no one holds give their memory back.
  expect(heapMb).toBeLessThan(1_000);
});

it("a party's opening of three groups costs microseconds once its question is known", () => {
  const facts = {
    ...randomFacts(1),
    groups: ["amount", "pricing", "parties"] as const,
    purpose: "settlement",
  };
  const party = { ...facts.subject, role: "client", participantId: "mine", duties: [] } as const;
  const own = { ...facts, subject: party };
  const set = defaultSet();
  for (let n = 0; n < 2_000; n += 1) decideOpening(own, set);
  const times = Array.from({ length: 2_000 }, () => {
    const began = performance.now();
    decideOpening(own, set);
    return performance.now() - began;
  }).sort((one, other) => one - other);
  // 30 µs on a quiet machine; one decision of Cedar alone would be 200.
  expect(times[1_000] ?? 1).toBeLessThan(0.15);
});
