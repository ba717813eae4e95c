import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findLiveGrant } from "@/lib/access/grants/find-grant";
import { finishPendingGrants } from "@/lib/access/grants/finish-pending";
import { revokeGrant } from "@/lib/access/grants/revoke-grant";
import { prepareOpening } from "@/lib/access/openings/prepare-opening";
import { fileRequest } from "@/lib/access/requests/file-request";
import { NewRequest } from "@/lib/access/requests/schema";
import { submitRequest } from "@/lib/access/requests/submit-request";
import { uuidv7 } from "@/lib/crypto/uuid";
import { getDispute } from "@/lib/disputes/get-dispute";
import { openDispute } from "@/lib/disputes/open-dispute";
import { resolveDispute } from "@/lib/disputes/resolve-dispute";
import { NewDispute } from "@/lib/disputes/schema";
import { takeDispute } from "@/lib/disputes/take-dispute";
import { away, later, openedDispute, REASON, takenDispute } from "@/lib/testing/benches/dispute-acts";
import {
  createDisputeBench,
  type DisputeBench,
  type DisputePerson,
} from "@/lib/testing/benches/dispute-bench";
import { queryAs } from "@/lib/testing/benches/query-as";
import { refusalOf } from "@/lib/testing/benches/refusal";
import { openTransaction } from "@/lib/transactions/open/open-transaction";
import { getTransaction } from "@/lib/transactions/read/get-transaction";
import { setStatus } from "@/lib/transactions/status/set-status";

let bench: DisputeBench;
beforeAll(async () => {
  bench = await createDisputeBench();
});
afterAll(() => bench?.close());

const LOOK = { purpose: "dispute" } as const;
const code = async (act: Promise<unknown>): Promise<string> => (await refusalOf(act)).code;
const query = (text: string, values?: readonly unknown[]) => queryAs(bench.database.adminUrl, text, values);
const opened = (by?: DisputePerson) => openedDispute(bench, by);
const taken = () => takenDispute(bench);

describe("the end of a dispute", () => {
  it("the end of a dispute ends support's access at once, here and at the custodian, and restores the status", async () => {
    const { client, support } = bench;
    const tx = await bench.transaction();
    await setStatus(client, tx, { status: "processing" });
    const { id } = await openDispute(client, tx, NewDispute.parse({ reason: REASON }));
    const { grant } = await takeDispute(support, { id });
    const grant_id = grant?.id ?? "";
    await openTransaction(support, tx, { ...LOOK, grant_id });
    expect(await code(setStatus(client, tx, { status: "processing" }))).toBe("transaction.status");
    const end = await resolveDispute(support, { id }, { resolution: "The order was for both jobs." });
    expect(end).toMatchObject({ state: "resolved", transaction_status: "processing" });
    expect(end.grant?.state).toBe("revoked");
    expect((await getTransaction(client, tx)).status).toBe("processing");
    expect(await code(openTransaction(support, tx, { ...LOOK, grant_id }))).toBe("access.no-grant");
    expect(await code(prepareOpening(support, { grant_id, transactions: [tx] }))).toBe("access.no-grant");
    expect(await code(takeDispute(support, { id }))).toBe("dispute.state");
    expect(await code(resolveDispute(support, { id }, { resolution: "again" }))).toBe("dispute.state");
    // A dishonest portal would send the same statement again.
    const [row] = await query("SELECT statement, signature FROM dispute WHERE id = $1", [id]);
    const again: unknown = { statement: row?.statement, signature: row?.signature };
    const lie = { grant: uuidv7(Date.now()), dispute: again, holder: bench.deputy.principal.handle };
    const refused = await refusalOf(Reflect.apply(bench.escrow.submitGrant, undefined, [lie]));
    expect(refused.extra.reason).toBe("revoked");
  });

  it("a dispute can end while the custodian is away, which is notified later", async () => {
    const { id, tx } = await taken();
    const end = await resolveDispute(away(bench.support), { id }, { resolution: "Settled." });
    expect(end.state).toBe("resolved");
    expect(await code(openTransaction(bench.support, tx, LOOK))).toBe("access.no-grant");
    const [waiting] = await query("SELECT state FROM job WHERE subject = $1", [id]);
    expect(waiting?.state).toBe("waiting");
    await finishPendingGrants(bench.support);
    const [done] = await query("SELECT state FROM job WHERE subject = $1", [id]);
    expect(done?.state).toBe("done");
  });

  it("the access ends with its time, without any act", async () => {
    const { id, tx } = await taken();
    expect(await code(openTransaction(later(bench.support, 31), tx, LOOK))).toBe("access.no-grant");
    const view = await getDispute(later(bench.support, 31), id);
    expect(view).toMatchObject({ no_access: "permission-ended", grant: { state: "expired" } });
    const over = await takeDispute(later(bench.deputy, 31), { id });
    expect(over).toMatchObject({ state: "taken", no_access: "permission-ended" });
  });

  it("a reviewer who revokes the grant ends the party's permission", async () => {
    const { id, tx, grant } = await taken();
    await revokeGrant(bench.approver, grant, "The desk is under review.");
    expect(await code(openTransaction(bench.support, tx, LOOK))).toBe("access.no-grant");
    const again = await takeDispute(bench.support, { id });
    expect(again).toMatchObject({ no_access: "taken-back", grant: { state: "revoked" } });
  });
});

describe("several support people", () => {
  it("only the person who takes a dispute sees its masks, and another takes over with the views that are left", async () => {
    const { id, tx, grant } = await taken();
    await openTransaction(bench.support, tx, LOOK);
    expect(await code(openTransaction(bench.deputy, tx, { ...LOOK, grant_id: grant }))).toBe(
      "access.no-grant",
    );
    const over = await takeDispute(bench.deputy, { id });
    expect(over.grant).toMatchObject({ holder: bench.deputy.principal.handle, max_views: 19 });
    expect(await code(openTransaction(bench.support, tx, LOOK))).toBe("access.no-grant");
    expect((await openTransaction(bench.deputy, tx, LOOK)).masked).toHaveLength(3);
    const held = await findLiveGrant(bench.deputy, { transactionId: tx, purpose: "dispute" });
    expect(held?.requestId).toBeUndefined();
  });

  it("taking one's own dispute again changes nothing", async () => {
    const { id, grant } = await taken();
    expect((await takeDispute(bench.support, { id })).grant?.id).toBe(grant);
  });

  it("a person who gave the access up can take it again", async () => {
    const { id, tx, grant } = await taken();
    await revokeGrant(bench.support, grant, "Not needed now.");
    expect((await takeDispute(bench.support, { id })).grant?.state).toBe("active");
    expect((await openTransaction(bench.support, tx, LOOK)).success).toBe(true);
  });

  it("two people who take it at once end with one live grant", async () => {
    const { id } = await opened();
    await Promise.allSettled([takeDispute(bench.support, { id }), takeDispute(bench.deputy, { id })]);
    const live = await query(
      "SELECT subject_user_id FROM access_grant WHERE dispute_id = $1 AND state IN ('pending', 'active')",
      [id],
    );
    const [row] = await query("SELECT taken_by FROM dispute WHERE id = $1", [id]);
    expect(live.map((grant) => grant.subject_user_id)).toEqual([row?.taken_by]);
  });

  it("support gets the access later when the custodian is away at first", async () => {
    const { id, tx } = await opened();
    expect(await code(takeDispute(away(bench.support), { id }))).toBe("custodian.unavailable");
    expect((await getDispute(bench.support, id)).grant?.state).toBe("pending");
    expect(await code(openTransaction(bench.support, tx, LOOK))).toBe("access.no-grant");
    expect((await takeDispute(bench.support, { id })).grant?.state).toBe("active");
    expect((await openTransaction(bench.support, tx, LOOK)).success).toBe(true);
  });

  it("support asks for more by a request that two people decide on, masked, never in full", async () => {
    const { tx } = await taken();
    const ask = { purpose: "dispute", justification: "The note names a settlement.", transactions: [tx] };
    const full = NewRequest.parse({ ...ask, fields: ["amount"] });
    expect(await code(fileRequest(bench.support, full))).toBe("access.level");
    const masked = NewRequest.parse({ ...ask, fields: ["settlement_details"], level: "masked" });
    const { id } = await fileRequest(bench.support, masked);
    expect((await submitRequest(bench.support, id)).state).toBe("stage_1");
  });
});
