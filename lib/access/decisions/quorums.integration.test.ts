import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { extendRequest } from "@/lib/access/deadlines/extend-request";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { prepareStatement } from "@/lib/access/decisions/prepare-statement";
import { getGrant } from "@/lib/access/grants/get-grant";
import { commentRequest } from "@/lib/access/requests/comment-request";
import { listRequests } from "@/lib/access/requests/list-requests";
import { getRequest } from "@/lib/access/requests/request-view";
import { NewDecision } from "@/lib/access/requests/schema";
import { reviewRequest } from "@/lib/access/review/review-request";
import { sendNotifications } from "@/lib/notify/send-notifications";
import { fixedPolicies } from "@/lib/testing/benches/bench-policies";
import { refusalOf } from "@/lib/testing/benches/refusal";
import {
  approvalOf,
  createRequestBench,
  ensureChecked,
  type Filing,
  queryOwner,
  type RequestBench,
  type RequestPerson,
  submittedRequest,
} from "@/lib/testing/benches/request-bench";

const TWO = { quorums: { legal: 2, coordinator: 2 } };

let bench: RequestBench;
/** Everyone where both stages take two people. */
let legal: RequestPerson;
let lawyer: RequestPerson;
let approver: RequestPerson;
let second: RequestPerson;
let both: RequestPerson;
beforeAll(async () => {
  bench = await createRequestBench([{ role: "coordinator", duties: ["legal"] }]);
  const [more] = bench.more;
  if (more === undefined) throw new TypeError("no second lawyer");
  const under = (who: RequestPerson): RequestPerson => ({ ...who, policies: fixedPolicies(TWO, 2) });
  [legal, lawyer, approver, second, both] = [
    under(bench.legal),
    under(more),
    under(bench.approver),
    under(bench.second),
    under(bench.both),
  ];
  await ensureChecked(bench, await submittedRequest(bench));
});
afterAll(() => bench.close());

/** Submits a request where both stages take two people. */
const submitted = (filing: Filing = {}) =>
  submittedRequest(bench, { ...filing, who: { ...bench.regulator, policies: fixedPolicies(TWO, 2) } });
const approve = (who: RequestPerson, id: string, stage: "legal" | "coordinator", more: object = {}) =>
  decideRequest(who, id, approvalOf(stage, more));
const codeOf = async (run: Promise<unknown>) => (await refusalOf(run)).code;

describe("a stage that takes two people", () => {
  it("waits for the second one, and a grant comes into force after four approvals with what all of them leave", async () => {
    const id = await submitted();
    const begun = await getRequest(bench.regulator, id);
    expect(begun.approvals).toEqual([
      { stage: "legal", given: 0, needed: 2 },
      { stage: "coordinator", given: 0, needed: 2 },
    ]);
    const first = await approve(legal, id, "legal");
    expect(first).toMatchObject({ state: "stage_1", waiting_for: "legal", version: begun.version + 1 });
    expect(first.approvals[0]).toEqual({ stage: "legal", given: 1, needed: 2 });
    expect(first.timeline.at(-1)).toMatchObject({ kind: "approve", to_state: "stage_1" });
    expect((await approve(lawyer, id, "legal", { scope: { fields: ["amount"] } })).state).toBe("stage_2");
    expect((await approve(approver, id, "coordinator", { max_views: 2 })).state).toBe("stage_2");
    const last = await approve(second, id, "coordinator");
    expect(last).toMatchObject({ state: "active", approvals: [{ given: 2 }, { given: 2 }] });
    const grant = await getGrant(bench.regulator, last.grant_id ?? "");
    expect(grant).toMatchObject({ state: "active", fields: ["amount"], max_views: 2 });
    expect(grant.decided_by).toHaveLength(4);
    expect(last.authorization?.assurance).toBe("attested");
  });

  it("counts each person once, in one stage, and no colleague of the requester", async () => {
    const id = await submitted();
    await approve(both, id, "legal");
    expect(await codeOf(approve(both, id, "legal"))).toBe("decision.same-person");
    expect(await codeOf(approve(approver, id, "coordinator"))).toBe("decision.stage");
    expect(await codeOf(approve(bench.colleague, id, "legal"))).toBe("decision.organisation");
    await approve(legal, id, "legal");
    await approve(approver, id, "coordinator");
    expect(await codeOf(approve(both, id, "coordinator"))).toBe("decision.same-person");
    expect((await getRequest(bench.regulator, id)).state).toBe("stage_2");
  });

  it("waits for those who can still decide: they are shown the request and notified, the others are not asked again", async () => {
    const id = await submitted();
    const { tenantId } = bench.cx.instance;
    const context = { ...bench.cx, hasMail: false };
    while ((await sendNotifications(context)) > 0);
    await approve(legal, id, "legal");
    const isAsked = async (who: RequestPerson) =>
      (await listRequests(who, { view: "waiting", limit: 100 })).items.some((one) => one.id === id);
    expect([await isAsked(legal), await isAsked(lawyer), await isAsked(both)]).toEqual([false, true, true]);
    expect(await isAsked(approver)).toBe(false);
    expect((await reviewRequest(lawyer, id)).may_decide).toBe(true);
    expect((await reviewRequest(legal, id)).may_decide).toBe(false);
    while ((await sendNotifications(context)) > 0);
    const { rows } = await queryOwner(
      bench,
      "SELECT user_id FROM notification WHERE tenant_id = $1 AND subject = $2 AND state = 'stage_1' AND at > $3",
      [tenantId, id, (await getRequest(bench.regulator, id)).timeline.at(-2)?.at],
    );
    const told = rows.map((row) => row.user_id);
    expect(told).toContain(lawyer.principal.userId);
    expect(told).not.toContain(legal.principal.userId);
  });

  it("refuses an approval of an older version, and a denial by one person ends the request", async () => {
    const id = await submitted();
    const { version } = await getRequest(bench.regulator, id);
    await approve(legal, id, "legal");
    const conflict = await refusalOf(decideRequest(lawyer, id, approvalOf("legal"), version));
    expect(conflict).toMatchObject({ code: "request.outdated", extra: { last: { kind: "approve" } } });
    const deny = NewDecision.parse({ stage: "legal", decision: "deny", comment: "No basis" });
    expect((await decideRequest(lawyer, id, deny)).state).toBe("denied");
  });

  it("keeps an approval over a question and its answer, and while the deadline is extended", async () => {
    const id = await submitted();
    await approve(legal, id, "legal");
    const ask = NewDecision.parse({ stage: "legal", decision: "ask", comment: "Which period?" });
    await decideRequest(lawyer, id, ask);
    expect((await commentRequest(bench.regulator, id, "November")).state).toBe("stage_1");
    expect((await approve(lawyer, id, "legal")).state).toBe("stage_2");

    const extended = await submitted();
    const { response_due_at: due = "" } = await getRequest(bench.regulator, extended);
    const until = new Date(Date.parse(due) + 86_400_000).toISOString();
    await extendRequest(lawyer, extended, { until, reason: "More records" });
    expect((await approve(legal, extended, "legal")).state).toBe("extended");
    expect((await approve(lawyer, extended, "legal")).state).toBe("stage_2");
  });

  it("prepares a statement for each of the people", async () => {
    const id = await submitted();
    await approve(legal, id, "legal");
    const { signature: _, ...body } = approvalOf("legal");
    const { statement } = await prepareStatement(lawyer, id, body);
    expect(statement).toMatchObject({ stage: "legal", approver: lawyer.principal.handle });
  });
});

describe("the number of approvals", () => {
  it("is that of the submission, whatever the policies say later", async () => {
    const id = await submittedRequest(bench);
    expect((await approve(legal, id, "legal")).state).toBe("stage_2");
    expect((await approve(approver, id, "coordinator")).state).toBe("active");
  });

  it("is refused at the submission where too few people could decide", async () => {
    const five = {
      ...bench.regulator,
      policies: fixedPolicies({ quorums: { legal: 5, coordinator: 1 } }, 3),
    };
    const error = await refusalOf(submittedRequest(bench, { who: five }));
    expect(error).toMatchObject({ code: "request.no-decider", extra: { duties: ["legal"] } });
    expect(error.detail).toContain("5 with the duty legal");
  });

  it("cannot be passed in the database, nor changed after the submission", async () => {
    const id = await submitted();
    await approve(legal, id, "legal");
    await bench.integrate();
    const passed = queryOwner(
      bench,
      `BEGIN;
       UPDATE access_request SET state = 'stage_2', last_event = 'approve', updated_at = now() WHERE id = '${id}';
       INSERT INTO request_event (id, tenant_id, request_id, kind, from_state, to_state, at)
         SELECT gen_random_uuid(), tenant_id, id, 'approve', 'stage_1', 'stage_2', updated_at
         FROM access_request WHERE id = '${id}';
       SELECT audit_write('done', 'access', 'request.decide', NULL, ARRAY['request:${id}']);
       COMMIT`,
    );
    await expect(passed).rejects.toThrow("too few people approved");
    await expect(
      queryOwner(bench, "UPDATE access_request SET quorum_legal = 1 WHERE id = $1", [id]),
    ).rejects.toThrow("cannot change after submission");
  });
});
