import { expect, test } from "vitest";
import type { RegistrationItem } from "@/lib/escrow/protocol/messages";
import { LostKeyBench } from "@/lib/testing/custodian/lost-key-bench";

/** A batch may consist of one transaction that is as large as the batch. The custodian takes 8 MiB in one call here. */
const LARGE = { narrative: { narrative: "x".repeat(3_000_000) } };

test("large envelopes from any sender are registered, moved to an epoch and wrapped for a new key in several calls", async () => {
  const bench = await LostKeyBench.start(0);
  const { client } = bench.t;
  const items: RegistrationItem[] = [];
  while (items.length < 3) items.push(...(await bench.t.seal(LARGE)));
  const places = items.map(({ tx, grp, gen }) => ({ ok: true, tx, grp, gen }));
  expect(await client.register(items)).toMatchObject(places);
  const terms = bench.terms({ transactions: items.map(({ tx }) => tx).sort() });
  const recovery = await bench.accept(bench.agreed(terms));
  const wrapped = await bench.recover(recovery, items);
  expect(wrapped).toMatchObject(items.map(({ tx, grp, gen }) => ({ ok: true, statement: { tx, grp, gen } })));
  await client.beginEpoch(bench.t.order("begin", 2));
  const moved = await client.rewrap(items);
  expect(moved).toMatchObject(places.map((place) => ({ ...place, kid: "escrow#2" })));
  await bench.t.stop();
});
