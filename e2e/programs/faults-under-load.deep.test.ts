import { expect, test } from "vitest";
import { FAULTS } from "@/bench/load/faults";
import { playFault, readWish } from "@/bench/load/load";
import { isClean } from "@/bench/load/load-report";

// Each fault of `npm run load -- --fault`, done twice to an instance of its own while the mix is played.
const NAMES = Object.keys(FAULTS).filter((name) => name !== "none");
const ORDER = ["--seconds", "45", "--rate", "8"];
/** Files of the disk's own file system are mounted, which only root may do. */
const AS_ROOT = ["disk-full"];

test.each(NAMES)("%s under load loses nothing and does nothing twice, and the log verifies", async (name) => {
  if (AS_ROOT.includes(name) && process.getuid?.() !== 0) {
    process.stdout.write(`NOT RUN: ${name} needs root\n`);
    return;
  }
  const result = await playFault(readWish([...ORDER, "--fault", name]));
  const failed = result.played.calls.filter(({ reason }) => reason !== undefined);
  process.stdout.write(`${name}: ${failed.length} of ${result.played.calls.length} operations failed\n`);
  expect(isClean(result), JSON.stringify(result.balance)).toBe(true);
  expect(result.balance.accepted).toBeGreaterThan(45);
});
