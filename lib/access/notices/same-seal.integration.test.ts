import { afterAll, beforeAll, expect, it } from "vitest";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { decideNotice } from "@/lib/access/notices/decide-notice";
import { NoticeWord } from "@/lib/access/notices/schema";
import { type AccessBench, createAccessBench, type Filing } from "@/lib/testing/benches/access-bench";
import { outcomeOf } from "@/lib/testing/benches/refusal";
import { openTransaction } from "@/lib/transactions/open/open-transaction";

const UNTIL = `${new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 19)}Z`;
let bench: AccessBench;
beforeAll(async () => {
  bench = await createAccessBench();
});
afterAll(() => bench?.close());

async function opened(filing: Filing): Promise<string> {
  const id = await bench.file(filing);
  await decideRequest(bench.legal, id, bench.approval("legal"));
  const { grant_id = "" } = await decideRequest(bench.approver, id, bench.approval("coordinator"));
  await openTransaction(bench.regulator, bench.transactions[0], {
    purpose: "audit",
    grant_id,
    fields: ["amount"],
  });
  return id;
}

/** One order, two requests: the officer typed its seal into the first and forgot it in the second. */
it("another request on the same order gives no notice of an order under seal", async () => {
  await opened({ order: { sealed: { basis: "Section 100 of the code", until: UNTIL } } });
  const second = await opened({});
  const { participantId = "" } = bench.client.principal;
  const word = NoticeWord.parse({ participant: participantId, act: "send" });
  expect(await outcomeOf(decideNotice(bench.legal, second, word))).toBe("notice.sealed");
});
