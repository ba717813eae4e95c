import { afterAll, beforeAll, expect, it } from "vitest";
import { addCosignature, insertCheckpoint } from "@/lib/audit/sequencer/checkpoint-store";
import { integrateBatch, prepareLog } from "@/lib/audit/sequencer/sequencer";
import { readHead } from "@/lib/audit/sequencer/store";
import { inSnapshot } from "@/lib/db/transaction";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { readStoredAnchors } from "./anchor-store";

let bench: UseCaseBench;

beforeAll(async () => {
  bench = await createUseCaseBench();
  await prepareLog(bench.sequencerPool, bench.place);
});
afterAll(() => bench?.close());

const read = (...names: string[]) =>
  inSnapshot(bench.cx, (tx) => readStoredAnchors(tx, bench.place.log, names));

/** A checkpoint of the whole log and one entry more, with these witnesses' cosignatures. */
async function checkpoint(...marks: readonly ["own" | "independent", string, number][]): Promise<number> {
  await bench.person({ role: "client", hasKey: false });
  while ((await integrateBatch(bench.sequencerPool, bench.place)).added > 0);
  const head = await readHead(bench.sequencerPool, bench.place.log);
  if (head === undefined) throw new TypeError("no log");
  const cosigned = marks.map(([kind, name, timestamp]) => ({
    line: `by ${name}`,
    mark: { kind, name, timestamp },
  }));
  await insertCheckpoint(bench.sequencerPool, bench.place, { ...head, note: "for a test" }, cosigned);
  return head.size;
}

async function row(size: number): Promise<{ size: number; root: Uint8Array }> {
  const { rows } = await bench.appPool.query("SELECT root FROM audit_checkpoint WHERE size = $1", [size]);
  return { size, root: rows[0].root };
}

it("a log without checkpoints has no witness", async () => {
  expect(await read("a")).toEqual({ newest: undefined, last: [], stamp: undefined });
});

it("each named witness's own last cosignature is found, also below the newest checkpoint", async () => {
  const first = await checkpoint(["own", "a", 1_000], ["independent", "b", 1_001]);
  const second = await checkpoint(["own", "a", 2_000], ["own", "stranger", 2_000]);
  const third = await checkpoint();
  const { newest, last, stamp } = await read("a", "b", "never");
  expect(newest).toMatchObject({ size: third, witnesses: [] });
  expect([...last].sort((x, y) => x.name.localeCompare(y.name))).toEqual([
    { name: "a", timestamp: 2_000, size: second },
    { name: "b", timestamp: 1_001, size: first },
  ]);
  expect(stamp).toBeUndefined();
  await bench.sequencerPool.query(
    "UPDATE audit_checkpoint SET time_stamp = '\\x00', time_stamped_at = '2026-11-24T12:00:00Z' WHERE size = $1",
    [second],
  );
  // A late cosignature is added to its checkpoint; the newest one stays the newest.
  await addCosignature(bench.sequencerPool, bench.place.log, await row(first), {
    line: "by c",
    mark: { kind: "own", name: "c", timestamp: 900 },
  });
  expect((await read("c")).last).toEqual([{ name: "c", timestamp: 900, size: first }]);
  // Also where thousands of checkpoints have gone by without it.
  await bench.sequencerPool.query(
    `INSERT INTO audit_checkpoint (log, size, tenant_id, root, note, witnesses)
     SELECT $1, $2 + n, $3, '', '', '[{"kind": "own", "name": "a", "timestamp": 3000}]' FROM generate_series(1, 2500) n`,
    [bench.place.log, third, bench.place.tenantId],
  );
  expect((await read("b")).last).toEqual([{ name: "b", timestamp: 1_001, size: first }]);
  expect((await read("a")).last).toEqual([{ name: "a", timestamp: 3_000, size: third + 2_500 }]);
  expect((await read("a")).stamp).toEqual({ size: second, at: new Date("2026-11-24T12:00:00Z") });
});
