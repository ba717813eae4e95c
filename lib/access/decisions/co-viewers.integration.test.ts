import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { answerPartly } from "@/lib/access/deadlines/answer-partly";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { endCoViewer } from "@/lib/access/decisions/end-co-viewer";
import { finishPendingGrants } from "@/lib/access/grants/finish-pending";
import { getGrant } from "@/lib/access/grants/get-grant";
import { listGrants } from "@/lib/access/grants/list-grants";
import { listOwnGrants } from "@/lib/access/grants/own-grants";
import { revokeGrant } from "@/lib/access/grants/revoke-grant";
import { attachAuthorization } from "@/lib/access/legal-authorities/attach-authorization";
import { changeDraft } from "@/lib/access/requests/change-draft";
import { fileRequest } from "@/lib/access/requests/file-request";
import { listRequests } from "@/lib/access/requests/list-requests";
import { getRequest } from "@/lib/access/requests/request-view";
import { ChangedRequest, NewRequest } from "@/lib/access/requests/schema";
import { submitRequest } from "@/lib/access/requests/submit-request";
import { checkIdentity } from "@/lib/access/review/identity-check";
import { reviewRequest } from "@/lib/access/review/review-request";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inSnapshot } from "@/lib/db/transaction";
import { readChanged } from "@/lib/live/store";
import { isVisibleTo } from "@/lib/live/visible";
import { outcomeOf, refusalOf } from "@/lib/testing/benches/refusal";
import {
  approvalOf,
  approvedRequest,
  createRequestBench,
  draftRequest,
  ensureChecked,
  FACTS,
  IDENTITY,
  ORDER_FILE,
  queryOwner,
  type RequestBench,
  type RequestPerson,
  submittedRequest,
} from "@/lib/testing/benches/request-bench";
import { suspendPerson } from "@/lib/testing/instance/suspend-person";
import { openTransaction } from "@/lib/transactions/open/open-transaction";
import { prepareOpening } from "@/lib/transactions/open/prepare-opening";
import { readRecord } from "@/lib/transactions/read/read-record";

let bench: RequestBench;
let viewer: RequestPerson;
let other: RequestPerson;
let stranger: RequestPerson;
let leaver: RequestPerson;

beforeAll(async () => {
  const officer = { role: "regulator", isOfRegulator: true } as const;
  bench = await createRequestBench([officer, officer, { role: "regulator" }, officer]);
  const [one, two, three, four] = bench.more;
  if (!one || !two || !three || !four) throw new Error("four people expected");
  [viewer, other, stranger, leaver] = [one, two, three, four];
});
afterAll(() => bench?.close());

const handle = (who: RequestPerson) => who.principal.handle;
const body = (coViewers: readonly string[]) =>
  NewRequest.parse({
    purpose: "audit",
    justification: "Examination",
    transactions: [bench.txId],
    fields: ["amount"],
    co_viewers: coViewers,
  });
const approved = (coViewers: readonly string[], maxViews = 3) =>
  approvedRequest(bench, { coViewers, maxViews });
const open = (who: RequestPerson, grant: string) =>
  openTransaction(who, bench.txId, { purpose: "audit", grant_id: grant, fields: ["amount"] });
const byOwner = async (text: string, values: readonly unknown[], table: string) => {
  await queryOwner(bench, `ALTER TABLE ${table} DISABLE TRIGGER USER`);
  await queryOwner(bench, text, values);
  await queryOwner(bench, `ALTER TABLE ${table} ENABLE TRIGGER USER`);
};

describe("naming a co-viewer", () => {
  it("a request names active colleagues of the requester's role, by handle or address, and all other names get the same answer", async () => {
    const { regulator } = bench;
    const email = `${handle(viewer)}@TEST.example`;
    const { id } = await fileRequest(regulator, body([email]));
    expect((await getRequest(regulator, id)).co_viewers).toEqual([
      { handle: handle(viewer), name: viewer.principal.name },
    ]);
    const refusals = [];
    for (const name of [handle(stranger), "unknown-001", handle(bench.legal), handle(regulator)])
      refusals.push(JSON.stringify(await refusalOf(fileRequest(regulator, body([name])))));
    expect(new Set(refusals).size).toBe(1);
    expect(refusals[0]).toContain("/co_viewers/0");
    expect(NewRequest.safeParse({ ...body([]), co_viewers: ["a", "a"] }).success).toBe(false);
    expect(
      NewRequest.safeParse({ ...body([]), co_viewers: Array.from({ length: 11 }, String) }).success,
    ).toBe(false);
  });

  it("co-viewers change with the draft, are frozen with it, and are part of the digest that deciders sign", async () => {
    const { regulator } = bench;
    const id = await draftRequest(bench, { coViewers: [handle(viewer), handle(other)] });
    await changeDraft(regulator, id, ChangedRequest.parse({ co_viewers: [handle(other)] }));
    expect((await getRequest(regulator, id)).co_viewers).toMatchObject([{ handle: handle(other) }]);
    await changeDraft(regulator, id, ChangedRequest.parse({ justification: "More" }));
    expect((await getRequest(regulator, id)).co_viewers).toHaveLength(1);
    const sent = await submittedRequest(bench, { coViewers: [handle(viewer)] });
    expect(await outcomeOf(changeDraft(regulator, sent, ChangedRequest.parse({ co_viewers: [] })))).toBe(
      "request.illegal-transition",
    );
    await expect(
      queryOwner(bench, "UPDATE access_request SET co_viewers = '{}' WHERE id = $1", [sent]),
    ).rejects.toThrow("a request cannot change");
    await expect(
      queryOwner(bench, "UPDATE access_request SET co_viewers = ARRAY[$2::uuid] WHERE id = $1", [
        id,
        stranger.principal.userId,
      ]),
    ).rejects.toThrow("a co-viewer must belong to the requester's organisation");
    // Deciders see the co-viewers. A co-viewer learns nothing of a request that has given nothing yet.
    expect((await getRequest(bench.legal, sent)).co_viewers).toMatchObject([{ handle: handle(viewer) }]);
    expect((await refusalOf(getRequest(viewer, sent))).code).toBe("request-file.not-found");
    expect((await listRequests(viewer, { limit: 50 })).total).toBe(0);
  });
});

describe("a co-viewer", () => {
  it("a co-viewer opens under their own name, out of the same views, and is notified of the grant alone", async () => {
    const { requestId, grantId } = await approved([handle(viewer)], 2);
    expect((await getGrant(viewer, grantId)).acts).toEqual(["open"]);
    expect((await listGrants(viewer, { limit: 10 })).items.map(({ id }) => id)).toEqual([grantId]);
    expect((await listOwnGrants(viewer, bench.txId)).map(({ id }) => id)).toEqual([grantId]);
    // The record's page, where it is opened, shows the grant but not the request.
    const page = await readRecord(viewer, bench.txId);
    expect([page.grants.map(({ id }) => id), page.request]).toEqual([[grantId], undefined]);
    expect((await readRecord(bench.regulator, bench.txId)).request?.id).toBe(requestId);
    expect(await open(viewer, grantId)).toMatchObject({ data: { amount: "1000" } });
    expect(await open(bench.regulator, grantId)).toMatchObject({ data: { amount: "1000" } });
    expect(await outcomeOf(open(viewer, grantId))).toBe("access.views-exhausted");
    const seen = await getGrant(bench.regulator, grantId);
    expect(seen.co_viewers).toMatchObject([{ handle: handle(viewer) }]);
    expect(seen.openings.map(({ by }) => by.handle)).toEqual([handle(bench.regulator), handle(viewer)]);
    expect((await refusalOf(revokeGrant(viewer, grantId, "No more."))).code).toBe("access.forbidden");
    expect((await refusalOf(getRequest(viewer, requestId))).code).toBe("request-file.not-found");
    const changed = await inSnapshot(viewer, (tx) =>
      readChanged(tx, bench.cx, [
        { kind: "grant", id: grantId },
        { kind: "request", id: requestId },
      ]),
    );
    const shown = (who: RequestPerson) => changed.filter((one) => isVisibleTo(who.principal, one)).length;
    expect([shown(viewer), shown(bench.regulator), shown(other), shown(stranger)]).toEqual([1, 2, 0, 0]);
  });

  it("a colleague and a stranger are answered about the grant as about an unknown id", async () => {
    const { grantId } = await approved([handle(viewer)]);
    for (const who of [other, stranger]) {
      const [real, unknown] = await Promise.all(
        [grantId, uuidv7(1)].map((id) => refusalOf(getGrant(who, id))),
      );
      expect(JSON.stringify(real)).toBe(JSON.stringify(unknown));
      expect(await outcomeOf(open(who, grantId))).toBe("access.no-grant");
      const prepare = { grant_id: grantId, transactions: [bench.txId] };
      expect(await outcomeOf(prepareOpening(who, prepare))).toBe("grant.not-found");
    }
  });

  it("a removed co-viewer is out at once, here and with the custodian, which keeps the removal", async () => {
    const { requestId, grantId } = await approved([handle(viewer), handle(other)]);
    const end = { person: handle(viewer), reason: "Moved to another unit." };
    for (const who of [viewer, other, stranger])
      expect(await outcomeOf(endCoViewer(who, requestId, end))).toBe("request-file.not-found");
    expect(await outcomeOf(endCoViewer(bench.colleague, requestId, end))).toBe("decision.organisation");
    const answer = await endCoViewer(bench.regulator, requestId, end);
    expect(answer.co_viewers?.find(({ ended_at }) => ended_at !== undefined)?.handle).toBe(handle(viewer));
    expect(await outcomeOf(open(viewer, grantId))).toBe("access.no-grant");
    expect(await outcomeOf(getGrant(viewer, grantId))).toBe("grant.not-found");
    expect(await outcomeOf(open(other, grantId))).toBe("done");
    expect(await outcomeOf(endCoViewer(bench.regulator, requestId, end))).toBe("request.illegal-transition");
    await endCoViewer(bench.legal, requestId, { ...end, person: handle(other) });
    const { rows } = await queryOwner(
      bench,
      "SELECT count(*)::int AS n FROM job WHERE kind = 'co-viewer.end' AND state = 'done'",
    );
    expect(rows[0].n).toBe(2);
    // A portal that reports a false removal list meets the custodian's own memory.
    await byOwner("DELETE FROM co_viewer_end WHERE request_id = $1", [requestId], "co_viewer_end");
    expect((await refusalOf(open(viewer, grantId))).extra).toMatchObject({ reason: "revoked" });
    await expect(queryOwner(bench, "DELETE FROM co_viewer_end WHERE true")).resolves.toMatchObject({
      rowCount: 0,
    });
    expect((await finishPendingGrants(bench.regulator)).failed).toBe(0);
  });

  it("a co-viewer who is inactive or has left the agency opens nothing", async () => {
    const { grantId } = await approved([handle(leaver), handle(viewer)]);
    expect(await outcomeOf(open(leaver, grantId))).toBe("done");
    await suspendPerson(bench.cx, leaver.principal.userId);
    expect(await outcomeOf(open(leaver, grantId))).toBe("access.no-grant");
    const move = (organisation: string) =>
      byOwner(
        "UPDATE app_user SET organisation_id = $2 WHERE id = $1",
        [viewer.principal.userId, organisation],
        "app_user",
      );
    await move(stranger.principal.organisationId);
    expect(await outcomeOf(open(viewer, grantId))).toBe("access.no-grant");
    await move(bench.regulator.principal.organisationId);
    expect(await outcomeOf(open(viewer, grantId))).toBe("done");
    // A draft that still names them is submitted without them.
    const draft = await draftRequest(bench);
    await byOwner(
      "UPDATE access_request SET co_viewers = ARRAY[$2::uuid] WHERE id = $1",
      [draft, leaver.principal.userId],
      "access_request",
    );
    await attachAuthorization(bench.regulator, draft, FACTS, ORDER_FILE);
    expect(await outcomeOf(submitRequest(bench.regulator, draft))).toBe("request.invalid");
  });
});

it("a grant has no co-viewers when its holder is inactive or has left the agency", async () => {
  const { regulator } = bench;
  const { grantId } = await approved([handle(viewer)]);
  const set = (column: "state" | "organisation_id", value: string) =>
    byOwner(
      `UPDATE app_user SET ${column} = $2 WHERE id = $1`,
      [regulator.principal.userId, value],
      "app_user",
    );
  await set("state", "suspended");
  expect(await outcomeOf(open(viewer, grantId))).toBe("access.no-grant");
  expect(await outcomeOf(getGrant(viewer, grantId))).toBe("grant.not-found");
  await set("state", "active");
  await set("organisation_id", stranger.principal.organisationId);
  expect(await outcomeOf(open(viewer, grantId))).toBe("access.no-grant");
  await set("organisation_id", regulator.principal.organisationId);
  expect(await outcomeOf(open(viewer, grantId))).toBe("done");
});

describe("conflicts of interest of co-viewers", () => {
  it("a decider who is named as co-viewer cannot decide, check, review or find the request in their queue", async () => {
    const id = await submittedRequest(bench, { coViewers: [handle(viewer)] });
    await ensureChecked(bench, id);
    const queued = async (who: RequestPerson) =>
      (await listRequests(who, { limit: 50, view: "waiting" })).items.some((one) => one.id === id);
    expect(await queued(bench.legal)).toBe(true);
    await byOwner(
      "UPDATE access_request SET co_viewers = ARRAY[$2::uuid] WHERE id = $1",
      [id, bench.legal.principal.userId],
      "access_request",
    );
    expect(await queued(bench.legal)).toBe(false);
    for (const run of [
      () => decideRequest(bench.legal, id, approvalOf("legal")),
      () => checkIdentity(bench.legal, id, IDENTITY),
      () => reviewRequest(bench.legal, id),
    ]) {
      const { code, extra } = await refusalOf(run());
      expect([code, extra.reason]).toEqual(["decision.self", "floor.co-viewer"]);
    }
  });
});

it("the rest after a partial answer names the co-viewers who may still open, and they open it", async () => {
  const { regulator, legal, approver } = bench;
  const filing = { coViewers: [handle(viewer), handle(other)], fields: ["amount", "pricing"] };
  const id = await submittedRequest(bench, filing);
  await ensureChecked(bench, id);
  await decideRequest(legal, id, approvalOf("legal", { scope: { fields: ["amount"] } }));
  await decideRequest(approver, id, approvalOf("coordinator"));
  await endCoViewer(regulator, id, { person: handle(other), reason: "Moved." });
  const { continued_by: rest } = await answerPartly(legal, id, "The rest later.");
  const restId = rest?.id ?? "";
  expect((await getRequest(regulator, restId)).co_viewers).toMatchObject([{ handle: handle(viewer) }]);
  await decideRequest(legal, restId, approvalOf("legal"));
  const { grant_id = "" } = await decideRequest(approver, restId, approvalOf("coordinator"));
  const body = { purpose: "audit", grant_id, fields: ["pricing"] } as const;
  const asked = { ...body, fields: [...body.fields] };
  expect(await outcomeOf(openTransaction(viewer, bench.txId, asked))).toBe("done");
  expect(await outcomeOf(openTransaction(other, bench.txId, asked))).toBe("access.no-grant");
});

it("a co-viewer is removed while the custodian is away, which is notified later", async () => {
  const { requestId, grantId } = await approved([handle(viewer)]);
  await bench.stopCustodian();
  await endCoViewer(bench.regulator, requestId, { person: handle(viewer), reason: "Moved." });
  expect(await outcomeOf(getGrant(viewer, grantId))).toBe("grant.not-found");
  const { rows } = await queryOwner(
    bench,
    `SELECT j.state FROM job j JOIN co_viewer_end e ON e.id::text = j.subject WHERE e.request_id = $1`,
    [requestId],
  );
  expect(rows).toEqual([{ state: "waiting" }]);
});
