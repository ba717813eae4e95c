import { afterAll, beforeAll, expect, it } from "vitest";
import { NewBreakGlass } from "@/lib/access/break-glass/schema";
import { useBreakGlass } from "@/lib/access/break-glass/use-break-glass";
import { outcomeOf } from "@/lib/testing/benches/refusal";
import {
  createRequestBench,
  queryOwner,
  type RequestBench,
  type RequestPerson,
} from "@/lib/testing/benches/request-bench";

let bench: RequestBench;
let one: RequestPerson;
let two: RequestPerson;
beforeAll(async () => {
  const holder = { role: "coordinator", duties: ["break-glass"] } as const;
  bench = await createRequestBench([holder, holder]);
  const [a, b] = bench.more;
  if (a === undefined || b === undefined) throw new Error("two holders expected");
  [one, two] = [a, b];
});
afterAll(() => bench?.close());

/** ADR 0037: one human, one account; ADR 0028: three records, and a review before the next use. */
it("one human with two accounts cannot use break-glass again before the first use was reviewed", async () => {
  await queryOwner(bench, "ALTER TABLE app_user DISABLE TRIGGER USER");
  await queryOwner(bench, "UPDATE app_user SET email = $2 WHERE id = $1", [
    two.principal.userId,
    `${one.principal.handle}+two@test.example`,
  ]);
  await queryOwner(bench, "ALTER TABLE app_user ENABLE TRIGGER USER");
  const use = (who: RequestPerson, transaction: string) =>
    useBreakGlass(
      who,
      NewBreakGlass.parse({
        transactions: [transaction],
        fields: ["amount"],
        reason: "Settlement stands still, unknown party.",
      }),
    );
  await use(one, bench.txId);
  expect(await outcomeOf(use(two, bench.otherTxId))).toBe("access.forbidden");
});
