import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { finishPendingGrants } from "@/lib/access/grants/finish-pending";
import { getGrant } from "@/lib/access/grants/get-grant";
import { changeDraft } from "@/lib/access/requests/change-draft";
import { fileRequest } from "@/lib/access/requests/file-request";
import { getRequest } from "@/lib/access/requests/request-view";
import { ChangedRequest, NewRequest } from "@/lib/access/requests/schema";
import { submitRequest } from "@/lib/access/requests/submit-request";
import { reviewRequest } from "@/lib/access/review/review-request";
import type { PolicyNumbers } from "@/lib/context/policies";
import { DomainError } from "@/lib/errors";
import { fixedPolicies } from "@/lib/testing/benches/bench-policies";
import { refusalOf } from "@/lib/testing/benches/refusal";
import {
  approvalOf,
  createRequestBench,
  draftRequest,
  ensureChecked,
  type RequestBench,
  type RequestPerson,
  submittedRequest,
} from "@/lib/testing/benches/request-bench";

const DAY_MS = 86_400_000;
const NARROW = { grants: { max_views: 3, max_exports: 1, max_days: 5 } };

let bench: RequestBench;
beforeAll(async () => {
  bench = await createRequestBench();
  await ensureChecked(bench, await submittedRequest(bench));
});
afterAll(() => bench.close());

/** The same person where version 7 with these settings is in force. */
const under = (who: RequestPerson, settings: Partial<PolicyNumbers>): RequestPerson => ({
  ...who,
  policies: fixedPolicies(settings, 7),
});
const bodyOf = (more: object) =>
  NewRequest.parse({
    ...{ purpose: "audit", justification: "Examination", transactions: [bench.txId], fields: ["amount"] },
    ...more,
  });

describe("the limits of a grant", () => {
  it("refuse a request beyond them with the limit and the version, when it is filed, changed and submitted", async () => {
    const regulator = under(bench.regulator, NARROW);
    const until = new Date(Date.now() + 6 * DAY_MS).toISOString();
    const error = await refusalOf(fileRequest(regulator, bodyOf({ max_views: 4, max_exports: 2, until })));
    expect(error).toMatchObject({
      code: "grant.limit",
      extra: { version: 7, max_views: 3, max_exports: 1, max_days: 5 },
    });
    expect(error.errors).toEqual([
      { pointer: "/max_views", detail: "is more than 3 views, the limit of version 7 of the policies" },
      { pointer: "/max_exports", detail: "is more than 1 exports, the limit of version 7 of the policies" },
      { pointer: "/until", detail: "is more than 5 days, the limit of version 7 of the policies" },
    ]);
    const wide = await draftRequest(bench, { maxViews: 4 });
    const change = ChangedRequest.parse({ justification: "Another reason" });
    expect((await refusalOf(changeDraft(regulator, wide, change))).code).toBe("grant.limit");
    expect((await refusalOf(submitRequest(regulator, wide))).code).toBe("grant.limit");
  });

  it("lower what a request asks for that names no number, and allow exactly the limit", async () => {
    const until = new Date(Math.floor(Date.now() / 1000) * 1000 + 5 * DAY_MS).toISOString();
    const filed = await fileRequest(under(bench.regulator, NARROW), bodyOf({ until }));
    expect(filed).toMatchObject({ max_views: 3, max_exports: 1 });
    expect(await fileRequest(bench.regulator, bodyOf({}))).toMatchObject({ max_views: 20, max_exports: 5 });
  });

  it("that became lower after the submission bind reviewers: no one can give more", async () => {
    const id = await submittedRequest(bench);
    const [legal, approver] = [under(bench.legal, NARROW), under(bench.approver, NARROW)];
    expect((await reviewRequest(legal, id)).remaining).toMatchObject({ max_views: 3, max_exports: 1 });
    const wider = approvalOf("legal", { max_views: 4 });
    expect((await refusalOf(decideRequest(legal, id, wider))).code).toBe("decision.not-narrower");
    await decideRequest(legal, id, approvalOf("legal"));
    const { grant_id: grantId = "" } = await decideRequest(approver, id, approvalOf("coordinator"));
    const grant = await getGrant(bench.regulator, grantId);
    expect(grant).toMatchObject({ max_views: 3, max_exports: 1, state: "active" });
    expect(Date.parse(grant.not_after) - Date.parse(grant.not_before)).toBeLessThanOrEqual(5 * DAY_MS);
    const { decisions } = await getRequest(bench.regulator, id);
    expect(decisions[0]?.taken_away).toMatchObject({
      max_views: { before: 20, after: 3 },
    });
  });

  it("that became lower while a grant waited for the custodian bind its activation", async () => {
    const id = await submittedRequest(bench);
    await decideRequest(bench.legal, id, approvalOf("legal"));
    const away = {
      ...bench.approver,
      escrow: {
        ...bench.approver.escrow,
        submitGrant: () => Promise.reject(new DomainError("custodian.unavailable")),
      },
    };
    const waits = await refusalOf(decideRequest(away, id, approvalOf("coordinator")));
    expect(waits.code).toBe("custodian.unavailable");
    const { principal: _, ...portal } = { ...under(bench.approver, NARROW), system: "portal" };
    expect(await finishPendingGrants(portal)).toMatchObject({ failed: 0 });
    const { grant_id: grantId = "" } = await getRequest(bench.regulator, id);
    const grant = await getGrant(bench.regulator, grantId);
    expect(grant).toMatchObject({ max_views: 3, max_exports: 1, state: "active" });
    expect(Date.parse(grant.not_after) - Date.parse(grant.not_before)).toBeLessThanOrEqual(5 * DAY_MS);
  });
});

describe("the days of a review", () => {
  it("are those of the version that was in force at the submission", async () => {
    const regulator = under(bench.regulator, { review_days: 3 });
    const id = await submittedRequest(bench, { who: regulator });
    const { due_at: due = "" } = await getRequest(regulator, id);
    const days = (Date.parse(due) - Date.now()) / DAY_MS;
    expect(days).toBeGreaterThan(2.9);
    expect(days).toBeLessThanOrEqual(3);
  });
});
