import { afterAll, beforeAll, expect, it } from "vitest";
import { InvariantError } from "@/lib/errors";
import { changeKeyState } from "@/lib/keys/change-state";
import { listKeys } from "@/lib/keys/list-keys";
import { atStatement } from "@/lib/testing/benches/at-statement";
import { queryAs } from "@/lib/testing/benches/query-as";
import { outcomeOf } from "@/lib/testing/benches/refusal";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { STORE_INTENT, STORE_OUTCOME } from "@/lib/transactions/open/disclosure-store";
import { openTransaction } from "@/lib/transactions/open/open-transaction";
import { NewTransaction } from "@/lib/transactions/schema";
import { submitTransaction } from "@/lib/transactions/submit/submit-transaction";

type Person = Awaited<ReturnType<UseCaseBench["person"]>>;

let bench: UseCaseBench;
let owner: Person;
let id: string;
beforeAll(async () => {
  bench = await createUseCaseBench();
  owner = await bench.person({ role: "client" });
  const participants = [owner.principal.participantId];
  const body = { job_id: "job-1", confidential: true, participants, amount: "1000", currency: "EUR" };
  id = (await submitTransaction(owner, NewTransaction.parse(body))).transaction_id;
});
afterAll(() => bench?.close());

/** Outcomes of the transaction's disclosures, and of their entries, in the order of their time. */
async function recorded() {
  const [disclosures, entries] = await Promise.all([
    queryAs(
      bench.database.adminUrl,
      `SELECT outcome, outcome_entry_id IS NOT NULL AS ended FROM disclosure ORDER BY id`,
    ),
    queryAs(
      bench.database.adminUrl,
      `SELECT outcome FROM audit_index WHERE action = 'disclosure.open' ORDER BY entry_id`,
    ),
  ]);
  return { disclosures, entries: entries.map((row) => Reflect.get(Object(row), "outcome")) };
}

it("an opening whose key is suspended after its intent is recorded as failed before it is refused", async () => {
  const { items } = await listKeys(owner, { participant_id: owner.principal.participantId, limit: 1 });
  const key = items[0]?.key_id ?? "";
  const { db } = atStatement(owner.db, STORE_INTENT, {
    after: () => changeKeyState(owner, key, { state: "suspended", reason: "lost" }),
  });
  expect(await outcomeOf(openTransaction({ ...owner, db }, id, { purpose: "settlement" }))).toBe("key.state");
  expect(await recorded()).toEqual({
    disclosures: [{ outcome: "failed", ended: true }],
    entries: ["intent", "failed"],
  });
  await changeKeyState(owner, key, { state: "active", reason: "found" });
});

it("an opening gives no field if its outcome cannot be committed, although its statement succeeded", async () => {
  const before = await recorded();
  const { prepared } = owner.db;
  // The outcome without its entry: the database refuses it at COMMIT, which is sent with it.
  const db = {
    ...owner.db,
    prepared: {
      ...prepared,
      transaction: <T>(...[fn, options]: Parameters<typeof prepared.transaction<T>>) =>
        prepared.transaction(
          ({ run, finish }) =>
            fn({
              run,
              finish: (one, params) =>
                finish(one, one.name === STORE_OUTCOME.name ? { ...params, entries: [] } : params),
            }),
          options,
        ),
    },
  };
  await expect(openTransaction({ ...owner, db }, id, { purpose: "settlement" })).rejects.toBeInstanceOf(
    InvariantError,
  );
  const { disclosures, entries } = await recorded();
  expect(disclosures).toEqual([...before.disclosures, { outcome: "intent", ended: false }]);
  expect(entries).toEqual([...before.entries, "intent"]);
});

it("the outcome is committed before the answer, and its entry is the one of the receipt", async () => {
  const { success, receipt } = await openTransaction(owner, id, { purpose: "settlement" });
  expect(success).toBe(true);
  const rows = await queryAs(
    bench.database.adminUrl,
    `SELECT outcome FROM disclosure WHERE outcome_entry_id = '${receipt.entry_id}'`,
  );
  expect(rows).toEqual([{ outcome: "done" }]);
});
