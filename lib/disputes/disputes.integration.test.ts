import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { listGrants } from "@/lib/access/grants/list-grants";
import { fileRequest } from "@/lib/access/requests/file-request";
import { NewDecision, NewRequest, type Stage } from "@/lib/access/requests/schema";
import { submitRequest } from "@/lib/access/requests/submit-request";
import { listAccessLogs } from "@/lib/audit/reading/list-access-logs";
import { uuidv7 } from "@/lib/crypto/uuid";
import { addNote } from "@/lib/disputes/add-note";
import { NewFigures } from "@/lib/disputes/figures/schema";
import { stateFigures } from "@/lib/disputes/figures/state-figures";
import { getDispute } from "@/lib/disputes/get-dispute";
import { listDisputes } from "@/lib/disputes/list-disputes";
import { openDispute } from "@/lib/disputes/open-dispute";
import { resolveDispute } from "@/lib/disputes/resolve-dispute";
import { DisputeQuery, NewDispute } from "@/lib/disputes/schema";
import { takeDispute } from "@/lib/disputes/take-dispute";
import { readRecordNames } from "@/lib/home/record-names";
import { later, openedDispute, REASON, takenDispute } from "@/lib/testing/benches/dispute-acts";
import {
  CANARIES,
  createDisputeBench,
  type DisputeBench,
  type DisputePerson,
} from "@/lib/testing/benches/dispute-bench";
import { queryAs } from "@/lib/testing/benches/query-as";
import { refusalOf } from "@/lib/testing/benches/refusal";
import { called } from "@/lib/testing/called";
import { openTransaction } from "@/lib/transactions/open/open-transaction";

let bench: DisputeBench;
beforeAll(async () => {
  bench = await createDisputeBench();
});
afterAll(() => bench.close());

describe("disputes", () => {
  const LOOK = { purpose: "dispute" } as const;
  const code = async (act: Promise<unknown>): Promise<string> => (await refusalOf(act)).code;
  const query = (text: string, values?: readonly unknown[]) => queryAs(bench.database.adminUrl, text, values);
  const opened = (by?: DisputePerson) => openedDispute(bench, by);
  const taken = () => takenDispute(bench);

  describe("opening a dispute", () => {
    it("a party puts its transaction in dispute, and support then sees masks and no plaintext", async () => {
      const { client, support } = bench;
      const tx = await bench.transaction();
      const dispute = await openDispute(client, tx, NewDispute.parse({ reason: REASON }));
      expect(dispute).toMatchObject({
        transaction_id: tx,
        state: "open",
        party: client.principal.participantId,
        fields: ["amount", "settlement_details", "parties"],
        assurance: "evaluation",
        signed_by: "portal",
        no_access: "untaken",
        transaction_status: "disputed",
        acts: ["note", "state-figures", "withdraw"],
        unheard: [{ party: bench.miner.principal.participantId }],
      });
      expect(await code(openTransaction(support, tx, LOOK))).toBe("access.no-grant");

      const mine = await takeDispute(support, { id: dispute.id });
      expect(mine).toMatchObject({ state: "taken", acts: ["take", "note"] });
      expect(mine.grant).toMatchObject({ state: "active", max_views: 20, views_left: 20 });
      const grant_id = mine.grant?.id ?? "";
      const seen = await openTransaction(support, tx, { ...LOOK, grant_id });
      expect(seen).toMatchObject({
        success: true,
        assurance: "evaluation",
        masked: ["amount", "settlement_details", "parties"],
        data: {
          amount: "#",
          currency: "••••••••",
          settlement_details: { iban: "#" },
          parties: { payer: "••••••••", payee: "••••••••" },
        },
      });
      const views = JSON.stringify([dispute, mine, seen, await getDispute(support, dispute.id)]);
      for (const canary of CANARIES) expect(views).not.toContain(canary);
      const now = await getDispute(client, dispute.id);
      expect(now.openings).toMatchObject([
        { by: { handle: support.principal.handle }, fields: ["amount", "settlement_details", "parties"] },
      ]);
      expect(now.grant?.views_left).toBe(19);
      expect(await listGrants(support, { limit: 10 })).toMatchObject({
        items: [{ id: grant_id, dispute_id: dispute.id, level: "masked", purpose: "dispute" }],
      });
    });

    it("a party names the groups that support may see, and no other is shown", async () => {
      const tx = await bench.transaction();
      const body = NewDispute.parse({ reason: REASON, fields: ["parties", "narrative"] });
      const { id, fields } = await openDispute(bench.client, tx, body);
      expect(fields).toEqual(["parties"]);
      await takeDispute(bench.support, { id });
      const seen = await openTransaction(bench.support, tx, LOOK);
      expect(Object.keys(seen.data)).toEqual(["parties"]);
      const more = openTransaction(bench.support, tx, { ...LOOK, fields: ["amount"] });
      expect(await code(more)).toBe("access.groups");
      const none = NewDispute.parse({ reason: REASON, fields: ["narrative"] });
      expect(await code(openDispute(bench.client, await bench.transaction(), none))).toBe("request.invalid");
    });

    it("a transaction has one dispute at a time, even under parallel calls of both parties", async () => {
      const tx = await bench.transaction();
      const body = NewDispute.parse({ reason: REASON });
      const results = await Promise.allSettled([
        openDispute(bench.client, tx, body),
        openDispute(bench.miner, tx, body),
        openDispute(bench.client, tx, body),
      ]);
      expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      expect(await code(openDispute(bench.miner, tx, body))).toBe("dispute.exists");
    });

    it("a dispute needs no permission when no group is sealed", async () => {
      const plain = { confidential: false, parties: undefined, settlement_details: undefined };
      const tx = await bench.transaction(bench.client, plain);
      const dispute = await openDispute(bench.client, tx, NewDispute.parse({ reason: REASON }));
      expect(dispute).toMatchObject({ fields: [], no_access: "nothing-sealed" });
      expect(dispute.permitted_until).toBeUndefined();
      expect(await takeDispute(bench.support, { id: dispute.id })).toMatchObject({ state: "taken" });
      await addNote(bench.miner, { id: dispute.id }, { text: "Agreed." });
      const end = await resolveDispute(
        bench.support,
        { id: dispute.id },
        { resolution: "Settled.", outcome: "agreed" },
      );
      expect(end).toMatchObject({ state: "resolved", outcome: "agreed", transaction_status: "created" });
    });
  });

  describe("permissions", () => {
    it("a stranger and an officer do not learn that a dispute exists", async () => {
      const { id, tx } = await opened();
      for (const who of [bench.stranger, bench.auditor]) {
        expect(await code(getDispute(who, id))).toBe("dispute.not-found");
        expect(await code(addNote(who, { id }, { text: "x" }))).toBe("dispute.not-found");
        expect(await code(resolveDispute(who, { id }, { resolution: "x" }))).toBe("dispute.not-found");
        const list = await listDisputes(who, DisputeQuery.parse({}));
        expect(list.items.filter((item) => item.id === id)).toEqual([]);
      }
      expect(await code(openDispute(bench.stranger, tx, NewDispute.parse({ reason: REASON })))).toBe(
        "transaction.not-found",
      );
      expect(await code(getDispute(bench.client, uuidv7(1)))).toBe("dispute.not-found");
      expect(await code(getDispute(bench.client, "not-an-id"))).toBe("dispute.not-found");
    });

    it("staff may know of a dispute and cannot open one, and support cannot open one for a party", async () => {
      const { id } = await opened();
      const other = await bench.transaction();
      const body = NewDispute.parse({ reason: REASON });
      for (const who of [bench.approver, bench.support]) {
        expect((await getDispute(who, id)).id).toBe(id);
        expect(await code(openDispute(who, other, body))).toBe("access.forbidden");
      }
      for (const who of [bench.client, bench.miner, bench.approver]) {
        expect(await code(takeDispute(who, { id }))).toBe("access.forbidden");
      }
      expect(await code(addNote(bench.approver, { id }, { text: "x" }))).toBe("access.forbidden");
      expect(await code(resolveDispute(bench.approver, { id }, { resolution: "x" }))).toBe(
        "access.forbidden",
      );
    });

    it("support staff of a party's own organisation have no access to its dispute", async () => {
      const { id } = await opened();
      expect((await getDispute(bench.insider, id)).acts).toEqual([]);
      expect(await code(takeDispute(bench.insider, { id }))).toBe("access.forbidden");
      expect(await code(addNote(bench.insider, { id }, { text: "x" }))).toBe("access.forbidden");
    });

    it("only the party that opened it withdraws, and both parties and support write notes", async () => {
      const { id, tx } = await opened();
      expect(await code(resolveDispute(bench.miner, { id }, { resolution: "Nonsense" }))).toBe(
        "access.forbidden",
      );
      await addNote(bench.miner, { id }, { text: "We delivered what was ordered." });
      await addNote(bench.support, { id, transactionId: tx }, { text: "Which job number is meant?" });
      const { notes } = await addNote(bench.client, { id }, { text: "job-7." });
      expect(notes.map(({ party, by, text }) => [party, by.handle, text])).toEqual([
        [bench.miner.principal.participantId, bench.miner.principal.handle, "We delivered what was ordered."],
        [undefined, bench.support.principal.handle, "Which job number is meant?"],
        [bench.client.principal.participantId, bench.client.principal.handle, "job-7."],
      ]);
      const wrongPlace = addNote(bench.support, { id, transactionId: uuidv7(2) }, { text: "x" });
      expect(await code(wrongPlace)).toBe("dispute.not-found");
      const end = await resolveDispute(bench.client, { id }, { resolution: "We found the order." });
      expect(end).toMatchObject({ state: "withdrawn", transaction_status: "created", acts: [] });
      expect(await code(addNote(bench.client, { id }, { text: "x" }))).toBe("dispute.state");
    });

    it("the lists of open, own and resolved disputes show each one only to people who may know of it", async () => {
      const one = await opened();
      const two = await taken();
      await addNote(bench.miner, { id: two.id }, { text: "Agreed." });
      await resolveDispute(bench.support, { id: two.id }, { resolution: "Settled." });
      const three = await taken();
      const ids = async (who: DisputePerson, view: string) =>
        (await listDisputes(who, DisputeQuery.parse({ view, limit: "200" }))).items.map((item) => item.id);
      expect(await ids(bench.support, "open")).toEqual(expect.arrayContaining([one.id, three.id]));
      expect(await ids(bench.support, "open")).not.toContain(two.id);
      expect(await ids(bench.support, "mine")).toContain(three.id);
      expect(await ids(bench.support, "mine")).not.toContain(one.id);
      expect(await ids(bench.client, "mine")).toEqual(expect.arrayContaining([one.id, two.id, three.id]));
      const ofMiner = await ids(bench.miner, "mine");
      for (const { id } of [one, two, three]) expect(ofMiner).not.toContain(id);
      expect(await ids(bench.miner, "resolved")).toContain(two.id);
      const first = await listDisputes(bench.client, DisputeQuery.parse({ limit: "1" }));
      expect(first.items).toHaveLength(1);
      expect(first.total).toBeGreaterThan(2);
      const next = DisputeQuery.parse({ limit: "1", cursor: first.next_cursor ?? "" });
      expect((await listDisputes(bench.client, next)).items[0]?.id).not.toBe(first.items[0]?.id);
    });
  });

  describe("both parties", () => {
    it("have answered before support resolves a dispute, or 7 days have passed", async () => {
      const { id } = await taken();
      const early = await refusalOf(resolveDispute(bench.support, { id }, { resolution: "Settled." }));
      expect(early).toMatchObject({
        code: "dispute.unheard",
        extra: { parties: [{ party: bench.miner.principal.participantId }] },
      });
      expect((await getDispute(bench.support, id)).acts).not.toContain("resolve");
      const days = later(bench.support, 7.01);
      expect((await getDispute(days, id)).unheard).toEqual([]);
      expect(await resolveDispute(days, { id }, { resolution: "No answer came." })).toMatchObject({
        state: "resolved",
        outcome: "other",
      });
    });

    it("may withdraw their dispute before the other party answers, and choose its subject from a list", async () => {
      const tx = await bench.transaction();
      const body = NewDispute.parse({ ground: "not_delivered", reason: REASON });
      const { id, ground } = await openDispute(bench.client, tx, body);
      expect(ground).toBe("not_delivered");
      expect(await resolveDispute(bench.client, { id }, { resolution: "Found it." })).toMatchObject({
        state: "withdrawn",
      });
    });
  });

  describe("figures", () => {
    const state = (who: DisputePerson, id: string, body: object) =>
      stateFigures(who, { id }, NewFigures.parse(body));
    const amount = (value: string) => ({ amount: { value, currency: "EUR" } });

    it("are compared with the record and with each other, and no one reads a value", async () => {
      const { id } = await taken();
      const one = await state(bench.client, id, amount("7000"));
      const party = bench.client.principal.participantId;
      expect(one.figures).toMatchObject([
        { field: "amount", record: "A", said: [{ party, letter: "B", relation: "lower" }], differ: [party] },
      ]);
      await state(bench.miner, id, amount("7341.190"));
      const seen = await getDispute(bench.support, id);
      const relations = seen.figures.flatMap(({ said }) =>
        said.map(({ relation, letter }) => [relation, letter]),
      );
      expect(relations.sort()).toEqual([
        ["equal", "A"],
        ["lower", "B"],
      ]);
      expect(seen.unheard).toEqual([]);
      const rows = await query("SELECT * FROM dispute_figure WHERE dispute_id = $1", [id]);
      const stored = JSON.stringify([seen, one, rows]);
      for (const value of [CANARIES[0], "7000"]) expect(stored).not.toContain(value);
    });

    it("are stated once by a party of a live dispute, and by no one else", async () => {
      const { id } = await taken();
      await state(bench.client, id, { pricing: { gpu_hour: "1.85" } });
      expect(await code(state(bench.client, id, { pricing: { gpu_hour: "1.86" } }))).toBe("dispute.stated");
      for (const who of [bench.support, bench.approver])
        expect(await code(state(who, id, amount("1")))).toBe("access.forbidden");
      expect(await code(state(bench.stranger, id, amount("1")))).toBe("dispute.not-found");
      await resolveDispute(bench.client, { id }, { resolution: "Over." });
      expect(await code(state(bench.client, id, amount("1")))).toBe("dispute.state");
    });

    it("have different digests in two disputes", async () => {
      const [one, two] = [await opened(), await opened()];
      for (const { id } of [one, two]) await state(bench.client, id, amount("7000"));
      const rows = await query("SELECT DISTINCT digest FROM dispute_figure WHERE dispute_id = ANY ($1)", [
        [one.id, two.id],
      ]);
      expect(rows).toHaveLength(2);
    });
  });

  describe("the record of a dispute", () => {
    it("every act has its entry, refusals too, and no entry contains the parties' words", async () => {
      const { id, tx } = await taken();
      await addNote(bench.miner, { id }, { text: "Zebrafink says no." });
      const { client } = bench;
      await code(called(client, "takeDispute", { params: { id } }, () => takeDispute(client, { id })));
      await resolveDispute(bench.support, { id }, { resolution: "Settled." });
      const rows = await query(
        "SELECT action, outcome, case_id FROM audit_index WHERE transaction_id = $1 ORDER BY at",
        [tx],
      );
      expect(rows.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
        "transaction.create done",
        "dispute.open done",
        "dispute.take done",
        "dispute.note done",
        "dispute.resolve done",
      ]);
      expect(rows.every((row) => row.case_id === null)).toBe(true);
      const [denied] = await query(
        "SELECT count(*)::int AS n FROM audit_index WHERE action = 'dispute.take' AND outcome = 'denied' AND actor = $1",
        [bench.client.principal.pseudonym],
      );
      expect(Number(denied?.n)).toBeGreaterThan(0);
      const logs = await listAccessLogs(bench.auditor, { limit: 100, offset: 0, transaction_id: tx });
      expect(JSON.stringify(logs)).not.toContain("Zebrafink");
    });

    it("the access log shows who saw masked fields and who opened them, as far as the reader knows people", async () => {
      const { tx, grant } = await taken();
      await openTransaction(bench.support, tx, { ...LOOK, grant_id: grant });
      await openTransaction(bench.client, tx, { purpose: "settlement", fields: ["amount"] });
      const page = { limit: 100, offset: 0, transaction_id: tx };
      const openings = async (reader: DisputePerson) =>
        (await listAccessLogs(reader, page)).logs.filter(({ action }) => action === "disclosure.open");
      const people = [bench.client, bench.support].map(({ principal }) => ({
        by_name: principal.name,
        by_role: principal.role,
      }));
      const levels = [{ level: "full" }, { level: "masked" }];
      expect(await openings(bench.auditor)).toMatchObject([
        { ...people[0], ...levels[0], is_own: false },
        { ...people[1], ...levels[1], is_own: false },
      ]);
      expect(await openings(bench.client)).toMatchObject([{ ...people[0], ...levels[0], is_own: true }]);
      // Another agency does not know their names, so its log shows organisation and role.
      const seen = await openings(await bench.person({ role: "regulator", hasKey: false }));
      const names = await query(
        "SELECT u.pseudonym, o.name FROM app_user u JOIN organisation o ON o.id = u.organisation_id",
      );
      const organisationOf = ({ principal }: DisputePerson) =>
        names.find(({ pseudonym }) => pseudonym === principal.pseudonym)?.name;
      expect(seen).toMatchObject([
        { by_organisation: organisationOf(bench.client), by_role: "client", ...levels[0], is_own: false },
        {
          by_organisation: organisationOf(bench.support),
          by_role: "coordinator",
          ...levels[1],
          is_own: false,
        },
      ]);
      for (const item of seen) expect(item).not.toHaveProperty("by_name");
    });

    it("the database refuses changes that no use case makes", async () => {
      const { id, tx, grant } = await taken();
      const refused = async (text: string, values: readonly unknown[]) =>
        query(text, values).then(
          () => "accepted",
          (error: { code?: string }) => error.code,
        );
      expect(await refused("UPDATE dispute SET groups = '{narrative}' WHERE id = $1", [id])).toBe("SP004");
      expect(await refused("UPDATE dispute SET state = 'open' WHERE id = $1", [id])).toBe("SP002");
      expect(await refused("UPDATE dispute SET state = 'resolved' WHERE id = $1", [id])).toBe("23514");
      expect(await refused("UPDATE transaction SET status = 'created' WHERE id = $1", [tx])).toBe("SP002");
      expect(await refused("UPDATE access_grant SET level = 'full' WHERE id = $1", [grant])).toBe("SP002");
      expect(await refused("UPDATE access_grant SET dispute_id = NULL WHERE id = $1", [grant])).toBe("SP002");
      const copy = `INSERT INTO access_grant (id, tenant_id, dispute_id, subject_user_id, transactions, groups, level,
      purpose, not_before, not_after, max_views, max_exports, state, policy_version, assurance)
      SELECT gen_random_uuid(), tenant_id, dispute_id, $2::uuid, transactions, $3::text[], level, purpose, not_before,
      not_after, max_views, 0, 'revoked', policy_version, assurance FROM access_grant WHERE id = $1`;
      const wider = [grant, bench.support.principal.userId, ["narrative"]];
      expect(await refused(copy, wider)).toBe("SP002");
      expect(await refused(copy, [grant, bench.deputy.principal.userId, ["amount"]])).toBe("SP002");
      // Its shape is allowed. It is refused because it has no audit entry.
      expect(await refused(copy, [grant, bench.support.principal.userId, ["amount"]])).toBe("SP001");
      const bare = copy.replace("dispute_id, subject", "request_id, dispute_id, subject");
      const both = bare.replace("tenant_id, dispute_id, $2", "tenant_id, gen_random_uuid(), dispute_id, $2");
      expect(await refused(both, [grant, bench.support.principal.userId, ["amount"]])).toBe("23514");
    });
  });
});

describe("more of a record for a dispute", () => {
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

  it("readers of an entry about a dispute's grant have its reference, and of others no name", async () => {
    const { grant } = await takenDispute(bench);
    const named = async (who: DisputePerson, isSubject: boolean) =>
      (await readRecordNames(who, [{ kind: "grant", id: grant, isSubject }])).get(grant);
    const reference = `DG-${grant.slice(-8)}`;
    expect(await named(bench.support, false)).toBe(reference);
    expect(await named(bench.auditor, false)).toBeUndefined();
    expect(await named(bench.auditor, true)).toBe(reference);
  });

  it("a grant of a log that was closed is not among those in force", async () => {
    const { id: dispute, grant } = await takenDispute(bench);
    const { support } = bench;
    const later = { ...support, instance: { ...support.instance, log: "portal.test/next" } };
    const state = async (who: DisputePerson, view: "all" | "in_force") =>
      (await listGrants(who, { limit: 100, view })).items.find(({ id }) => id === grant)?.state;
    expect([await state(support, "in_force"), await state(support, "all")]).toEqual(["active", "active"]);
    expect([await state(later, "in_force"), await state(later, "all")]).toEqual([undefined, "former_log"]);
    const after = await getDispute(later, dispute);
    expect(after).toMatchObject({ grant: { state: "former_log" }, no_access: "permission-ended" });
  });
});
