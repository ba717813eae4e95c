import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listCases } from "@/lib/access/cases/list-cases";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { prepareStatement } from "@/lib/access/decisions/prepare-statement";
import { readDocument } from "@/lib/access/documents/read-document";
import { getGrant } from "@/lib/access/grants/get-grant";
import { commentRequest } from "@/lib/access/requests/comment-request";
import { listRequests } from "@/lib/access/requests/list-requests";
import { getRequest } from "@/lib/access/requests/request-view";
import { NewDecision, NewStatement } from "@/lib/access/requests/schema";
import { assignRequest } from "@/lib/access/review/assign-request";
import { checkIdentity } from "@/lib/access/review/identity-check";
import { readOrder } from "@/lib/access/review/read-order";
import { listReasons, setReasons } from "@/lib/access/review/reasons";
import { reviewRequest } from "@/lib/access/review/review-request";
import { toBase64 } from "@/lib/crypto/bytes";
import { sha256 } from "@/lib/crypto/primitives";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inTransaction } from "@/lib/db/transaction";
import { getHome } from "@/lib/home/get-home";
import { search } from "@/lib/home/search";
import { getAgencyRecord, setAgencyRecordIn } from "@/lib/organisations/agency/agency-record";
import { getHours } from "@/lib/organisations/read-office-hours";
import { AgencyRecordBody, OfficeHoursBody } from "@/lib/organisations/schema";
import { setHours } from "@/lib/organisations/set-hours";
import { type AccessBench, type BenchPerson, createAccessBench } from "@/lib/testing/benches/access-bench";
import { refusalOf } from "@/lib/testing/benches/refusal";
import { TEST_CONTACT } from "@/lib/testing/benches/use-case-bench";
import { dropPasskey, signWithPasskey, storePasskey } from "@/lib/testing/devices/statement-passkey";

let bench: AccessBench;
beforeAll(async () => {
  bench = await createAccessBench();
});
afterAll(() => bench.close());

describe("the review", () => {
  const DAY_MS = 86_400_000;

  const code = async (run: Promise<unknown>): Promise<string> => (await refusalOf(run)).code;
  const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  const deny = (stage: string) => NewDecision.parse({ stage, decision: "deny", comment: "No basis" });
  const ask = (stage: string) => NewDecision.parse({ stage, decision: "ask", comment: "Which annex?" });

  /** The same call by a person whose clock is set differently. */
  function at(who: BenchPerson, ms: number): BenchPerson {
    return { ...who, clock: { ...who.clock, now: () => new Date(ms), nowMs: () => ms } };
  }

  describe("blind reading", () => {
    const order = { case_number: "BLIND 7/26" };
    /** What an order's facts are, wherever an answer could have them. */
    const facts = () => {
      const { issuer, valid_until: until } = bench.order;
      return ["BLIND 7/26", issuer, until.slice(0, 10), dayOf(Date.parse(until) + DAY_MS)];
    };

    async function answers(who: BenchPerson, id: string): Promise<string> {
      const list = await listRequests(who, { limit: 200 });
      const home = await getHome(who);
      const found = await search(who, (await getRequest(bench.regulator, id)).reference, () => true);
      const mine = <T extends { readonly id?: string }>(rows: readonly T[]) =>
        rows.filter((one) => one.id === id);
      return JSON.stringify([
        await getRequest(who, id),
        await reviewRequest(who, id),
        mine(list.items),
        home.needs.filter(({ subject }) => subject.id === id),
        found,
      ]);
    }

    it("withholds what was typed of an order from each decider, in every answer, until they have read it", async () => {
      const id = await bench.file({ order });
      const confirms = bench.approval("legal").confirms;
      if (confirms === undefined) throw new TypeError("no facts to type");
      // Digests over the facts: a decider could check a guess by them.
      const { authorization, digest: requested } = await getRequest(bench.regulator, id);
      const digests = [authorization?.record_digest ?? "none", requested ?? "none"];
      for (const who of [bench.legal, bench.approver]) {
        const before = await answers(who, id);
        for (const fact of facts()) expect(before).not.toContain(fact);
        for (const digest of digests) expect(before).not.toContain(digest);
        expect((await reviewRequest(who, id)).reads_blind).toBe(true);
        const read = await readOrder(who, id, { ...confirms, case_number: order.case_number });
        expect(read.matches).toEqual(["issuer", "case_number", "valid_from", "valid_until"]);
        const after = await getRequest(who, id);
        expect(after.authorization).toMatchObject({ case_number: order.case_number });
        expect(after.authorization?.withheld).toBeUndefined();
        expect((await reviewRequest(who, id)).remaining.not_after).toBeDefined();
      }
      // The requester has typed them, and an unread colleague still reads blind.
      expect((await getRequest(bench.regulator, id)).authorization?.case_number).toBe(order.case_number);
      expect((await reviewRequest(bench.second, id)).reads_blind).toBe(true);
    });

    it("records a reading that does not match as what it is, and shows the facts after the decision", async () => {
      const id = await bench.file({ order: { case_number: "BLIND 8/26" } });
      const day = "2026-01-01";
      const wrong = { issuer: "x", case_number: "x", valid_from: day, valid_until: day };
      const { matches, receipt } = await readOrder(bench.legal, id, wrong);
      expect(matches).toEqual([]);
      const { rows } = await bench.query("SELECT action FROM audit_index WHERE entry_id = $1", [
        receipt.entry_id,
      ]);
      expect(rows).toEqual([{ action: "order.read" }]);
      expect(await code(readOrder(bench.regulator, id, wrong))).toBe("decision.self");
      expect(await code(readOrder(bench.auditor, id, wrong))).toBe("request-file.not-found");
      await decideRequest(bench.legal, id, deny("legal"));
      expect((await getRequest(bench.approver, id)).authorization?.case_number).toBe("BLIND 8/26");
    });
  });

  describe("facts that a decider has not read", () => {
    const typed = { issuer: "x", case_number: "x", valid_from: "2026-01-01", valid_until: "2026-01-01" };
    const readings = async (id: string) =>
      (await bench.query("SELECT 1 FROM audit_index WHERE request_id = $1 AND action = 'order.read'", [id]))
        .rows.length;

    it("are compared with an approval only after the reading is recorded, in a statement too", async () => {
      for (const act of [decideRequest, prepareStatement]) {
        const id = await bench.file({ order: { case_number: "BLIND 9/26" } });
        const approval = NewDecision.parse({ ...bench.approval("legal"), confirms: typed });
        const refusal = await refusalOf(act(bench.legal, id, approval));
        expect(JSON.stringify(refusal.errors)).toContain("BLIND 9/26");
        expect(await readings(id)).toBe(1);
        expect(await code(act(bench.legal, id, approval))).toBe("decision.facts-mismatch");
        expect(await readings(id)).toBe(1);
      }
    });

    it("stay withheld after a question, whatever was typed with it", async () => {
      const id = await bench.file({ order: { case_number: "BLIND 10/26" } });
      await decideRequest(bench.legal, id, { ...ask("legal"), confirms: typed });
      expect((await getRequest(bench.legal, id)).authorization?.withheld).toBe(true);
      const found = await listRequests(bench.legal, { limit: 5, case_number: "BLIND 10/26" });
      expect(found.items).toEqual([]);
      expect((await listCases(bench.legal, { limit: 5, q: "BLIND 10/26" })).items).toEqual([]);
    });

    it("do not show in the case of an earlier request, which stays as it was", async () => {
      const order = { case_number: "BLIND 11/26" };
      const first = await bench.file({ order });
      await decideRequest(bench.legal, first, deny("legal"));
      const query = { limit: 5, q: order.case_number };
      const before = await listCases(bench.legal, query);
      expect(before.items).toHaveLength(1);
      await bench.file({ order });
      expect(await listCases(bench.legal, query)).toEqual(before);
    });
  });

  describe("assignment and reasons", () => {
    it("assigns a request to a decider, shows it to reviewers alone, and permits nothing", async () => {
      const id = await bench.file();
      const { handle, name } = bench.approver.principal;
      await assignRequest(bench.legal, id, { person: handle });
      expect((await getRequest(bench.legal, id)).assignee).toEqual({ handle, name });
      expect((await getRequest(bench.regulator, id)).assignee).toBeUndefined();
      const ids = async (who: BenchPerson, view: "assigned" | "unassigned") =>
        (await listRequests(who, { limit: 200, view })).items.map((one) => one.id);
      expect(await ids(bench.approver, "assigned")).toContain(id);
      expect(await ids(bench.legal, "unassigned")).not.toContain(id);
      expect(await code(decideRequest(bench.approver, id, bench.approval("legal")))).toBe("decision.duty");
      await assignRequest(bench.approver, id, { person: null });
      expect(await ids(bench.legal, "unassigned")).toContain(id);
      const support = bench.support.principal.handle;
      expect(await code(assignRequest(bench.legal, id, { person: support }))).toBe("request.invalid");
      expect(await code(assignRequest(bench.regulator, id, { person: handle }))).toBe("decision.self");
    });

    it("shows the program's own templates in the reader's language until compliance keeps its own", async () => {
      const decisions = ["approve", "narrow", "narrow", "ask", "deny"];
      const { items: english } = await listReasons(bench.legal);
      const { reasons: german } = await reviewRequest(bench.approver, await bench.file(), "de");
      expect([english, german].map((list) => list.map(({ decision }) => decision))).toEqual([
        decisions,
        decisions,
      ]);
      expect(english[1]?.text).toBe("The order ends on {day}; access ends with it.");
      expect(german[1]?.text).toBe("Die Anordnung endet am {Tag}. Der Zugriff endet mit ihr.");
    });

    it("shows the templates that compliance keeps to those who decide", async () => {
      const items = [{ decision: "deny" as const, text: "The order has expired on {day}." }];
      const { receipt } = await setReasons(bench.legal, { items });
      expect(receipt.entry_id).not.toBe("");
      expect((await reviewRequest(bench.approver, await bench.file())).reasons).toEqual(items);
      expect(await listReasons(bench.legal)).toMatchObject({ items, by: bench.legal.principal.name });
    });
  });

  describe("the decision panel", () => {
    it("only deciders see it: the requester gets 403, others do not know the request", async () => {
      const id = await bench.file();
      const { regulator, auditor, support, legal } = bench;
      expect(await code(reviewRequest(regulator, id))).toBe("decision.self");
      expect(await code(reviewRequest(auditor, id))).toBe("request-file.not-found");
      expect(await code(reviewRequest(support, id))).toBe("request-file.not-found");
      expect(await code(reviewRequest(legal, uuidv7(1)))).toBe("request-file.not-found");
      const { organisationId } = regulator.principal;
      const colleague = { ...legal, principal: { ...legal.principal, userId: uuidv7(2), organisationId } };
      expect(await code(reviewRequest(colleague, id))).toBe("decision.organisation");
    });

    it("it shows which stage waits, whether the reader may decide it and why not, as the decision itself would", async () => {
      const id = await bench.file();
      const { legal, approver, both } = bench;
      const mine = await reviewRequest(legal, id);
      expect(mine).toMatchObject({ stage: "legal", may_decide: true });
      expect(mine.conflicts.every((one) => one.holds)).toBe(true);
      const other = await reviewRequest(approver, id);
      expect(other).toMatchObject({ may_decide: false, why_not: { id: "default.stage-duty" } });
      expect(await code(decideRequest(approver, id, bench.approval("legal")))).toBe("decision.duty");
      await decideRequest(both, id, bench.approval("legal"));
      const again = await reviewRequest(both, id);
      expect(again).toMatchObject({
        stage: "coordinator",
        may_decide: false,
        why_not: { id: "floor.same-person" },
      });
      expect(again.conflicts.find((one) => one.id === "person")?.holds).toBe(false);
      expect((await reviewRequest(approver, id)).may_decide).toBe(true);
    });

    it("a party to the transactions cannot decide on them", async () => {
      const id = await bench.file();
      const { organisationId } = bench.client.principal;
      const party = { ...bench.legal, principal: { ...bench.legal.principal, organisationId } };
      const view = await reviewRequest(party, id);
      expect(view).toMatchObject({ may_decide: false, why_not: { id: "floor.party" } });
      expect(await code(decideRequest(party, id, bench.approval("legal")))).toBe("decision.party");
    });

    it("it shows per group what the rules would allow under this instrument", async () => {
      const asked = { fields: ["amount", "pricing", "parties"] };
      const id = await bench.file({ asked, order: { kind: "statutory_demand" } });
      const outcomes = async (who: BenchPerson) => {
        const { policy } = await reviewRequest(who, id);
        return Object.fromEntries(policy.groups.map(({ group, outcome }) => [group, outcome]));
      };
      expect(await outcomes(bench.legal)).toEqual({
        amount: "full",
        pricing: "full",
        settlement_details: "not_asked",
        parties: "masked",
        narrative: "not_asked",
        external_references: "not_asked",
      });
      const narrowed = bench.approval("legal", { scope: { fields: ["amount", "parties"] } });
      await decideRequest(bench.legal, id, narrowed);
      expect(await outcomes(bench.approver)).toMatchObject({ pricing: "narrowed", amount: "full" });
      const late = await reviewRequest(at(bench.approver, Date.now() + 2_600 * DAY_MS), id);
      expect(late.policy.groups[0]).toMatchObject({ group: "amount", outcome: "refused" });
      expect(late.policy.groups[0]?.reasons).toContain("default.retention");
    });

    it("it shows the officer's identity check, their first request and the results of the others", async () => {
      const officer = await bench.person({ role: "auditor", hasKey: false });
      const id = await bench.file({ who: officer });
      const first = await reviewRequest(bench.legal, id);
      expect(first.officer).toMatchObject({ requests: 0, is_first_request: true });
      expect(first.identity_check).toEqual({
        is_required: true,
        is_valid: false,
        domain: "test.example",
        is_domain_verified: true,
        contacts: [TEST_CONTACT],
      });
      await decideRequest(bench.legal, id, deny("legal"));
      const later = await reviewRequest(bench.legal, await bench.file({ who: officer }));
      expect(later.officer).toMatchObject({ requests: 1, granted: 0, denied: 1, is_first_request: false });
      const known = await reviewRequest(bench.legal, await bench.file());
      expect(known.identity_check).toMatchObject({ is_valid: true, by: bench.legal.principal.name });
    });

    it("it leads through the reader's waiting requests, earliest deadline first", async () => {
      const ids = [await bench.file(), await bench.file()];
      const { queue } = await reviewRequest(bench.legal, ids[0] ?? "");
      expect(queue.next).toBe(ids[1]);
      expect(queue.position).toBe(queue.total - 1);
      expect((await reviewRequest(bench.legal, ids[1] ?? "")).queue.previous).toBe(ids[0]);
    });

    it("it names metadata of the transactions and how the decision will be signed", async () => {
      const view = await reviewRequest(bench.legal, await bench.file());
      expect(view.transactions.map((one) => one.id)).toEqual([...bench.transactions].sort());
      expect(view.transactions[0]).toMatchObject({
        job_id: "job-1",
        fields: ["amount", "pricing"],
        is_open: true,
      });
      expect(JSON.stringify(view)).not.toContain("1000");
      expect(view.signing).toEqual({ by: "portal", passkeys: [] });
    });
  });

  describe("an identity check", () => {
    const check = (who: BenchPerson, id: string, holds: boolean) =>
      checkIdentity(who, id, {
        called_number: TEST_CONTACT,
        is_confirmed: holds,
        note: "Called back.",
      });

    it("a failed check counts against an earlier good one: the newest decides", async () => {
      const officer = await bench.person({ role: "regulator", hasKey: false });
      const { principal } = officer;
      const id = await bench.file({ who: officer });
      await check(bench.legal, id, true);
      expect((await getRequest(bench.legal, id)).identity_check).toBe(true);
      await check(bench.legal, id, false);
      expect((await getRequest(bench.legal, id)).identity_check).toBe(false);
      const { identity_check } = await reviewRequest(bench.legal, id);
      expect(identity_check).toMatchObject({ is_required: true, is_valid: false, is_complete: false });
      expect(await code(decideRequest(bench.legal, id, bench.approval("legal")))).toBe(
        "decision.identity-check",
      );
      await check(bench.legal, id, true);
      const answer = await decideRequest(bench.legal, id, bench.approval("legal"));
      expect(answer).toMatchObject({ state: "stage_2", requester: { handle: principal.handle } });
    });

    it("a check follows the agency's record: the officer's own number, another domain or a missing call does not count", async () => {
      const officer = await bench.person({ role: "regulator", hasKey: false });
      const id = await bench.file({ who: officer });
      const own = { called_number: "+49 30 111111", is_confirmed: true, note: "Called back." };
      const refused = await refusalOf(checkIdentity(bench.legal, id, own));
      expect(refused.errors).toEqual([
        { pointer: "/called_number", detail: "is not a number stored for the agency" },
      ]);
      const unrelated = await checkIdentity(bench.legal, id, { is_confirmed: true, note: "He wrote." });
      expect(unrelated).toMatchObject({ is_valid: false, domain_verified: true });
      const impostor = await bench.person({
        role: "regulator",
        hasKey: false,
        email: "x@test.example.evil.example",
      });
      const theirs = await checkIdentity(bench.legal, await bench.file({ who: impostor }), {
        called_number: TEST_CONTACT,
        is_confirmed: true,
        note: "Called back.",
      });
      expect(theirs).toMatchObject({ is_valid: false, domain_verified: false });
      const insert = (values: readonly unknown[]) =>
        bench.query(
          `INSERT INTO identity_check (id, tenant_id, officer_user_id, checked_by_user_id, domain_verified,
           called_number_from_record, called_number, note, expires_at)
         VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6, 'x', now())`,
          [bench.place.tenantId, impostor.principal.userId, ...values],
        );
      const by = bench.legal.principal.userId;
      await expect(insert([by, true, false, null])).rejects.toThrow("in a domain of the agency");
      await expect(insert([by, false, true, "+49 30 111111"])).rejects.toThrow("called at a number");
      await expect(insert([by, false, true, null])).rejects.toThrow("called at a number");
      await expect(insert([impostor.principal.userId, false, false, null])).rejects.toThrow(
        "cannot check their own identity",
      );
    });

    it("the next check uses what administrators put on the agency's record", async () => {
      const officer = await bench.person({ role: "regulator", hasKey: false });
      const admin = await bench.person({
        role: "admin",
        duties: ["admin"],
        hasKey: false,
        organisation: "operator",
      });
      const id = await bench.file({ who: officer });
      const { organisationId } = officer.principal;
      const contact = { number: "+49 30 222222", source: "the agency's own site" };
      const record = { email_domains: ["agency.example"], contacts: [contact] };
      const set = (agency: string) =>
        inTransaction(admin, (tx) =>
          setAgencyRecordIn(tx, admin, { id: agency, body: record, by: admin.principal.userId }),
        );
      await set(organisationId);
      expect(await getAgencyRecord(admin, organisationId)).toMatchObject(record);
      expect((await reviewRequest(bench.legal, id)).identity_check).toMatchObject({
        contacts: [contact.number],
        is_domain_verified: false,
      });
      expect(await code(check(bench.legal, id, true))).toBe("request.invalid");
      const { organisationId: company } = bench.client.principal;
      expect(await code(set(company))).toBe("organisation.not-found");
      for (const domain of ["Agency.example", "example", "-a.example", "a.example "])
        expect(AgencyRecordBody.safeParse({ ...record, email_domains: [domain] }).success).toBe(false);
    });

    it("a check does not reveal to outsiders whether a request exists", async () => {
      const id = await bench.file();
      for (const who of [bench.support, bench.auditor]) {
        for (const any of [id, uuidv7(1)])
          expect(await code(check(who, any, true))).toBe("request-file.not-found");
      }
      expect(await code(check(bench.approver, id, true))).toBe("decision.duty");
    });
  });

  describe("the two readings of a paper order", () => {
    it("the first reading stays hidden until the second decider has read", async () => {
      const id = await bench.file();
      await decideRequest(bench.legal, id, bench.approval("legal"));
      const covered = await reviewRequest(bench.approver, id);
      expect(covered.first_reading).toEqual({ by: bench.legal.principal.name, at: expect.any(String) });
      expect(JSON.stringify(await getRequest(bench.approver, id))).not.toContain("confirms");
      await decideRequest(bench.approver, id, bench.approval("coordinator"));
      expect((await reviewRequest(bench.approver, id)).first_reading?.confirms?.issuer).toBe(
        bench.order.issuer,
      );
    });

    it("the first reading stays hidden from a person who adds a reading to a question, not an approval", async () => {
      const id = await bench.file();
      await decideRequest(bench.legal, id, bench.approval("legal"));
      const { confirms } = bench.approval("coordinator");
      expect(NewDecision.safeParse({ ...ask("coordinator"), confirms }).success).toBe(false);
      // As older rows were written: the use case now accepts only what was parsed.
      await decideRequest(bench.approver, id, { ...ask("coordinator"), confirms });
      await commentRequest(bench.regulator, id, "Annex A");
      const covered = await reviewRequest(bench.approver, id);
      expect(covered.first_reading).toEqual({ by: bench.legal.principal.name, at: expect.any(String) });
      await decideRequest(bench.approver, id, { ...deny("coordinator"), confirms });
      expect((await reviewRequest(bench.approver, id)).first_reading).not.toHaveProperty("confirms");
    });

    it("an order that ends earlier than the officer typed is granted until its own end, by narrowing", async () => {
      const id = await bench.file();
      const end = dayOf(Date.now() + 10 * DAY_MS);
      const confirms = { ...bench.approval("legal").confirms, valid_until: end };
      const until = new Date(Date.parse(`${end}T00:00:00Z`) + DAY_MS).toISOString();
      expect(await code(decideRequest(bench.legal, id, bench.approval("legal", { confirms })))).toBe(
        "decision.facts-mismatch",
      );
      const beyond = bench.approval("legal", {
        confirms,
        until: new Date(Date.parse(until) + DAY_MS).toISOString(),
      });
      expect(await code(decideRequest(bench.legal, id, beyond))).toBe("decision.facts-mismatch");
      const first = await decideRequest(bench.legal, id, bench.approval("legal", { confirms, until }));
      expect(first.decisions[0]).toMatchObject({ narrowed: true });
      const differs = await refusalOf(decideRequest(bench.approver, id, bench.approval("coordinator")));
      expect(differs.code).toBe("decision.facts-mismatch");
      expect(differs.extra.mismatch).toEqual({
        valid_until: { typed: bench.order.valid_until, first: until.replace(".000Z", "Z") },
      });
      const last = await decideRequest(bench.approver, id, bench.approval("coordinator", { confirms }));
      expect(last.state).toBe("active");
      const grant = await getGrant(bench.regulator, last.grant_id ?? "");
      expect(grant.not_after).toBe(until.replace(".000Z", "Z"));
      expect((await reviewRequest(bench.legal, await bench.file())).officer.narrowed).toBeGreaterThan(0);
    });

    it("retyped facts cannot extend the validity on record", async () => {
      const id = await bench.file();
      const wider = { ...bench.approval("legal").confirms, valid_until: dayOf(Date.now() + 90 * DAY_MS) };
      expect(await code(decideRequest(bench.legal, id, bench.approval("legal", { confirms: wider })))).toBe(
        "decision.facts-mismatch",
      );
    });
  });

  describe("narrowing", () => {
    it("a narrowing removes transactions, fields, time and views, and adds none of them", async () => {
      const id = await bench.file();
      const [one] = bench.transactions;
      const until = new Date(Date.now() + 5 * DAY_MS).toISOString();
      const scope = { transactions: [one], fields: ["amount"] };
      await decideRequest(bench.legal, id, bench.approval("legal", { scope, until, max_views: 3 }));
      const { remaining } = await reviewRequest(bench.approver, id);
      expect(remaining).toMatchObject({ transactions: [one], fields: ["amount"], max_views: 3 });
      const more = await refusalOf(
        decideRequest(
          bench.approver,
          id,
          bench.approval("coordinator", { scope: { fields: ["amount", "pricing"] }, max_views: 4 }),
        ),
      );
      expect(more.errors.map((error) => error.pointer)).toEqual(["/scope/fields/1", "/max_views"]);
      const last = await decideRequest(bench.approver, id, bench.approval("coordinator", { max_views: 2 }));
      const grant = await getGrant(bench.regulator, last.grant_id ?? "");
      expect(grant).toMatchObject({ transactions: [one], fields: ["amount"], max_views: 2 });
      const view = await getRequest(bench.regulator, id);
      expect(view.transactions).toHaveLength(2);
      expect(view.decisions.map((decision) => decision.narrowed)).toEqual([true, true]);
    });

    it("both sides still see each decider's narrowing under that decider, also after a denial", async () => {
      const id = await bench.file();
      const [one, other] = bench.transactions;
      const until = `${dayOf(Date.now() + 5 * DAY_MS)}T00:00:00Z`;
      const scope = { transactions: [one], fields: ["amount"] };
      const first = await decideRequest(
        bench.legal,
        id,
        bench.approval("legal", { scope, until, max_views: 3 }),
      );
      expect(first.decisions[0]?.taken_away).toMatchObject({
        transactions: [other],
        fields: first.fields.filter((group) => group !== "amount"),
        until: { after: until },
        max_views: { before: first.max_views, after: 3 },
      });
      const before = first.decisions[0]?.taken_away?.until?.before ?? "";
      expect(Date.parse(before)).toBeGreaterThan(Date.parse(until));
      await decideRequest(bench.approver, id, deny("coordinator"));
      const seen = await Promise.all([bench.regulator, bench.approver].map((who) => getRequest(who, id)));
      for (const { decisions, fields, transactions } of seen) {
        expect(decisions[0]?.taken_away).toEqual(first.decisions[0]?.taken_away);
        expect(decisions[1]).not.toHaveProperty("taken_away");
        expect([fields.length, transactions.length]).toEqual([first.fields.length, 2]);
      }
    });

    it("an approval as asked took nothing away", async () => {
      const id = await bench.file();
      await decideRequest(bench.legal, id, bench.approval("legal"));
      const { decisions } = await decideRequest(bench.approver, id, bench.approval("coordinator"));
      for (const decision of decisions) expect(decision).not.toHaveProperty("taken_away");
    });
  });

  describe("what the deciders read", () => {
    it("both deciders see both readings once both have approved, and before that only a person who has read sees one", async () => {
      const id = await bench.file();
      await decideRequest(bench.legal, id, bench.approval("legal"));
      const readings = async (who: BenchPerson) =>
        (await reviewRequest(who, id)).readings.map(({ stage }) => stage);
      expect(await readings(bench.legal)).toEqual(["legal"]);
      expect(await readings(bench.approver)).toEqual([]);
      await decideRequest(bench.approver, id, bench.approval("coordinator"));
      expect(await readings(bench.legal)).toEqual(["legal", "coordinator"]);
      expect(await readings(bench.approver)).toEqual(["legal", "coordinator"]);
      expect(await readings(bench.both)).toEqual([]);
    });
  });

  describe("a question", () => {
    it("a question pauses the review clock until the requester answers, and an approval before it is still valid", async () => {
      const id = await bench.file();
      await decideRequest(bench.legal, id, bench.approval("legal"));
      const due = Date.parse((await getRequest(bench.legal, id)).due_at ?? "");
      const asked = await decideRequest(bench.approver, id, ask("coordinator"));
      expect(asked).toMatchObject({ state: "needs_information", waiting_for: "requester" });
      expect(asked.clock_paused_at).toBeDefined();
      const answered = await commentRequest(at(bench.regulator, Date.now() + 3 * DAY_MS), id, "Annex A");
      expect(answered).toMatchObject({ state: "stage_2", waiting_for: "coordinator" });
      expect(answered.clock_paused_at).toBeUndefined();
      const moved = Date.parse(answered.due_at ?? "") - due;
      expect(Math.abs(moved - 3 * DAY_MS)).toBeLessThan(DAY_MS / 24);
      expect(answered.timeline.map((event) => event.comment)).toEqual(
        expect.arrayContaining(["Which annex?", "Annex A"]),
      );
    });
  });

  describe("two who decide at once", () => {
    it("one wins, every other one gets 409 and learns what happened", async () => {
      const id = await bench.file();
      await decideRequest(bench.legal, id, bench.approval("legal"));
      const { version } = await getRequest(bench.approver, id);
      const results = await Promise.allSettled([
        decideRequest(bench.approver, id, bench.approval("coordinator"), version),
        decideRequest(bench.second, id, deny("coordinator"), version),
        decideRequest(bench.approver, id, bench.approval("coordinator"), version),
        decideRequest(bench.second, id, ask("coordinator"), version),
      ]);
      const [first, , again] = results;
      // While the custodian is notified of the grant, its approver's own repetition is the same act and not a second
      // one.
      const isRepeated = first?.status === "fulfilled" && again?.status === "fulfilled";
      const lost = results.filter((result) => result.status === "rejected");
      expect(lost).toHaveLength(isRepeated ? 2 : 3);
      for (const { reason } of lost) {
        expect(reason).toMatchObject({ code: "request.outdated", status: 412 });
        expect(reason.extra).toMatchObject({ state: expect.any(String), last: { kind: expect.any(String) } });
        expect(reason.extra.version).toBeGreaterThan(version);
      }
      const view = await getRequest(bench.legal, id);
      expect(view.decisions.filter((one) => one.stage === "coordinator")).toHaveLength(1);
    });

    it("without a version the stage itself shows who was faster", async () => {
      const id = await bench.file();
      await decideRequest(bench.legal, id, deny("legal"));
      const late = await refusalOf(decideRequest(bench.both, id, bench.approval("legal")));
      expect(late).toMatchObject({ code: "decision.stage" });
      expect(late.extra).toMatchObject({
        state: "denied",
        last: { kind: "deny", by: bench.legal.principal.name },
      });
    });

    it("a statement is also not prepared on an older version", async () => {
      const id = await bench.file();
      const body = NewStatement.parse({ ...bench.approval("legal") });
      expect(await code(prepareStatement(bench.legal, id, body, 1))).toBe("request.outdated");
    });
  });

  describe("a passkey that its owner removed", () => {
    it("a removed passkey decides nothing, and the refusal says where to enrol another", async () => {
      const id = await bench.file();
      const { legal } = bench;
      const passkey = await storePasskey(legal, "http://localhost:3000");
      await dropPasskey(legal, passkey);
      const body = bench.approval("legal");
      const { statement } = await prepareStatement(legal, id, NewStatement.parse(body));
      const signature = signWithPasskey(passkey.device, "decision", statement);
      const refused = await refusalOf(decideRequest(legal, id, { ...body, signature }));
      expect(refused.code).toBe("statement.passkey-removed");
      expect(refused.detail).toContain("Account");
      expect((await reviewRequest(legal, id)).stage).toBe("legal");
    });
  });

  describe("the order's document", () => {
    it("its uploader and reviewers read the document, as a logged attachment with its digest", async () => {
      const id = await bench.file();
      const authorizationId = (await getRequest(bench.legal, id)).authorization?.id ?? "";
      for (const who of [bench.regulator, bench.legal, bench.approver]) {
        const { response } = await readDocument(who, id, authorizationId);
        expect(new Uint8Array(await response.arrayBuffer())).toEqual(bench.document);
        expect(response.headers.get("content-disposition")).toMatch(/^attachment; filename="order-AR-/);
        expect(response.headers.get("repr-digest")).toBe(`sha-256=:${toBase64(sha256(bench.document))}:`);
      }
      const { rows } = await bench.query(
        "SELECT count(*)::int AS n FROM audit_index WHERE request_id = $1 AND action = 'document.read' AND outcome = 'done'",
        [id],
      );
      expect(rows[0]).toEqual({ n: 3 });
      for (const who of [bench.auditor, bench.support]) {
        expect(await code(readDocument(who, id, authorizationId))).toBe("request-file.not-found");
      }
      expect(await code(readDocument(bench.legal, id, uuidv7(1)))).toBe("request-file.not-found");
      const other = await bench.file();
      expect(await code(readDocument(bench.legal, other, authorizationId))).toBe("request-file.not-found");
    });
  });
});

describe("recognition", () => {
  const BASIS =
    "Agreement of 25 June 2003 on mutual legal assistance between the Union and the United States, article 4";
  const RECORDED = { recognition_basis: BASIS };

  let admin: BenchPerson;
  let operator: string;
  beforeAll(async () => {
    admin = await bench.person({ role: "admin", duties: ["admin"], hasKey: false });
    const found = await bench.query("SELECT id::text FROM organisation WHERE kind = 'operator'", []);
    operator = String(Object.values(found.rows[0] ?? {})[0]);
  });

  const foreign = (order: object = {}) => bench.file({ order: { jurisdiction: "US", ...order } });
  const decide = (who: BenchPerson, id: string, stage: "legal" | "coordinator", more: object = {}) =>
    decideRequest(who, id, bench.approval(stage, more));
  const recognitionOf = async (who: BenchPerson, id: string) => (await reviewRequest(who, id)).recognition;

  describe("a foreign order that states no basis", () => {
    it("the order is accepted, waits for legal review, and cannot be approved until a reviewer records a basis", async () => {
      const id = await foreign();
      expect(await recognitionOf(bench.legal, id)).toEqual({
        standing: "missing",
        jurisdiction: "US",
        homes: ["EU"],
        article_48: true,
      });
      const refused = await refusalOf(decide(bench.legal, id, "legal"));
      expect(refused.code).toBe("authorization.recognition");
      expect(refused.extra).toEqual({ jurisdiction: "US", homes: ["EU"], article_48: true });
      const { signature: _, ...body } = bench.approval("legal");
      expect((await refusalOf(prepareStatement(bench.legal, id, body))).code).toBe(
        "authorization.recognition",
      );
      await decide(bench.legal, id, "legal", RECORDED);
      expect(await recognitionOf(bench.approver, id)).toMatchObject({
        standing: "recorded",
        basis: BASIS,
        by: bench.legal.principal.name,
      });
      const answer = await decide(bench.approver, id, "coordinator");
      expect(answer.state).toBe("active");
    });

    it("the order can be denied and asked about without a basis", async () => {
      const id = await foreign();
      const deny = { stage: "legal", decision: "deny", comment: "No treaty." };
      expect((await decideRequest(bench.legal, id, NewDecision.parse(deny))).state).toBe("denied");
    });

    it("the database refuses a grant without recognition, and a recognition by the requester", async () => {
      const id = await foreign();
      const row = (user: string, standing = "recorded", homes = "{EU}") =>
        bench.query(
          `INSERT INTO recognition (id, tenant_id, authorization_id, request_id, standing, jurisdiction, homes, members_as_of,
          is_third_country, basis, user_id, at) SELECT gen_random_uuid(), a.tenant_id, a.id, a.request_id, $2, 'US', $4, '', true,
          CASE WHEN $2 = 'home' THEN NULL ELSE 'x' END, $3, now() FROM legal_authorization a WHERE a.request_id = $1`,
          [id, standing, user, homes],
        );
      await expect(row(bench.regulator.principal.userId)).rejects.toThrow(
        "only a person other than the requester",
      );
      await expect(row(bench.legal.principal.userId, "stated")).rejects.toThrow("as it was recorded");
      await expect(row(bench.legal.principal.userId, "home", "{DE}")).rejects.toThrow("as it was recorded");
      // Without its entry in the log, the row is refused.
      await expect(row(bench.legal.principal.userId)).rejects.toThrow();
      const grant = bench.query(
        `INSERT INTO access_grant (id, tenant_id, request_id, authorization_id, subject_user_id, transactions, groups, level, purpose,
        not_before, not_after, max_views, max_exports, state, policy_version, assurance)
        SELECT gen_random_uuid(), r.tenant_id, r.id, a.id, r.requester_user_id, r.transactions, '{amount}', 'full', 'audit', now(),
        now() + interval '1 day', 1, 0, 'pending', 'p', 'evaluation'
        FROM access_request r JOIN legal_authorization a ON a.request_id = r.id WHERE r.id = $1`,
        [id],
      );
      await expect(grant).rejects.toThrow("an unrecognised legal authority");
    });
  });

  describe("a recognition basis", () => {
    it("a basis that the order states is used and not recorded again", async () => {
      const id = await foreign(RECORDED);
      expect(await recognitionOf(bench.legal, id)).toMatchObject({ standing: "stated", basis: BASIS });
      const refused = await refusalOf(decide(bench.legal, id, "legal", { recognition_basis: "Another" }));
      expect(refused.code).toBe("request.invalid");
      await decide(bench.legal, id, "legal");
      expect((await decide(bench.approver, id, "coordinator")).state).toBe("active");
    });

    it("a basis is recorded only with an approval of legal review", () => {
      const body = { comment: "x", ...RECORDED };
      const parse = (more: object) => NewDecision.safeParse({ ...body, ...more }).success;
      expect(parse({ stage: "legal", decision: "approve" })).toBe(true);
      expect(parse({ stage: "coordinator", decision: "approve" })).toBe(false);
      expect(parse({ stage: "legal", decision: "deny" })).toBe(false);
      expect(parse({ stage: "legal", decision: "approve", recognition_basis: " " })).toBe(false);
    });
  });

  it("administrators set home jurisdictions, which apply to the next decision and not to earlier ones", async () => {
    const decided = await bench.file({ order: { jurisdiction: "FR" } });
    await decide(bench.legal, decided, "legal");
    const waiting = await bench.file({ order: { jurisdiction: "FR" } });
    const { home_jurisdictions: before, is_operator } = await getHours(admin, operator);
    expect([before, is_operator]).toEqual([["EU"], true]);
    expect((await getHours(admin, operator)).is_agency).toBe(false);
    const hours = { zone: "UTC", weekly_hours: null, holiday_region: null, closed_dates: [], open_dates: [] };
    const set = (more: object) => setHours(admin, operator, OfficeHoursBody.parse({ ...hours, ...more }));
    expect((await set({ home_jurisdictions: ["DE"] })).home_jurisdictions).toEqual(["DE"]);
    // Setting only the hours keeps them.
    expect((await set({})).home_jurisdictions).toEqual(["DE"]);
    expect((await refusalOf(decide(bench.legal, waiting, "legal"))).extra).toMatchObject({
      article_48: false,
    });
    expect((await decide(bench.approver, decided, "coordinator")).state).toBe("active");
    await set({ home_jurisdictions: [] });
    const own = await bench.file();
    expect((await refusalOf(decide(bench.legal, own, "legal"))).code).toBe("authorization.recognition");
    for (const codes of [["de"], ["Germany"], ["DE", "DE"]])
      expect(OfficeHoursBody.safeParse({ ...hours, home_jurisdictions: codes }).success).toBe(false);
  });
});
