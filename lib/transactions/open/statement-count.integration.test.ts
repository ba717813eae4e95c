import { afterAll, beforeAll, expect, it } from "vitest";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { prepareOpening } from "@/lib/access/openings/prepare-opening";
import { signAsPortal } from "@/lib/escrow/client/portal-signature";
import { type AccessBench, createAccessBench } from "@/lib/testing/benches/access-bench";
import { outcomeOf } from "@/lib/testing/benches/refusal";
import { called } from "@/lib/testing/called";
import { countStatements } from "@/lib/testing/routes/count-statements";
import { openTransaction } from "@/lib/transactions/open/open-transaction";

// Each round trip waits for the database, so an opening may not use more of them than it does now. Statements that are
// sent together share one: a party's opening has four, one under a grant five or six.

let bench: AccessBench;
let grant_id: string;
beforeAll(async () => {
  bench = await createAccessBench();
  const id = await bench.file({ asked: { max_views: 20 } });
  await decideRequest(bench.legal, id, bench.approval("legal"));
  grant_id = (await decideRequest(bench.approver, id, bench.approval("coordinator"))).grant_id ?? "";
});
afterAll(() => bench?.close());

/** Returns the statements of the second of two equal calls. The first one fills the caches. */
async function second(run: () => Promise<unknown>): Promise<number> {
  await run();
  return (await countStatements(run)).statements;
}

it("a party's opening takes at most 6 statements", async () => {
  const [transaction] = bench.transactions;
  const open = () => openTransaction(bench.client, transaction, { purpose: "settlement" });
  expect(await second(open)).toBeLessThanOrEqual(6);
});

it("an opening under a grant takes at most 10 statements", async () => {
  const [transaction] = bench.transactions;
  const open = () => openTransaction(bench.regulator, transaction, { purpose: "audit", grant_id });
  expect(await second(open)).toBeLessThanOrEqual(10);
});

it("an opening with a signed statement takes at most 11 statements", async () => {
  const [transaction] = bench.transactions;
  const prepare = async () => {
    const prepared = await prepareOpening(bench.regulator, { grant_id, transactions: [transaction] });
    const signature = await signAsPortal(bench.keystore, "open", prepared.statement);
    return { purpose: "audit" as const, grant_id, opening: { opening_id: prepared.opening_id, signature } };
  };
  const bodies = [await prepare(), await prepare()];
  const open = async () => {
    const body = bodies.pop();
    if (body === undefined) throw new TypeError("no opening is left");
    await openTransaction(bench.regulator, transaction, body);
  };
  expect(await second(open)).toBeLessThanOrEqual(11);
});

it("a hidden transaction takes as many statements as an unknown one", async () => {
  const [hidden] = bench.transactions;
  const missing = hidden.replace(/^......../, "00000000");
  const other = await bench.person({ role: "client" });
  const body = { purpose: "settlement" as const };
  const ask = async (id: string) =>
    expect(
      await outcomeOf(
        called(other, "openTransaction", { params: { id }, body }, () => openTransaction(other, id, body)),
      ),
    ).toBe("transaction.not-found");
  expect(await second(() => ask(hidden))).toBe(await second(() => ask(missing)));
});
