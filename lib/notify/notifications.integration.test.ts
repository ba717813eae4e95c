import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { keepRequests } from "@/lib/access/deadlines/keep-requests";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { getGrant } from "@/lib/access/grants/get-grant";
import { revokeGrant } from "@/lib/access/grants/revoke-grant";
import { releaseHold, renewHold } from "@/lib/access/preservations/change-preservation";
import { preserveTransactions } from "@/lib/access/preservations/preserve-transactions";
import { withdrawRequest } from "@/lib/access/requests/withdraw-request";
import { inTransaction } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { rotateKey } from "@/lib/keys/rotation/rotate-key";
import { listNotifications, markRead } from "@/lib/notify/list-notifications";
import { NotificationQuery } from "@/lib/notify/schema";
import { sendNotifications } from "@/lib/notify/send-notifications";
import { type AccessBench, type BenchPerson, createAccessBench } from "@/lib/testing/benches/access-bench";
import { outcomeOf } from "@/lib/testing/benches/refusal";

let bench: AccessBench;
beforeAll(async () => {
  bench = await createAccessBench();
});
afterAll(() => bench?.close());

const tell = async () => {
  while ((await sendNotifications({ ...bench.cx, hasMail: false })) > 0);
};
beforeEach(tell);

/** What a person sees, oldest first. */
async function seen(who: BenchPerson, view: "all" | "unread" = "all") {
  const { items } = await listNotifications(who, NotificationQuery.parse({ limit: "500", view }));
  return items.toReversed();
}

const statesOf = async (who: BenchPerson, id: string) =>
  (await seen(who)).filter(({ subject }) => subject === id).map(({ state }) => state);

async function granted(): Promise<{ requestId: string; grantId: string }> {
  const requestId = await bench.file();
  await decideRequest(bench.legal, requestId, bench.approval("legal"));
  const { grant_id } = await decideRequest(bench.approver, requestId, bench.approval("coordinator"));
  if (grant_id === undefined) throw new TypeError("no grant");
  return { requestId, grantId: grant_id };
}

describe("notifications", () => {
  it("report each event of a request and its grant once to people who may know of it, except to the person who acted", async () => {
    const requestId = await bench.file();
    await tell();
    expect(await statesOf(bench.approver, requestId)).toEqual(["stage_1"]);
    expect(await statesOf(bench.regulator, requestId)).toEqual([]);
    await decideRequest(bench.legal, requestId, bench.approval("legal"));
    await tell();
    const { grant_id: grantId = "" } = await decideRequest(
      bench.approver,
      requestId,
      bench.approval("coordinator"),
    );
    await tell();
    await revokeGrant(bench.second, grantId, "The order was set aside.");
    await tell();
    expect(await statesOf(bench.regulator, requestId)).toEqual(["stage_2", "approved"]);
    expect(await statesOf(bench.regulator, grantId)).toEqual(["active", "revoked"]);
    expect(await statesOf(bench.legal, requestId)).toEqual(["stage_1", "approved"]);
    expect(await statesOf(bench.legal, grantId)).toEqual(["active", "revoked"]);
    expect(await statesOf(bench.second, grantId)).toEqual(["active"]);
    for (const other of [bench.auditor, bench.client, bench.support])
      expect([await statesOf(other, requestId), await statesOf(other, grantId)]).toEqual([[], []]);
  });

  it("name a request and its grant as their own pages do, without their content", async () => {
    const { requestId, grantId } = await granted();
    await tell();
    const items = await seen(bench.regulator);
    const named = (id: string) => [
      ...new Set(items.filter(({ subject }) => subject === id).map(({ reference }) => reference)),
    ];
    const [grant, request] = [named(grantId), named(requestId)];
    expect(grant).toEqual([(await getGrant(bench.regulator, grantId)).reference]);
    expect(request).toEqual([grant[0]?.replace("GR-", "AR-")]);
    expect(request[0]).toMatch(/^AR-\d{4}-\d{8}$/);
    const { rows } = await bench.query("SELECT * FROM notification", []);
    expect(JSON.stringify(rows)).not.toMatch(/Examination|Landgericht|18 O 1/);
    expect(Object.keys(items[0] ?? {}).sort()).toEqual(
      ["at", "id", "kind", "read_at", "reference", "state", "subject"].sort(),
    );
  });

  it("leave a sealed case out of everything that another agency and an internal auditor are shown", async () => {
    const before = [await seen(bench.auditor), await seen(bench.support)];
    await bench.file({ order: { sealed: { basis: "StPO 101", until: "2040-01-01" } } });
    await tell();
    expect([await seen(bench.auditor), await seen(bench.support)]).toEqual(before);
  });

  it("stop showing and counting what a person may no longer know of", async () => {
    const who = await bench.person({ role: "coordinator", duties: ["legal"], hasKey: false });
    const requestId = await bench.file();
    await tell();
    expect(await statesOf(who, requestId)).toEqual(["stage_1"]);
    const moved = { ...who, principal: { ...who.principal, duties: [] } };
    expect(await statesOf(moved, requestId)).toEqual([]);
    const unread = async (one: BenchPerson) =>
      (await listNotifications(one, NotificationQuery.parse({}))).unread;
    expect([await unread(who), await unread(moved)]).toEqual([1, 0]);
  });

  it("report several steps of one transaction once, with its last state", async () => {
    const requestId = await bench.file();
    const { rows } = await bench.query("SELECT state FROM notify_event WHERE subject = $1", [requestId]);
    expect(rows).toEqual([{ state: "stage_1" }]);
  });

  it("report no change that was rolled back, and every change whose notification was rolled back", async () => {
    const requestId = await bench.file();
    const undone = inTransaction(bench.cx, async (tx) => {
      await tx.$executeRaw`UPDATE access_request SET state = 'stage_2', last_event = 'approve' WHERE id = ${requestId}::uuid`;
      throw new DomainError("request.conflict");
    });
    expect(await outcomeOf(undone)).toBe("request.conflict");
    const failing = {
      ...bench.cx.clock,
      now: () => {
        throw new Error("the power is cut");
      },
    };
    await expect(sendNotifications({ ...bench.cx, hasMail: false, clock: failing })).rejects.toThrow("power");
    expect(await statesOf(bench.approver, requestId)).toEqual([]);
    await tell();
    expect(await statesOf(bench.approver, requestId)).toEqual(["stage_1"]);
  });

  it("report every change once, however many portals send at the same time", async () => {
    const ids = [await bench.file(), await bench.file(), await bench.file()];
    await Promise.all(Array.from({ length: 6 }, tell));
    for (const id of ids) expect(await statesOf(bench.approver, id)).toEqual(["stage_1"]);
    const { rows } = await bench.query("SELECT 1 FROM notify_event", []);
    expect(rows).toEqual([]);
  });

  it("report holds to the agency's own officers and the people who decide on them, not to other agencies", async () => {
    const colleague = bench.regulator;
    const { id } = await preserveTransactions(bench.auditor, {
      transactions: [bench.transactions[0]],
      reason: "CANARY of a hold",
    });
    await tell();
    await renewHold(bench.auditor, id, { until: new Date(Date.now() + 200 * 86_400_000).toISOString() });
    await tell();
    await releaseHold(bench.auditor, id, { reason: "Done." });
    await tell();
    expect(await statesOf(bench.legal, id)).toEqual(["active", "renewed", "released"]);
    const hold = (await seen(bench.legal)).find(({ subject }) => subject === id);
    expect(hold?.reference).toBe("job-1");
    for (const other of [colleague, bench.support, bench.client])
      expect(await statesOf(other, id)).toEqual([]);
  });

  it("report a participant's rotation to its administrators, not to the other participants", async () => {
    const admin = await bench.person({ role: "admin", duties: ["admin"] });
    const other = await bench.person({ role: "miner" });
    const participantId = bench.client.principal.participantId ?? "";
    const { rotation_id: id } = await rotateKey(bench.client, { participantId }, "rewrap");
    await tell();
    expect(await statesOf(admin, id)).toEqual(["running"]);
    expect(await statesOf(other, id)).toEqual([]);
  });

  it("are read one by one or up to one, only by their recipients, and counted", async () => {
    const who = await bench.person({ role: "coordinator", duties: ["legal"], hasKey: false });
    for (let at = 0; at < 3; at += 1) await bench.file();
    await tell();
    const [first, second, third] = await seen(who);
    const ids = [first?.id ?? "", second?.id ?? "", third?.id ?? ""] as const;
    expect(await markRead(bench.approver, { ids: [ids[0]] })).toMatchObject({ marked: 0 });
    expect(await markRead(who, { ids: [ids[0]] })).toEqual({ marked: 1, unread: 2 });
    expect((await seen(who, "unread")).map(({ id }) => id)).toEqual([ids[1], ids[2]]);
    expect(await markRead(who, { until: ids[1] })).toEqual({ marked: 1, unread: 1 });
    expect(await outcomeOf(markRead(who, {}))).toBe("request.invalid");
    const page = await listNotifications(who, NotificationQuery.parse({ limit: "2" }));
    expect(page.items.map(({ id }) => id)).toEqual([ids[2], ids[1]]);
    const rest = await listNotifications(
      who,
      NotificationQuery.parse({ limit: "2", cursor: page.next_cursor ?? "" }),
    );
    expect([rest.items.map(({ id }) => id), rest.next_cursor]).toEqual([[ids[0]], null]);
  });

  it("report a withdrawn draft to no other person: only its owner could know of it", async () => {
    const id = await bench.draft();
    await withdrawRequest(bench.regulator, id, "Not needed");
    await tell();
    for (const who of [bench.regulator, bench.legal, bench.approver])
      expect(await statesOf(who, id)).toEqual([]);
  });

  it("report a reminder to reviewers, and an overdue request to the executive it is escalated to", async () => {
    const executive = await bench.person({ role: "coordinator", duties: ["executive"], hasKey: false });
    const id = await bench.file();
    await tell();
    const keep = async (days: number) => {
      const ms = Date.now() + days * 86_400_000;
      const clock = { ...bench.cx.clock, now: () => new Date(ms), nowMs: () => ms };
      await keepRequests({ ...bench.cx, clock, logger: bench.legal.logger, system: "portal" });
      await tell();
    };
    await keep(8.5);
    expect(await statesOf(bench.legal, id)).toEqual(["stage_1", "stage_1"]);
    await keep(14.1);
    expect(await statesOf(executive, id)).toEqual([]);
    await keep(17.3);
    expect(await statesOf(executive, id)).toEqual(["overdue"]);
    for (const other of [bench.auditor, bench.client, bench.support])
      expect(await statesOf(other, id)).toEqual([]);
  });
});
