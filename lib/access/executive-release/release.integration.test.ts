import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { answerPartly } from "@/lib/access/deadlines/answer-partly";
import { keepRequests } from "@/lib/access/deadlines/keep-requests";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { endRelease } from "@/lib/access/executive-release/end-release";
import { getRelease } from "@/lib/access/executive-release/get-release";
import { listReleases } from "@/lib/access/executive-release/list-releases";
import { proposeRelease } from "@/lib/access/executive-release/propose-release";
import { NewReleaseSignature } from "@/lib/access/executive-release/schema";
import { signRelease } from "@/lib/access/executive-release/sign-release";
import { finishPendingGrants } from "@/lib/access/grants/finish-pending";
import { getGrant } from "@/lib/access/grants/get-grant";
import { endGrant, revokeGrant } from "@/lib/access/grants/revoke-grant";
import { revokeAuthorization, suspendAuthorization } from "@/lib/access/legal-authorities/end-authorization";
import { getRequest } from "@/lib/access/requests/request-view";
import { NewDecision } from "@/lib/access/requests/schema";
import { checkIdentity } from "@/lib/access/review/identity-check";
import { fixedClock } from "@/lib/clock";
import { toBase64url } from "@/lib/crypto/bytes";
import { ed25519PublicKey, randomBytes } from "@/lib/crypto/primitives";
import { signStatement } from "@/lib/crypto/statement";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inSnapshot, inTransaction } from "@/lib/db/transaction";
import { createEscrowClient } from "@/lib/escrow/client/client";
import { alarmsOf } from "@/lib/http/health/judge-health";
import { readStoredHealth } from "@/lib/http/health/store";
import { listNotifications } from "@/lib/notify/list-notifications";
import { NotificationQuery } from "@/lib/notify/schema";
import { sendNotifications } from "@/lib/notify/send-notifications";
import { OfficeHoursBody } from "@/lib/organisations/schema";
import { setHours } from "@/lib/organisations/set-hours";
import { outcomeOf, refusalOf } from "@/lib/testing/benches/refusal";
import {
  approvalOf,
  CONFIRMS,
  createRequestBench,
  type Filing,
  IDENTITY,
  queryOwner,
  type RequestBench,
  type RequestPerson,
  submittedRequest,
} from "@/lib/testing/benches/request-bench";
import { pastTriggers } from "@/lib/testing/log/past-triggers";
import { openTransaction } from "@/lib/transactions/open/open-transaction";

let bench: RequestBench;
let chair: RequestPerson;
let officer: RequestPerson;
let third: RequestPerson;
const REASON = { reason: "Ten days have passed without an answer." };

beforeAll(async () => {
  const executive = { role: "coordinator", duties: ["executive"] } as const;
  bench = await createRequestBench([executive, executive, executive]);
  const [a, b, c] = bench.more;
  if (a === undefined || b === undefined || c === undefined) throw new Error("three executives expected");
  [chair, officer, third] = [a, b, c];
});
afterAll(async () => {
  await bench?.close();
});

const word = (more: object = {}) =>
  NewReleaseSignature.parse({ comment: "As the order says", confirms: CONFIRMS, ...more });

/** Runs what a portal's job does this many days from now. */
const keep = (days: number) => {
  const ms = Date.now() + days * 86_400_000;
  const clock = { ...bench.cx.clock, now: () => new Date(ms), nowMs: () => ms };
  return keepRequests({ ...bench.cx, clock, logger: bench.legal.logger, system: "portal" });
};

/** Files a request that stays unanswered: overdue after fourteen days, with the executives after three more. */
async function overdueRequest(filing?: Filing): Promise<string> {
  const id = await submittedRequest(bench, filing);
  await keep(14.1);
  await keep(17.3);
  return id;
}

let isChecked = false;
async function checkedRequest(filing?: Filing): Promise<string> {
  const id = await overdueRequest(filing);
  if (!isChecked) {
    // By an executive: legal reviewers cannot prevent a release by not checking the officer.
    expect(await outcomeOf(proposeRelease(chair, id, REASON))).toBe("decision.identity-check");
    await checkIdentity(chair, id, IDENTITY);
    isChecked = true;
  }
  return id;
}

async function proposed(filing?: Filing): Promise<{ id: string; releaseId: string }> {
  const id = await checkedRequest(filing);
  const { release } = await proposeRelease(chair, id, REASON);
  return { id, releaseId: release?.id ?? "" };
}

async function released(filing?: Filing): Promise<{ id: string; grantId: string }> {
  const { id, releaseId } = await proposed(filing);
  await signRelease(chair, id, releaseId, word());
  const answer = await signRelease(officer, id, releaseId, word());
  return { id, grantId: answer.grant_id ?? "" };
}

/** The alarms on the status page. */
async function alarms(): Promise<string[]> {
  const none = { own: 0, independent: 0 };
  const stored = await inSnapshot(bench.cx, (tx) => readStoredHealth(tx, bench.cx.instance.log, none));
  return alarmsOf(stored, [], Date.now(), { isStamping: false });
}

describe("an overdue request", () => {
  it("two executives release what was asked, and it opens through the custodian", async () => {
    const { id, releaseId } = await proposed();
    const before = await getRelease(officer, id);
    expect(before).toMatchObject({ request_state: "overdue", release: { state: "open" }, acts: ["sign"] });
    expect(before.statement).toMatchObject({
      request: id,
      transactions: [bench.txId],
      groups: ["amount", "pricing"],
      level: "full",
      purpose: "audit",
      requester: bench.regulator.principal.handle,
      releaser: officer.principal.handle,
      max_views: 20,
    });
    const one = await signRelease(chair, id, releaseId, word());
    expect(one).toMatchObject({ request_state: "overdue", acts: [] });
    const two = await signRelease(officer, id, releaseId, word());
    expect(two).toMatchObject({ request_state: "active", release: { state: "released" }, acts: [] });
    expect(two.release?.words).toHaveLength(2);
    const { state, authorization } = await getRequest(bench.regulator, id);
    expect([state, authorization?.state]).toEqual(["active", "active"]);
    const opened = await openTransaction(bench.regulator, bench.txId, {
      purpose: "audit",
      grant_id: two.grant_id ?? "",
    });
    expect(JSON.stringify(opened)).toContain("1000");
  });

  it("the unanswered rest after a partial answer is released too", async () => {
    const first = await submittedRequest(bench);
    await decideRequest(bench.legal, first, approvalOf("legal"));
    await decideRequest(bench.approver, first, approvalOf("coordinator", { scope: { fields: ["amount"] } }));
    const { continued_by: rest } = await answerPartly(bench.legal, first, "Pricing takes longer");
    const id = rest?.id ?? "";
    await keep(14.1);
    await keep(17.3);
    const { release } = await proposeRelease(chair, id, REASON);
    await signRelease(chair, id, release?.id ?? "", word());
    const two = await signRelease(officer, id, release?.id ?? "", word());
    expect(two).toMatchObject({ request_state: "active", release: { state: "released" } });
    const opened = await openTransaction(bench.regulator, bench.txId, {
      purpose: "audit",
      grant_id: two.grant_id ?? "",
    });
    expect(JSON.stringify(opened)).not.toContain("1000");
    // The part and the rest have the same order. The executives' release of the rest outlives what reviewers end.
    const { authorization } = await getRequest(bench.legal, first);
    await suspendAuthorization(bench.legal, first, authorization?.id ?? "", { reason: "x" });
    expect((await getRequest(bench.regulator, id)).state).toBe("active");
  });

  it("an order that one reviewer suspended just before the deadline can be released on, by two signatures only", async () => {
    const id = await submittedRequest(bench);
    const { authorization } = await getRequest(bench.legal, id);
    const order = authorization?.id ?? "";
    await suspendAuthorization(bench.legal, id, order, { reason: "The court stayed it." });
    const taken = "UPDATE legal_authorization SET state = 'attested' WHERE request_id = $1";
    await expect(queryOwner(bench, taken, [id])).rejects.toMatchObject({ code: "SP002" });
    // The reviewer can also not revoke what is owed, nor decide on it. A denial is possible, since it is an answer.
    const revoked = revokeAuthorization(bench.legal, id, order, { reason: "Set aside." });
    expect(await outcomeOf(revoked)).toBe("request.conflict");
    expect(await outcomeOf(decideRequest(bench.legal, id, approvalOf("legal")))).toBe(
      "authorization.invalid",
    );
    await keep(14.1);
    await keep(17.3);
    await checkIdentity(chair, id, IDENTITY);
    const { release } = await proposeRelease(chair, id, REASON);
    await signRelease(chair, id, release?.id ?? "", word());
    expect((await getRequest(bench.regulator, id)).authorization?.state).toBe("suspended");
    await expect(queryOwner(bench, taken, [id])).rejects.toMatchObject({ code: "SP002" });
    const two = await signRelease(officer, id, release?.id ?? "", word());
    expect(two.request_state).toBe("active");
    expect((await getRequest(bench.regulator, id)).authorization?.state).toBe("active");
  });

  it("an executive can end the released grant, and reviewers cannot, here or at the custodian", async () => {
    const { id, grantId } = await released();
    for (const reviewer of [bench.legal, bench.approver, chair]) {
      const { code, extra } = await refusalOf(revokeGrant(reviewer, grantId, "no more"));
      expect([code, extra.reason]).toEqual(["access.forbidden", "floor.released"]);
    }
    expect((await getGrant(bench.legal, grantId)).acts).toEqual([]);
    const at = new Date().toISOString();
    const bare = await refusalOf(bench.escrow.revoke({ grant: grantId, reason: "no more", at }));
    expect(bare.extra.reason).toBe("released");
    expect(await outcomeOf(endRelease(bench.legal, grantId, { reason: "no" }))).toBe("decision.duty");
    expect(await outcomeOf(endRelease(bench.auditor, grantId, { reason: "no" }))).toBe("grant.not-found");
    expect((await endRelease(third, grantId, { reason: "an impostor" })).state).toBe("revoked");
    expect((await getRequest(bench.regulator, id)).state).toBe("revoked");
    expect(await outcomeOf(endRelease(third, grantId, { reason: "again" }))).toBe(
      "request.illegal-transition",
    );
    const opened = openTransaction(bench.regulator, bench.txId, { purpose: "audit", grant_id: grantId });
    expect(await outcomeOf(opened)).toBe("access.no-grant");
    const jobs = await queryOwner(
      bench,
      "SELECT state FROM job WHERE subject = $1 AND kind = 'grant.revoke'",
      [grantId],
    );
    expect(jobs.rows).toEqual([{ state: "done" }]);
  });

  it("the custodian keeps a release that a registrar's revocation ended: the portal sends the end a few times, then stops and raises an alarm", async () => {
    const { id, grantId } = await released();
    // What `revokeAuthority` does to a grant under the key, as a separate act.
    await inTransaction(bench.legal, async (tx) => {
      await endGrant(tx, bench.legal, { id: grantId, requestId: id }, "the key was stolen");
    });
    const clock = fixedClock(new Date());
    const round = async () => {
      clock.advance(6_000);
      return finishPendingGrants({
        ...bench.cx,
        clock,
        escrow: bench.escrow,
        policies: bench.legal.policies,
        logger: bench.legal.logger,
        system: "portal",
      });
    };
    const counts = [];
    for (let at = 0; at < 8; at += 1) counts.push(await round());
    expect(counts.map(({ failed }) => failed)).toEqual([1, 1, 1, 1, 1, 0, 0, 0]);
    const jobs = await queryOwner(
      bench,
      "SELECT state, attempts FROM job WHERE subject = $1 AND kind = 'grant.revoke'",
      [grantId],
    );
    expect(jobs.rows).toEqual([{ state: "refused", attempts: 6 }]);
    const entries = await queryOwner(
      bench,
      "SELECT outcome FROM audit_index WHERE grant_id = $1 AND action = 'grant.revoke' ORDER BY at",
      [grantId],
    );
    expect(entries.rows).toEqual([{ outcome: "done" }, { outcome: "failed" }]);
    const opened = openTransaction(bench.regulator, bench.txId, { purpose: "audit", grant_id: grantId });
    expect(await outcomeOf(opened)).toBe("access.no-grant");

    // It is an alarm until the custodian has accepted the end, signed by an authorised person, although it has ended
    // here long ago.
    expect(await alarms()).toContain("end-not-at-custodian");
    expect(await getGrant(third, grantId)).toMatchObject({ kept_by_custodian: true, acts: ["end_release"] });
    expect((await getGrant(bench.legal, grantId)).acts).toEqual([]);
    expect(await outcomeOf(endRelease(bench.legal, grantId, { reason: "no" }))).toBe("decision.duty");
    const ended = await endRelease(third, grantId, { reason: "the key was stolen" });
    expect(ended.state).toBe("revoked");
    expect(await alarms()).not.toContain("end-not-at-custodian");
    const { acts, kept_by_custodian: kept, revoke_reason: reason } = await getGrant(third, grantId);
    expect([acts, kept, reason]).toEqual([[], undefined, "the key was stolen"]);
    expect(await outcomeOf(endRelease(third, grantId, { reason: "again" }))).toBe(
      "request.illegal-transition",
    );
    // The custodian knows it as revoked by now, for every caller.
    await bench.escrow.revoke({ grant: grantId, reason: "again", at: new Date().toISOString() });
  });

  it("other executives are notified of every step, from its beginning to its end", async () => {
    const { grantId } = await released();
    await endRelease(third, grantId, { reason: "an impostor" });
    while ((await sendNotifications({ ...bench.cx, hasMail: false })) > 0);
    const seen = async (who: RequestPerson) => {
      const { items } = await listNotifications(who, NotificationQuery.parse({ limit: "500", view: "all" }));
      return items.filter(({ subject }) => subject === grantId).map(({ state }) => state);
    };
    // Two changes before a notification are one state each. The person who ended it is not notified of that.
    expect(await seen(chair)).toEqual(["revoked", "active"]);
    expect(await seen(third)).toEqual(["active"]);
    for (const other of [bench.auditor, bench.support]) expect(await seen(other)).toEqual([]);
  });

  it("its holder can end their own access", async () => {
    const { grantId } = await released();
    expect((await endRelease(bench.regulator, grantId, { reason: "not needed" })).state).toBe("revoked");
  });

  it("the release shows its two executives as the approvers, and rests on no decision", async () => {
    const { grantId } = await released();
    const { rows } = await queryOwner(
      bench,
      "SELECT count(*)::int AS n FROM decision d JOIN access_grant g ON g.request_id = d.request_id WHERE g.id = $1",
      [grantId],
    );
    expect(rows).toEqual([{ n: 0 }]);
    expect(
      (await getGrant(bench.regulator, grantId)).released_by?.map(({ person }) => person.handle),
    ).toEqual([chair.principal.handle, officer.principal.handle]);
  });
});

describe("the executives' list", () => {
  const desk = async (who: RequestPerson) => (await listReleases(who, { limit: 50 })).items;

  it("the list shows escalated requests with the state of each release and what the reader may do", async () => {
    const { id, releaseId } = await proposed();
    const waiting = await submittedRequest(bench);
    await signRelease(chair, id, releaseId, word());
    const of = async (who: RequestPerson) => (await desk(who)).find((one) => one.id === id);
    const release = { id: releaseId, state: "open", words: 1 };
    expect(await of(chair)).toMatchObject({ state: "overdue", release, acts: [] });
    expect(await of(officer)).toMatchObject({ release, acts: ["sign"] });
    expect((await desk(chair)).map((one) => one.id)).not.toContain(waiting);
    await signRelease(officer, id, releaseId, word());
    expect(await of(officer)).toBeUndefined();
  });

  it("other people do not see the list, and a party's executive is asked nothing", async () => {
    const id = await checkedRequest();
    for (const who of [bench.legal, bench.approver, bench.support, bench.regulator])
      expect(await outcomeOf(listReleases(who, { limit: 50 }))).toBe("decision.duty");
    const { rows } = await queryOwner(
      bench,
      `SELECT p.organisation_id AS id FROM transaction_participant t JOIN participant p ON p.id = t.participant_id
       WHERE t.transaction_id = $1`,
      [bench.txId],
    );
    const insider = { ...chair, principal: { ...chair.principal, organisationId: String(rows[0]?.id) } };
    expect((await desk(insider)).find((one) => one.id === id)).toMatchObject({ acts: [] });
    expect(await outcomeOf(proposeRelease(insider, id, REASON))).toBe("decision.party");
  });
});

describe("a release is refused", () => {
  it("a person without the duty is refused for every id alike", async () => {
    const id = await checkedRequest();
    for (const one of [id, uuidv7(Date.now())]) {
      for (const who of [bench.legal, bench.approver, bench.both, bench.support, bench.colleague]) {
        expect(await outcomeOf(proposeRelease(who, one, REASON))).toBe("decision.duty");
        expect(await outcomeOf(getRelease(who, one))).toBe("decision.duty");
      }
    }
    expect(await outcomeOf(getRelease(chair, uuidv7(Date.now())))).toBe("request-file.not-found");
    expect(await outcomeOf(proposeRelease(bench.regulator, id, REASON))).toBe("decision.self");
  });

  it("a release is refused unless the request is overdue", async () => {
    const id = await submittedRequest(bench);
    const outcome = () => outcomeOf(proposeRelease(chair, id, REASON));
    expect(await outcome()).toBe("request-file.not-found");
    await keep(14.1);
    // Overdue, and with the head of compliance: the executives may not know of it yet.
    expect(await outcome()).toBe("request-file.not-found");
    expect(await outcomeOf(getRelease(chair, id))).toBe("request-file.not-found");
  });

  it("a revoked order is refused by its name and before any signature, if it was revoked during the review", async () => {
    const id = await submittedRequest(bench);
    const admin = new Client({ connectionString: bench.database.adminUrl });
    await admin.connect();
    await pastTriggers(admin, ["legal_authorization"], () =>
      admin.query("UPDATE legal_authorization SET state = 'revoked' WHERE request_id = $1", [id]),
    );
    await admin.end();
    await keep(14.1);
    await keep(17.3);
    await checkIdentity(chair, id, IDENTITY);
    expect(await outcomeOf(proposeRelease(chair, id, REASON))).toBe("authorization.invalid");
  });

  it("a second signature of one person is refused, and so are terms that are not the newest", async () => {
    const { id, releaseId } = await proposed();
    await signRelease(chair, id, releaseId, word());
    expect(await outcomeOf(signRelease(chair, id, releaseId, word()))).toBe("decision.same-person");
    expect(await outcomeOf(signRelease(officer, id, uuidv7(Date.now()), word()))).toBe("request.conflict");
    expect(await outcomeOf(proposeRelease(officer, id, REASON))).toBe("request.conflict");
    expect((await getRequest(bench.regulator, id)).state).toBe("overdue");
  });

  it("a reading that differs from the record or from the first reading is refused", async () => {
    const { id, releaseId } = await proposed();
    const wrong = word({ confirms: { ...CONFIRMS, case_number: "18 O 2/26" } });
    expect(await outcomeOf(signRelease(chair, id, releaseId, wrong))).toBe("decision.facts-mismatch");
    const { release } = await getRelease(chair, id);
    expect(release?.words).toEqual([]);
  });

  it("signatures of an inactive executive, or of one who lost the duty, are no longer valid", async () => {
    const { id, releaseId } = await proposed();
    await signRelease(third, id, releaseId, word());
    await queryOwnerPast("UPDATE app_user SET state = 'suspended' WHERE id = $1", [third.principal.userId]);
    try {
      expect((await getRelease(chair, id)).release?.state).toBe("lapsed");
      expect(await outcomeOf(signRelease(officer, id, releaseId, word()))).toBe("request.conflict");
    } finally {
      await queryOwnerPast("UPDATE app_user SET state = 'active' WHERE id = $1", [third.principal.userId]);
    }
  });
});

async function queryOwnerPast(text: string, values: readonly unknown[]): Promise<void> {
  await queryOwner(bench, "ALTER TABLE app_user DISABLE TRIGGER USER");
  await queryOwner(bench, text, values);
  await queryOwner(bench, "ALTER TABLE app_user ENABLE TRIGGER USER");
}

describe("a release in progress", () => {
  it("reviewers cannot decide, ask or deny meanwhile", async () => {
    const { id, releaseId } = await proposed();
    const bodies = [
      approvalOf("legal"),
      NewDecision.parse({ stage: "legal", decision: "deny", comment: "No." }),
      NewDecision.parse({ stage: "legal", decision: "ask", comment: "Why?" }),
    ];
    for (const body of bodies) {
      expect(await outcomeOf(decideRequest(bench.legal, id, body))).toBe("request.conflict");
    }
    const moved = queryOwner(bench, "UPDATE access_request SET state = 'stage_1' WHERE id = $1", [id]);
    await expect(moved).rejects.toMatchObject({ code: "SP002" });
    await signRelease(officer, id, releaseId, word());
    await signRelease(third, id, releaseId, word());
    expect((await getRequest(bench.regulator, id)).state).toBe("active");
  });

  it("a release whose second signature found the custodian away is sent when the call is repeated", async () => {
    const { id, releaseId } = await proposed();
    await signRelease(chair, id, releaseId, word());
    const { escrow } = bench;
    const url = "unix:/nonexistent/custodian.sock";
    const away = createEscrowClient({ url, vkey: escrow.vkey, log: bench.place.log, clock: officer.clock });
    // It went away after it had checked the signature.
    const leaving = { ...officer, escrow: { ...escrow, submitGrant: away.submitGrant } };
    expect(await outcomeOf(signRelease(leaving, id, releaseId, word()))).toBe("custodian.unavailable");
    expect((await getRequest(bench.regulator, id)).state).toBe("approved");
    expect(await outcomeOf(signRelease(third, id, releaseId, word()))).toBe("request.illegal-transition");
    const again = await signRelease(officer, id, releaseId, word());
    expect(again).toMatchObject({ request_state: "active", release: { state: "released" } });
  });

  it("two executives who sign at once make one grant, and a third cannot sign", async () => {
    const { id, releaseId } = await proposed();
    const outcomes = await Promise.all(
      [chair, officer, third].map((who) => outcomeOf(signRelease(who, id, releaseId, word()))),
    );
    expect(outcomes.filter((one) => one === "done")).toHaveLength(2);
    const { rows } = await queryOwner(bench, "SELECT state FROM access_grant WHERE request_id = $1", [id]);
    expect(rows).toEqual([{ state: "active" }]);
  });

  it("a person with a key signs only what was shown, and the portal does not sign for them", async () => {
    const { id, releaseId } = await proposed();
    const { statement } = await getRelease(chair, id);
    const seed = randomBytes(32);
    expect(ed25519PublicKey(seed)).toHaveLength(32);
    const signature = {
      kind: "ed25519" as const,
      key_id: "unknown/1",
      signature: toBase64url(signStatement(seed, "release", statement)),
    };
    const { code, extra } = await refusalOf(signRelease(chair, id, releaseId, word({ signature })));
    expect([code, extra.reason]).toEqual(["custodian.refused", "signature"]);
  });
});

describe("the database", () => {
  it("the database refuses a released grant without two signatures, and a signature of a person without the duty", async () => {
    const { id, releaseId } = await proposed();
    await signRelease(chair, id, releaseId, word());
    const grant = queryOwner(
      bench,
      `INSERT INTO access_grant (id, tenant_id, request_id, release_id, authorization_id, subject_user_id, transactions, groups,
         level, purpose, not_before, not_after, max_views, max_exports, state, policy_version, assurance)
       SELECT $1, r.tenant_id, r.id, e.id, a.id, r.requester_user_id, r.transactions, r.groups, r.level, r.purpose,
         (e.terms ->> 'not_before')::timestamptz, (e.terms ->> 'not_after')::timestamptz, 1, 0, 'pending', 'p', 'evaluation'
       FROM access_request r JOIN executive_release e ON e.request_id = r.id JOIN legal_authorization a ON a.request_id = r.id
       WHERE r.id = $2`,
      [uuidv7(Date.now()), id],
    );
    await expect(grant).rejects.toMatchObject({ code: "SP002" });
    const by = bench.legal.principal;
    const bogus = queryOwner(
      bench,
      `INSERT INTO executive_release_word (release_id, user_id, tenant_id, request_id, person, comment, confirms, signature, proof_kind)
       SELECT $1, $2, tenant_id, request_id, $3, comment, confirms, signature, proof_kind FROM executive_release_word WHERE release_id = $1`,
      [releaseId, by.userId, by.handle],
    );
    await expect(bogus).rejects.toMatchObject({ code: "SP002" });
    for (const text of [
      "UPDATE executive_release SET reason = 'x' WHERE id = $1",
      "DELETE FROM executive_release_word WHERE release_id = $1",
    ]) {
      await expect(queryOwner(bench, text, [releaseId])).rejects.toMatchObject({ code: "SP004" });
    }
  });
});

it("a foreign order that legal review left without a basis is released with one that an executive records", async () => {
  const admin = await bench.person({ role: "admin", duties: ["admin"], hasKey: false });
  const { rows } = await queryOwner(bench, "SELECT id::text FROM organisation WHERE kind = 'operator'");
  const hours = { zone: "UTC", weekly_hours: null, holiday_region: null, closed_dates: [], open_dates: [] };
  const setHomes = (codes: string[]) =>
    setHours(admin, String(rows[0]?.id), OfficeHoursBody.parse({ ...hours, home_jurisdictions: codes }));
  await setHomes(["FR"]);
  const id = await checkedRequest();
  expect(await outcomeOf(proposeRelease(chair, id, REASON))).toBe("authorization.recognition");
  const body = { ...REASON, recognition_basis: "Regulation (EU) 2023/1543" };
  const { release } = await proposeRelease(chair, id, body);
  await signRelease(chair, id, release?.id ?? "", word());
  expect((await signRelease(officer, id, release?.id ?? "", word())).request_state).toBe("active");
  await setHomes(["EU"]);
});
