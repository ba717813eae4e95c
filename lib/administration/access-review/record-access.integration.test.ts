import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { attachAuthorization } from "@/lib/access/legal-authorities/attach-authorization";
import { AuthorizationFactsBody } from "@/lib/access/requests/authorization-schema";
import { submitRequest } from "@/lib/access/requests/submit-request";
import { exportRecordAccess, getRecordAccess } from "@/lib/administration/access-review/record-access";
import { outcomeOf } from "@/lib/testing/benches/refusal";
import {
  approvalOf,
  approvedRequest,
  createRequestBench,
  draftRequest,
  FACTS,
  newTransaction,
  ORDER_FILE,
  queryOwner,
  type RequestBench,
  type RequestPerson,
} from "@/lib/testing/benches/request-bench";

let bench: RequestBench;
let anke: RequestPerson;
let related: RequestPerson;
let client: RequestPerson;
let txId: string;
beforeAll(async () => {
  bench = await createRequestBench([
    { role: "coordinator", duties: ["compliance"], organisation: "operator" },
    { role: "coordinator", duties: ["compliance"], organisation: "operator" },
  ]);
  [anke, related] = [bench.more[0] ?? bench.legal, bench.more[1] ?? bench.legal];
  client = await bench.person({ role: "client" });
  txId = await newTransaction(client);
});
afterAll(() => bench?.close());

describe("who may open a record", () => {
  it("names parties by right and holders by their grant, with the fields that the rules would open", async () => {
    const before = await getRecordAccess(anke, txId);
    expect(before).toMatchObject({
      transaction_id: txId,
      fields: ["amount", "pricing"],
      grants: [],
      escrow: { fields: ["amount", "pricing"] },
    });
    const [party] = before.parties;
    expect(party?.people.find(({ person }) => person === client.principal.name)).toMatchObject({
      refused: null,
      fields: [
        { field: "amount", level: "full" },
        { field: "pricing", level: "full" },
      ],
    });
    const { grantId } = await approvedRequest(bench, { transactions: [txId], fields: ["amount"] });
    const { grants } = await getRecordAccess(anke, txId);
    expect(grants).toMatchObject([{ id: grantId, rests_on: "request" }]);
    expect(grants[0]?.people).toMatchObject([
      { person: bench.regulator.principal.name, refused: null, fields: [{ field: "amount" }] },
    ]);
    const csv = await (await exportRecordAccess(anke, txId)).response.text();
    expect(csv).toContain("amount (full)");
    expect(csv).toContain(bench.regulator.principal.name);
  });

  it("gives the rules' own reason where nothing opens now", async () => {
    await queryOwner(bench, "ALTER TABLE app_user DISABLE TRIGGER USER");
    const suspend = "UPDATE app_user SET state = $2 WHERE id = $1";
    await queryOwner(bench, suspend, [bench.regulator.principal.userId, "suspended"]);
    const { grants } = await getRecordAccess(anke, txId);
    expect(grants[0]?.people[0]).toMatchObject({ fields: [], refused: "The account is not active." });
    await queryOwner(bench, suspend, [bench.regulator.principal.userId, "active"]);
    await queryOwner(bench, "ALTER TABLE app_user ENABLE TRIGGER USER");
  });

  it("shows an auditor their own grants only, and hides the record from people who may not know of it", async () => {
    expect(await getRecordAccess(bench.auditor, txId)).toMatchObject({ grants: [], grants_known: "own" });
    expect(await outcomeOf(getRecordAccess(bench.regulator, txId))).toBe("access.forbidden");
    expect(await outcomeOf(getRecordAccess(bench.legal, txId))).toBe("access.forbidden");
    const admin = await bench.person({ role: "admin", duties: ["admin"], organisation: "operator" });
    expect(await outcomeOf(getRecordAccess(admin, txId))).toBe("transaction.not-found");
    expect(await outcomeOf(getRecordAccess(anke, client.principal.userId))).toBe("transaction.not-found");
  });

  it("leaves out a grant under a seal for a reader who belongs to a party", async () => {
    await queryOwner(bench, "ALTER TABLE membership DISABLE TRIGGER USER");
    await queryOwner(
      bench,
      "INSERT INTO membership (user_id, organisation_id, tenant_id) VALUES ($1, $2, $3)",
      [related.principal.userId, client.principal.organisationId, client.principal.tenantId],
    );
    const sealed = { basis: "Section 101", until: FACTS.valid_until };
    const facts = AuthorizationFactsBody.parse({ ...FACTS, case_number: "18 O 16/26", sealed });
    const id = await draftRequest(bench, { transactions: [txId], fields: ["pricing"] });
    await attachAuthorization(bench.regulator, id, facts, ORDER_FILE);
    await submitRequest(bench.regulator, id);
    const confirms = { ...approvalOf("legal").confirms, case_number: "18 O 16/26" };
    await decideRequest(bench.legal, id, approvalOf("legal", { confirms }));
    const { grant_id: grant } = await decideRequest(
      bench.approver,
      id,
      approvalOf("coordinator", { confirms }),
    );
    const idsFor = async (who: RequestPerson) =>
      (await getRecordAccess(who, txId)).grants.map((one) => one.id);
    expect(await idsFor(anke)).toContain(grant);
    expect(await idsFor(related)).not.toContain(grant);
    expect((await idsFor(related)).length).toBe((await idsFor(anke)).length - 1);
  });
});
