import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { answerPartly } from "@/lib/access/deadlines/answer-partly";
import { extendRequest } from "@/lib/access/deadlines/extend-request";
import { keepRequests } from "@/lib/access/deadlines/keep-requests";
import { objectRequest } from "@/lib/access/deadlines/object-request";
import { NewObjection } from "@/lib/access/deadlines/schema";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { readDocument } from "@/lib/access/documents/read-document";
import { getGrant } from "@/lib/access/grants/get-grant";
import { revokeGrant } from "@/lib/access/grants/revoke-grant";
import { useView } from "@/lib/access/grants/use-grant";
import { revokeAuthorization, suspendAuthorization } from "@/lib/access/legal-authorities/end-authorization";
import { commentRequest } from "@/lib/access/requests/comment-request";
import { listRequests } from "@/lib/access/requests/list-requests";
import { getRequest } from "@/lib/access/requests/request-view";
import { NewDecision } from "@/lib/access/requests/schema";
import { submitRequest } from "@/lib/access/requests/submit-request";
import { withdrawRequest } from "@/lib/access/requests/withdraw-request";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { inTransaction } from "@/lib/db/transaction";
import { getHome } from "@/lib/home/get-home";
import { type AccessBench, type BenchPerson, createAccessBench } from "@/lib/testing/benches/access-bench";
import { outcomeOf } from "@/lib/testing/benches/refusal";

const DAY_MS = 86_400_000;

let bench: AccessBench;
let head: BenchPerson;
let executive: BenchPerson;

beforeAll(async () => {
  bench = await createAccessBench();
  head = await bench.person({ role: "coordinator", duties: ["compliance"], hasKey: false });
  executive = await bench.person({ role: "coordinator", duties: ["executive"], hasKey: false });
});
afterAll(async () => {
  await bench?.close();
});

/** A clock set this many days after now; every caller of one clock gets the same instant. */
function clockIn(days: number) {
  const ms = Date.now() + days * DAY_MS;
  return { ...bench.cx.clock, now: () => new Date(ms), nowMs: () => ms };
}
const at = (who: BenchPerson, days: number): BenchPerson => ({ ...who, clock: clockIn(days) });
/** Runs what a portal's job does at that time. */
const keep = (days: number) =>
  keepRequests({ ...bench.cx, clock: clockIn(days), logger: bench.legal.logger, system: "portal" });
const kindsOf = async (id: string, who = bench.legal) =>
  (await getRequest(who, id)).timeline.map(({ kind }) => kind);
const stateOf = async (id: string, who = bench.legal) => (await getRequest(who, id)).state;
const decided = (stage: string, decision: "ask" | "deny") =>
  NewDecision.parse({ stage, decision, comment: "Which annex?" });
const raise = NewObjection.parse({ reason: "Counsel's letters" });
const settle = NewObjection.parse({ reason: "The letters were taken out", act: "settle" });

async function staffRequest(): Promise<string> {
  const who = await bench.person({ role: "coordinator", hasKey: false });
  const id = await bench.draft({ who, asked: { purpose: "dispute" } });
  await submitRequest(who, id);
  return id;
}

/** Runs as the database owner in one transaction that is rolled back. Returns the SQLSTATE, or "allowed". */
async function asOwner(set: string, id: string): Promise<string> {
  try {
    await bench.query(`UPDATE access_request SET ${set} WHERE id = $1`, [id]);
    return "allowed";
  } catch (error) {
    return error instanceof Error ? String(Reflect.get(error, "code")) : "unknown";
  }
}

describe("an overdue answer", () => {
  it("an unanswered request is reminded, becomes overdue and escalates to the head of compliance, and after three days to the executive", async () => {
    const id = await bench.file();
    const asked = await getRequest(bench.regulator, id);
    const day = (instant: string | undefined) =>
      Math.round((Date.parse(instant ?? "") - Date.now()) / DAY_MS);
    expect([day(asked.due_at), day(asked.response_due_at)]).toEqual([10, 14]);
    for (const days of [7, 8.5, 8.6, 10.5, 11]) await keep(days);
    expect((await kindsOf(id)).filter((kind) => kind === "remind")).toHaveLength(2);
    expect(await stateOf(id)).toBe("stage_1");

    await keep(14.1);
    const overdue = await getRequest(bench.regulator, id);
    expect(overdue).toMatchObject({ state: "overdue", escalated_to: "compliance", waiting_for: "legal" });
    const needs = async (who: BenchPerson) =>
      (await getHome(at(who, 14.2))).needs.filter(({ subject }) => subject.id === id).map(({ kind }) => kind);
    expect(await needs(head)).toEqual(["escalated"]);
    expect(await needs(bench.regulator)).toEqual(["answer_overdue"]);
    expect(await needs(executive)).toEqual([]);
    expect(await outcomeOf(getRequest(executive, id))).toBe("request-file.not-found");
    expect((await listRequests(executive, { limit: 100 })).items).toEqual([]);

    await keep(17);
    expect(await stateOf(id)).toBe("overdue");
    await keep(17.3);
    expect(await getRequest(executive, id)).toMatchObject({ state: "overdue", escalated_to: "executive" });
    const { items } = await listRequests(executive, { limit: 100 });
    expect(items.map((item) => item.id)).toContain(id);
    expect(new Set(items.map((item) => item.escalated_to))).toEqual(new Set(["executive"]));
    expect(await needs(executive)).toEqual(["escalated"]);
    // An extension cannot lead it away from there.
    const late = extendRequest(at(bench.legal, 17.3), id, { reason: "Too late" });
    expect(await outcomeOf(late)).toBe("request.illegal-transition");
    expect(await outcomeOf(decideRequest(executive, id, bench.approval("legal")))).toBe("decision.duty");

    // It can still be answered in its stage, and stays overdue until it is answered.
    expect((await decideRequest(bench.legal, id, bench.approval("legal"))).state).toBe("stage_2");
    // Also not between a decision and the portal's next check of the clock, when it is not marked overdue.
    const between = extendRequest(at(bench.legal, 17.35), id, { reason: "Too late" });
    expect(await outcomeOf(between)).toBe("request.extended");
    expect((await getRequest(at(bench.legal, 17.35), id)).acts).not.toContain("extend");
    const { authorization } = await getRequest(bench.legal, id);
    for (const act of [suspendAuthorization, revokeAuthorization]) {
      const ended = act(at(bench.legal, 17.35), id, authorization?.id ?? "", { reason: "Too late" });
      expect(await outcomeOf(ended)).toBe("request.conflict");
    }
    await keep(17.4);
    expect(await getRequest(bench.approver, id)).toMatchObject({
      state: "overdue",
      escalated_to: "executive",
      waiting_for: "coordinator",
    });
    expect((await decideRequest(bench.approver, id, bench.approval("coordinator"))).state).toBe("active");
  });

  it("after the order has ended a request can be denied in either stage and no longer approved", async () => {
    const [first, second] = [await bench.file(), await bench.file()];
    await decideRequest(bench.legal, second, bench.approval("legal"));
    await keep(25);
    const [legal, approver] = [at(bench.legal, 25), at(bench.approver, 25)];
    const late = (who: BenchPerson, id: string, stage: "legal" | "coordinator") =>
      outcomeOf(decideRequest(who, id, bench.approval(stage)));
    expect(await late(legal, first, "legal")).toBe("authorization.invalid");
    expect(await late(approver, second, "coordinator")).toBe("authorization.invalid");
    expect((await decideRequest(legal, first, decided("legal", "deny"))).state).toBe("denied");
    expect((await decideRequest(approver, second, decided("coordinator", "deny"))).state).toBe("denied");
  });

  it("each step is made once, however many portals check the clock at once", async () => {
    const ids = [await bench.file(), await bench.file(), await bench.file()];
    await Promise.all(Array.from({ length: 6 }, () => keep(14.1)));
    await Promise.all(Array.from({ length: 6 }, () => keep(17.5)));
    for (const id of ids) {
      const kinds = await kindsOf(id);
      for (const kind of ["overdue", "escalate"]) expect(kinds.filter((one) => one === kind)).toHaveLength(1);
    }
    const { rows } = await bench.query(
      "SELECT action, count(*)::int AS n FROM audit_index WHERE request_id = ANY ($1) AND action IN ('request.overdue', 'request.escalate') GROUP BY action",
      [ids],
    );
    expect(rows).toEqual(
      expect.arrayContaining([
        { action: "request.overdue", n: 3 },
        { action: "request.escalate", n: 3 },
      ]),
    );
  });

  it("silence never refuses a request: only staff's own request, which needs no answer, lapses", async () => {
    const own = await staffRequest();
    const owed = await bench.file();
    expect((await getRequest(bench.legal, own)).response_due_at).toBeUndefined();
    await keep(9.9);
    expect(await stateOf(own)).toBe("stage_1");
    await keep(10.1);
    expect([await stateOf(own), await stateOf(owed)]).toEqual(["expired_unreviewed", "stage_1"]);
    for (const days of [14.1, 40, 400]) await keep(days);
    expect(await stateOf(owed)).toBe("overdue");
    expect(await asOwner("state = 'expired_unreviewed', last_event = 'lapse'", await bench.file())).toBe(
      "SP002",
    );
  });

  it("a requester can withdraw also an overdue, extended or objected request", async () => {
    const overdue = await bench.file();
    await keep(14.1);
    const extended = await bench.file();
    await extendRequest(bench.legal, extended, { reason: "Two archives" });
    const objected = await bench.file();
    await objectRequest(bench.legal, objected, raise);
    for (const id of [overdue, extended, objected])
      expect((await withdrawRequest(bench.regulator, id, undefined)).state).toBe("withdrawn");
  });
});

describe("a question", () => {
  it("a question pauses both dates, is never overdue, and its answer leads back to the stage that asked", async () => {
    const id = await bench.file();
    await decideRequest(bench.both, id, bench.approval("legal"));
    const before = await getRequest(bench.legal, id);
    await decideRequest(bench.approver, id, decided("coordinator", "ask"));
    await keep(60);
    expect(await stateOf(id)).toBe("needs_information");
    const answered = await commentRequest(at(bench.regulator, 3), id, "Annex A");
    expect(answered).toMatchObject({ state: "stage_2", waiting_for: "coordinator" });
    for (const date of ["due_at", "response_due_at"] as const) {
      const moved = Date.parse(answered[date] ?? "") - Date.parse(before[date] ?? "");
      expect(Math.abs(moved - 3 * DAY_MS)).toBeLessThan(DAY_MS / 24);
    }
    // The answer is not an approval: the timeline shows only the approval that was given.
    const approvals = answered.timeline.filter(({ kind }) => kind === "approve");
    expect(approvals.map(({ by }) => by)).toEqual([bench.both.principal.handle]);
    const [last] = answered.timeline.slice(-1);
    expect(last).toMatchObject({ kind: "answer", from_state: "needs_information", to_state: "stage_2" });
  });
});

describe("an extension", () => {
  it("a deadline is extended once, with a reason; the next decision ends the extension, and so does its date", async () => {
    const id = await bench.file();
    const stood = await getRequest(bench.legal, id);
    expect(stood.acts).toEqual(["extend", "object"]);
    expect((await getRequest(bench.regulator, id)).acts).toEqual([]);
    const extended = await extendRequest(bench.legal, id, { reason: "Two archives" });
    expect(extended).toMatchObject({ state: "extended", waiting_for: "legal", acts: ["object"] });
    expect(extended.response_due_at).toBe(stood.extendable_until);
    expect(extended.timeline.at(-1)).toMatchObject({ kind: "extend", comment: "Two archives" });
    expect(await outcomeOf(extendRequest(bench.legal, id, { reason: "A third" }))).toBe("request.extended");
    await keep(20);
    expect(await stateOf(id)).toBe("extended");
    await keep(28.1);
    expect(await stateOf(id)).toBe("overdue");
    expect(await outcomeOf(extendRequest(bench.legal, id, { reason: "Again" }))).toBe("request.extended");

    const other = await bench.file();
    await decideRequest(bench.both, other, bench.approval("legal"));
    expect((await extendRequest(head, other, { reason: "A holiday" })).waiting_for).toBe("coordinator");
    expect(await outcomeOf(decideRequest(bench.legal, other, bench.approval("legal")))).toBe(
      "decision.stage",
    );
    expect((await decideRequest(bench.approver, other, bench.approval("coordinator"))).state).toBe("active");
  });

  it("an extension stays within the instrument's limit, and needs a request that must be answered", async () => {
    const id = await bench.file();
    const at = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString();
    for (const until of [at(13), at(29), at(-1)])
      expect(await outcomeOf(extendRequest(bench.legal, id, { reason: "x", until }))).toBe("request.invalid");
    const day = at(20).slice(0, 10);
    const extended = await extendRequest(bench.legal, id, { reason: "x", until: day });
    expect(extended.response_due_at).toBe(`${at(21).slice(0, 10)}T00:00:00Z`);
    const epoc = await bench.file({ order: { kind: "epoc" } });
    expect((await getRequest(bench.legal, epoc)).acts).not.toContain("extend");
    expect(await outcomeOf(extendRequest(bench.legal, epoc, { reason: "x" }))).toBe("request.extended");
    const own = await staffRequest();
    expect(await outcomeOf(extendRequest(bench.legal, own, { reason: "x" }))).toBe("request.no-deadline");
  });

  it("only reviewers can extend: not the requester, another agency or support, and not an unknown id", async () => {
    const id = await bench.file();
    const act = (who: BenchPerson) => outcomeOf(extendRequest(who, id, { reason: "x" }));
    expect(await act(bench.regulator)).toBe("decision.self");
    expect(await act(bench.auditor)).toBe("request-file.not-found");
    expect(await act(bench.support)).toBe("request-file.not-found");
    expect(await act(executive)).toBe("request-file.not-found");
    const { organisationId } = bench.client.principal;
    const party = { ...bench.legal, principal: { ...bench.legal.principal, organisationId } };
    expect(await act(party)).toBe("decision.party");
    const ofAgency = { ...bench.legal.principal, organisationId: bench.regulator.principal.organisationId };
    expect(await act({ ...bench.legal, principal: ofAgency })).toBe("decision.organisation");
  });
});

describe("an objection", () => {
  it("the duty legal raises and settles an objection, which blocks every decision and does not stop the clock", async () => {
    const id = await bench.file();
    await decideRequest(bench.both, id, bench.approval("legal"));
    expect(await outcomeOf(objectRequest(bench.approver, id, raise))).toBe("decision.duty");
    expect(await outcomeOf(objectRequest(bench.legal, id, settle))).toBe("request.illegal-transition");
    const objected = await objectRequest(bench.legal, id, raise);
    expect(objected).toMatchObject({ state: "objected", acts: ["settle"] });
    expect(objected.waiting_for).toBeUndefined();
    expect(await outcomeOf(decideRequest(bench.approver, id, bench.approval("coordinator")))).toBe(
      "decision.stage",
    );
    const settled = await objectRequest(bench.legal, id, settle);
    expect(settled).toMatchObject({ state: "stage_2", waiting_for: "coordinator" });
    await objectRequest(bench.legal, id, raise);
    await keep(14.1);
    expect(await getRequest(bench.regulator, id)).toMatchObject({
      state: "overdue",
      waiting_for: "coordinator",
    });
    expect(await outcomeOf(objectRequest(bench.legal, await staffRequest(), raise))).toBe(
      "request.no-deadline",
    );
  });
});

describe("a partial answer", () => {
  const narrowed = (more: object) => bench.approval("coordinator", { scope: more });

  async function partly(scope: object) {
    const id = await bench.file();
    await decideRequest(bench.both, id, bench.approval("legal"));
    await decideRequest(bench.approver, id, narrowed(scope));
    return { id, answer: await answerPartly(bench.legal, id, "The second needs counsel") };
  }

  it("access to the part continues, and the rest is submitted under the same order, due when the whole was due", async () => {
    const [first, second] = bench.transactions;
    const { id, answer } = await partly({ transactions: [first] });
    expect(answer).toMatchObject({ state: "partial", acts: [] });
    expect(answer.timeline.at(-1)).toMatchObject({
      kind: "answer_partly",
      comment: "The second needs counsel",
    });
    const restId = answer.continued_by?.id ?? "";
    const rest = await getRequest(bench.regulator, restId);
    expect(rest).toMatchObject({
      state: "stage_1",
      transactions: [second],
      fields: ["amount", "pricing"],
      continues: { id, reference: answer.reference },
      response_due_at: answer.response_due_at,
      authorization: { kind: "court_order", case_number: bench.order.case_number, state: "legal_review" },
      requester: { handle: bench.regulator.principal.handle },
    });
    expect(rest.authorization?.record_digest).not.toBe(answer.authorization?.record_digest);
    const document = await readDocument(bench.legal, restId, rest.authorization?.id ?? "");
    expect(new Uint8Array(await document.response.arrayBuffer())).toEqual(bench.document);
    expect(await outcomeOf(getRequest(bench.auditor, restId))).toBe("request-file.not-found");

    await keep(0);
    expect(await stateOf(id)).toBe("partial");
    await decideRequest(bench.both, restId, bench.approval("legal"));
    const whole = await decideRequest(bench.approver, restId, bench.approval("coordinator"));
    expect(whole.state).toBe("active");
    expect(whole.grant_id).not.toBe(answer.grant_id);
    await keep(0);
    expect(await stateOf(id)).toBe("active");
    const again = await getRequest(bench.legal, id);
    expect(again.timeline.at(-1)).toMatchObject({ kind: "resume", from_state: "partial" });
    // The rest was submitted once, and is a separate request since.
    expect(again.acts).toEqual([]);
    expect(await outcomeOf(answerPartly(bench.legal, id, "again"))).toBe("request.illegal-transition");
  });

  it("the rest has the other fields after an answer of fewer fields; if both were narrowed, it is the whole again", async () => {
    const fields = await partly({ fields: ["amount"] });
    const other = await getRequest(bench.legal, fields.answer.continued_by?.id ?? "");
    expect(other).toMatchObject({ fields: ["pricing"], transactions: [...bench.transactions].sort() });
    const both = await partly({ fields: ["amount"], transactions: [bench.transactions[0]] });
    const again = await getRequest(bench.legal, both.answer.continued_by?.id ?? "");
    expect(again).toMatchObject({
      fields: ["amount", "pricing"],
      transactions: [...bench.transactions].sort(),
    });
  });

  it("a partial answer is refused when nothing was left out, a second time, and before access exists", async () => {
    const id = await bench.file();
    const act = (which: string) => outcomeOf(answerPartly(bench.legal, which, "x"));
    expect(await act(id)).toBe("request.illegal-transition");
    await decideRequest(bench.both, id, bench.approval("legal"));
    await decideRequest(bench.approver, id, bench.approval("coordinator"));
    expect(await act(id)).toBe("request.answered-whole");
    const { id: once } = await partly({ fields: ["amount"] });
    expect(await act(once)).toBe("request.illegal-transition");
  });

  it.each([
    ["suspended", suspendAuthorization, 0],
    ["revoked", revokeAuthorization, 1],
  ] as const)(
    "an order that is %s in one request ends in the part and in the rest",
    async (state, act, named) => {
      const { id, answer } = await partly({ fields: ["amount"] });
      const restId = answer.continued_by?.id ?? "";
      await decideRequest(bench.both, restId, bench.approval("legal"));
      await decideRequest(bench.approver, restId, bench.approval("coordinator"));
      const ids = [id, restId];
      const which = ids[named] ?? "";
      const { authorization } = await getRequest(bench.legal, which);
      await act(bench.legal, which, authorization?.id ?? "", { reason: "The court stayed it." });
      for (const one of ids) {
        const ended = await getRequest(bench.regulator, one);
        expect([ended.state, ended.authorization?.state]).toEqual(["revoked", state]);
        expect((await getGrant(bench.regulator, ended.grant_id ?? "")).state).toBe("revoked");
      }
    },
  );

  it("an order ends in the rest that is still under review, which can then no longer be approved", async () => {
    const { id, answer } = await partly({ fields: ["amount"] });
    const restId = answer.continued_by?.id ?? "";
    await suspendAuthorization(bench.legal, id, answer.authorization?.id ?? "", { reason: "stayed" });
    const rest = await getRequest(bench.legal, restId);
    expect([rest.state, rest.authorization?.state]).toEqual(["stage_1", "suspended"]);
    expect(await outcomeOf(decideRequest(bench.both, restId, bench.approval("legal")))).toBe(
      "authorization.invalid",
    );
  });

  it("revoking the part's order suspends the order of a rest that is still owed: the answer stays owed", async () => {
    const { id, answer } = await partly({ fields: ["amount"] });
    const restId = answer.continued_by?.id ?? "";
    await revokeAuthorization(bench.legal, id, answer.authorization?.id ?? "", { reason: "set aside" });
    const [part, rest] = [await getRequest(bench.legal, id), await getRequest(bench.legal, restId)];
    expect([part.state, part.authorization?.state]).toEqual(["revoked", "revoked"]);
    expect([rest.state, rest.authorization?.state]).toEqual(["stage_1", "suspended"]);
  });

  it("a partial answer ends with its grant like a whole one, by revocation too", async () => {
    const { id, answer } = await partly({ fields: ["amount"] });
    await revokeGrant(bench.approver, answer.grant_id ?? "", "over");
    expect(await stateOf(id)).toBe("revoked");
  });
});

describe("the end of access", () => {
  async function active(asked: object = {}) {
    const id = await bench.file({ asked });
    await decideRequest(bench.both, id, bench.approval("legal"));
    const { grant_id: grantId = "" } = await decideRequest(bench.approver, id, bench.approval("coordinator"));
    return { id, grantId };
  }
  const grantState = async (id: string) =>
    (await bench.query("SELECT state FROM access_grant WHERE id = $1", [id])).rows[0];

  it("the end is recorded when the clock passes it, and the request is closed thirty days later", async () => {
    const { id, grantId } = await active();
    await keep(19);
    expect(await stateOf(id)).toBe("active");
    await keep(21.1);
    expect([await stateOf(id), await grantState(grantId)]).toEqual(["expired", { state: "expired" }]);
    await keep(51);
    expect(await stateOf(id)).toBe("expired");
    await keep(51.2);
    expect(await stateOf(id)).toBe("closed");
    expect((await kindsOf(id)).slice(-2)).toEqual(["expire", "close"]);
  });

  it("the end is recorded when the last view is used", async () => {
    const { id, grantId } = await active({ max_views: 1 });
    const { regulator } = bench;
    await inTransaction(regulator, async (tx) => {
      const entry = { class: "disclosure", outcome: "intent", action: "disclosure.open" } as const;
      await appendEntry(tx, regulator, { ...entry, subjects: [`grant:${grantId}`] });
      await useView(tx.run, regulator, grantId);
    });
    await keep(0);
    expect([await stateOf(id), await grantState(grantId)]).toEqual(["exhausted", { state: "exhausted" }]);
  });
});

describe("the history", () => {
  it("the history is searched by officer, agency, issuer, case number, transaction and time, each alone and together", async () => {
    const { legal, auditor, regulator, transactions } = bench;
    const id = await bench.file({
      who: auditor,
      asked: { transactions: [transactions[1]] },
      order: { issuer: "Amtsgericht 100%_Mitte", case_number: "7 C 9/26" },
    });
    const { principal } = auditor;
    // While a decision is due, its deciders find nothing by an order that they have not read.
    await decideRequest(legal, id, decided("legal", "deny"));
    const ids = async (query: object, who = legal) =>
      (await listRequests(who, { limit: 100, ...query })).items.map((item) => item.id);
    const hits = [
      { officer: principal.handle },
      { officer: principal.name.slice(3, 20) },
      { agency: principal.organisationId },
      { agency: principal.handle.toUpperCase() },
      { issuer: "gericht 100%_m" },
      { case_number: "c 9/" },
      { transaction: transactions[1], issuer: "Amtsgericht" },
      { from: new Date(Date.now() - DAY_MS).toISOString(), officer: principal.handle },
    ];
    for (const query of hits) expect(await ids(query)).toContain(id);
    const misses = [
      { officer: regulator.principal.handle },
      { issuer: "100xxMitte" },
      { issuer: "%", case_number: "8 C" },
      { transaction: transactions[0], officer: principal.handle },
      { to: new Date(Date.now() - DAY_MS).toISOString() },
      { from: new Date(Date.now() + DAY_MS).toISOString() },
    ];
    for (const query of misses) expect(await ids(query)).not.toContain(id);
    // No search finds what the caller may not know of.
    for (const query of hits) expect(await ids(query, regulator)).not.toContain(id);
    const whole = await ids({ transaction: transactions[1] });
    const paged: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listRequests(legal, { limit: 2, transaction: transactions[1], cursor });
      paged.push(...page.items.map((item) => item.id));
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
    expect(paged).toEqual(whole);
  });
});

describe("the database", () => {
  it("the database binds a move to its event, to the previous state, and to the timeline", async () => {
    const id = await bench.file();
    await decideRequest(bench.both, id, bench.approval("legal"));
    await extendRequest(bench.legal, id, { reason: "x" });
    const refused = [
      "state = 'stage_1', last_event = 'resume'",
      "state = 'stage_2', last_event = 'answer'",
      "state = 'stage_2'",
      "last_event = 'object'",
      "extensions = 0",
      "reminders = -1",
      "stage_before = 'stage_1', response_due_at = response_due_at + interval '1 day'",
      "due_at = due_at - interval '1 day'",
      "escalated_to = 'executive', escalated_at = now()",
      "until = now() + interval '1 year'",
      "justification = 'another'",
      "max_views = 9999",
      "legal_basis = 'another'",
      "continues_id = (SELECT r.id FROM access_request r WHERE r.id <> access_request.id LIMIT 1)",
      "state = 'overdue', last_event = 'overdue', escalated_to = NULL, response_due_at = NULL",
    ];
    for (const set of refused)
      expect([set, await asOwner(set, id)]).toEqual([set, expect.stringMatching(/^(SP002|23514)$/)]);
    // An allowed move without its event and entry is refused at commit.
    expect(await asOwner("state = 'stage_2', last_event = 'resume'", id)).toBe("SP001");
  });
});
