import { afterAll, beforeAll, expect, it } from "vitest";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { listNotices } from "@/lib/access/notices/list-notices";
import { type AccessBench, createAccessBench } from "@/lib/testing/benches/access-bench";
import { openTransaction } from "@/lib/transactions/open/open-transaction";

const UNTIL = `${new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 19)}Z`;
let bench: AccessBench;
beforeAll(async () => {
  bench = await createAccessBench();
});
afterAll(() => bench?.close());

/** ADR 0039: neither the requester's organisation nor the participant's; ADR 0037: by account or by membership. */
it("a lawyer who is a member of the participant's organisation sees no sealed disclosure that waits", async () => {
  const lawyer = await bench.person({ role: "coordinator", duties: ["legal"], hasKey: false });
  const id = await bench.file({ order: { sealed: { basis: "Section 100 of the code", until: UNTIL } } });
  await decideRequest(bench.legal, id, bench.approval("legal"));
  const { grant_id = "" } = await decideRequest(bench.approver, id, bench.approval("coordinator"));
  await openTransaction(bench.regulator, bench.transactions[0], {
    purpose: "audit",
    grant_id,
    fields: ["amount"],
  });
  await bench.query("ALTER TABLE membership DISABLE TRIGGER USER", []);
  await bench.query("INSERT INTO membership (user_id, organisation_id, tenant_id) VALUES ($1, $2, $3)", [
    lawyer.principal.userId,
    bench.client.principal.organisationId,
    bench.place.tenantId,
  ]);
  await bench.query("ALTER TABLE membership ENABLE TRIGGER USER", []);
  const { items } = await listNotices(lawyer, { limit: 50 });
  expect(items.filter((one) => one.request_id === id)).toEqual([]);
});
