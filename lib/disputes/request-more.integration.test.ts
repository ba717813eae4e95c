import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { fileRequest } from "@/lib/access/requests/file-request";
import { NewDecision, NewRequest, type Stage } from "@/lib/access/requests/schema";
import { submitRequest } from "@/lib/access/requests/submit-request";
import { getDispute } from "@/lib/disputes/get-dispute";
import { openDispute } from "@/lib/disputes/open-dispute";
import { NewDispute } from "@/lib/disputes/schema";
import { takeDispute } from "@/lib/disputes/take-dispute";
import {
  CANARIES,
  createDisputeBench,
  type DisputeBench,
  type DisputePerson,
} from "@/lib/testing/benches/dispute-bench";
import { refusalOf } from "@/lib/testing/benches/refusal";
import { openTransaction } from "@/lib/transactions/open/open-transaction";

let bench: DisputeBench;
beforeAll(async () => {
  bench = await createDisputeBench();
});
afterAll(async () => {
  await bench?.close();
});

async function disputed(fields?: readonly string[]): Promise<{ tx: string; id: string }> {
  const tx = await bench.transaction();
  const body = NewDispute.parse({
    reason: "The price is wrong.",
    ...(fields === undefined ? {} : { fields }),
  });
  const { id } = await openDispute(bench.client, tx, body);
  await takeDispute(bench.support, { id });
  return { tx, id };
}

const asked = (transaction: string, fields: readonly string[], level = "masked") =>
  NewRequest.parse({
    purpose: "dispute",
    justification: "The masks do not settle it",
    transactions: [transaction],
    fields,
    level,
  });

const approve = (who: DisputePerson, id: string, stage: Stage) =>
  decideRequest(who, id, NewDecision.parse({ stage, decision: "approve", comment: "It is needed" }));

describe("a further request of support", () => {
  it("support asks for the other groups, two people decide, and it sees them masked and never in full", async () => {
    const { tx, id } = await disputed(["amount"]);
    const dispute = await getDispute(bench.support, id);
    expect(dispute.acts).toContain("request-more");
    expect(dispute.more_fields).toEqual(["settlement_details", "parties"]);

    const { support } = bench;
    const full = fileRequest(support, asked(tx, dispute.more_fields, "full"));
    expect((await refusalOf(full)).code).toBe("access.level");
    const { id: request } = await fileRequest(support, asked(tx, dispute.more_fields));
    expect((await submitRequest(support, request)).state).toBe("stage_1");
    expect((await approve(bench.legal, request, "legal")).state).toBe("stage_2");
    const decided = await approve(bench.approver, request, "coordinator");
    expect(decided.state).toBe("active");

    const opening = { purpose: "dispute", grant_id: decided.grant_id ?? "" } as const;
    const opened = await openTransaction(support, tx, opening);
    const text = JSON.stringify(opened);
    for (const value of CANARIES) expect(text).not.toContain(value);
    expect(opened.data).toHaveProperty("parties");
    expect(opened.data).toHaveProperty("settlement_details");
    expect(opened.data).not.toHaveProperty("amount");
    const others = openTransaction(bench.deputy, tx, opening);
    expect((await refusalOf(others)).code).toBe("access.no-grant");
  });

  it("support is offered the same groups again only when its access is over or used up", async () => {
    const { tx, id } = await disputed();
    const before = await getDispute(bench.support, id);
    expect([before.acts.includes("request-more"), before.more_fields]).toEqual([false, []]);
    for (let left = before.grant?.views_left ?? 0; left > 0; left -= 1)
      await openTransaction(bench.support, tx, { purpose: "dispute" });
    const after = await getDispute(bench.support, id);
    expect(after.acts).toContain("request-more");
    expect(after.more_fields).toEqual(after.sealed_fields);
  });
});

describe("a request without eligible reviewers", () => {
  it("a request is refused when all reviewers are of the requester's own organisation or of a party", async () => {
    const { tx } = await disputed(["amount"]);
    const { support, legal } = bench;
    const colleague = {
      ...support,
      principal: { ...support.principal, organisationId: legal.principal.organisationId },
    };
    const { id } = await fileRequest(colleague, asked(tx, ["parties"]));
    const refused = await refusalOf(submitRequest(colleague, id));
    expect(refused).toMatchObject({ code: "request.no-decider", status: 409 });
    expect(refused.message + refused.detail).toContain("legal");
  });
});
