import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { decideNotice } from "@/lib/access/notices/decide-notice";
import { listNotices, listOwnNotices } from "@/lib/access/notices/list-notices";
import { defaultNotice } from "@/lib/access/notices/rule-store";
import { NoticeInstrument, NoticeWord } from "@/lib/access/notices/schema";
import { listNoticeRules, setNoticeRule } from "@/lib/access/notices/set-rule";
import { fixedClock } from "@/lib/clock";
import { uuidv7 } from "@/lib/crypto/uuid";
import { listNotifications } from "@/lib/notify/list-notifications";
import { NotificationQuery } from "@/lib/notify/schema";
import { sendNotifications } from "@/lib/notify/send-notifications";
import {
  type AccessBench,
  type BenchPerson,
  createAccessBench,
  type Filing,
} from "@/lib/testing/benches/access-bench";
import { outcomeOf, refusalOf } from "@/lib/testing/benches/refusal";
import { openTransaction } from "@/lib/transactions/open/open-transaction";
import { Purpose } from "@/lib/vocabulary";

let bench: AccessBench;
beforeAll(async () => {
  bench = await createAccessBench();
});
afterAll(() => bench.close());

describe("notices", () => {
  const DAY_MS = 86_400_000;
  const PAGE = { limit: 200 };
  /** In whole seconds, like an order's dates. */
  const SEAL_END = `${new Date(Date.now() + 5 * DAY_MS).toISOString().slice(0, 19)}Z`;
  const SEALED = { sealed: { basis: "Section 100 of the code", until: SEAL_END } };
  const WITHHOLD = { act: "withhold", reason: "An inquiry continues until spring." };

  let stranger: BenchPerson;
  beforeAll(async () => {
    stranger = await bench.person({ role: "client" });
  });

  /** Opens one record under a request, unless a number is given. */
  async function opened(filing: Filing = {}, isOpened = true): Promise<string> {
    const id = await bench.file(filing);
    const { issuer, case_number, valid_from, valid_until } = { ...bench.order, ...filing.order };
    const read = { confirms: { issuer, case_number, valid_from, valid_until } };
    await decideRequest(bench.legal, id, bench.approval("legal", read));
    const last = bench.approval("coordinator", read);
    const { grant_id: grant = "" } = await decideRequest(bench.approver, id, last);
    if (isOpened) {
      const purpose = filing.asked !== undefined && "purpose" in filing.asked ? "compliance" : "audit";
      await openTransaction(bench.regulator, bench.transactions[0], {
        purpose,
        grant_id: grant,
        fields: ["amount"],
      });
    }
    return id;
  }
  const party = () => bench.client.principal.participantId;
  const say = (who: BenchPerson, id: string, word: object, participant = party()) =>
    decideNotice(who, id, NoticeWord.parse({ participant, ...word }));
  const waiting = async (who: BenchPerson, id: string) =>
    (await listNotices(who, PAGE)).items.filter((one) => one.request_id === id);
  const own = async (who: BenchPerson) => (await listOwnNotices(who, PAGE)).items;
  async function seenOf(who: BenchPerson) {
    while ((await sendNotifications({ ...bench.cx, hasMail: true })) > 0);
    const { items } = await listNotifications(who, NotificationQuery.parse({ limit: "200" }));
    return items.filter(({ kind }) => kind === "notice");
  }

  describe("a disclosure under a court order", () => {
    it("a notice waits for a legal reviewer, and the participant is not notified before", async () => {
      expect(await waiting(bench.legal, await opened({}, false))).toEqual([]);
      const id = await opened();
      const [one] = await waiting(bench.legal, id);
      expect(one).toMatchObject({
        participant: party(),
        kind: "court_order",
        purpose: "audit",
        transactions: [bench.transactions[0]],
        fields: ["amount"],
        state: "queued",
        acts: ["send", "withhold"],
      });
      expect(await own(bench.client)).toEqual([]);
      expect(await seenOf(bench.client)).toEqual([]);
      const sent = await say(bench.legal, id, { act: "send" });
      expect(sent).toMatchObject({ state: "sent", acts: [], by: bench.legal.principal.name });
      const [seen] = await own(bench.client);
      expect(Object.keys(seen ?? {}).sort()).toEqual(
        ["at", "fields", "first_opened_on", "id", "kind", "last_opened_on", "transactions"].sort(),
      );
      expect(seen).toMatchObject({
        kind: "court_order",
        transactions: [bench.transactions[0]],
        fields: ["amount"],
      });
      expect(await seenOf(bench.client)).toMatchObject([
        { state: "sent", subject: seen?.id, reference: "job-1" },
      ]);
      // Others get no notice: not another participant, not the agency, not the deciders.
      for (const who of [stranger, bench.regulator, bench.approver, bench.auditor]) {
        expect(await seenOf(who)).toEqual([]);
        expect(await own(who)).toEqual([]);
      }
      expect(await outcomeOf(say(bench.legal, id, { act: "send" }))).toBe("request.conflict");
      expect(await outcomeOf(say(bench.legal, id, WITHHOLD))).toBe("request.conflict");
      const { rows } = await bench.query(
        "SELECT i.action FROM audit_index i WHERE i.case_id = $1 AND i.action LIKE 'notice.%'",
        [id],
      );
      expect(rows).toEqual([{ action: "notice.send" }]);
    });

    it("a withheld notice leaves all answers to the participant byte for byte unchanged, and may be sent later", async () => {
      const everything = async () =>
        JSON.stringify([await own(bench.client), await seenOf(bench.client), await own(stranger)]);
      const before = await everything();
      const id = await opened();
      expect(await everything()).toBe(before);
      const held = await say(bench.legal, id, WITHHOLD);
      expect(held).toMatchObject({ state: "withheld", reason: WITHHOLD.reason, acts: ["send"] });
      expect(await everything()).toBe(before);
      expect((await say(bench.legal, id, { act: "send" })).state).toBe("sent");
      expect(await everything()).not.toBe(before);
    });

    it("a notice waits again when more is opened after its decision", async () => {
      const id = await opened();
      await say(bench.legal, id, { act: "send" });
      const grant = (await bench.query("SELECT id::text FROM access_grant WHERE request_id = $1", [id]))
        .rows[0];
      await openTransaction(bench.regulator, bench.transactions[1], {
        purpose: "audit",
        grant_id: String(Object.values(grant ?? {})[0]),
      });
      const [one] = await waiting(bench.legal, id);
      expect(one).toMatchObject({ state: "queued", transactions: [...bench.transactions].sort() });
    });
  });

  describe("a sealed order", () => {
    it("notice of a sealed order is impossible before its date, for every person and in the database", async () => {
      const id = await opened({ order: SEALED });
      const [one] = await waiting(bench.legal, id);
      expect(one).toMatchObject({
        state: "sealed",
        not_before: new Date(SEAL_END).toISOString(),
        acts: ["withhold"],
      });
      expect((await refusalOf(say(bench.legal, id, { act: "send" }))).code).toBe("notice.sealed");
      const row = bench.query(
        `INSERT INTO subject_notice (id, tenant_id, request_id, participant_id, state, transactions, groups, first_at, last_at, user_id, at)
        SELECT gen_random_uuid(), r.tenant_id, r.id, $2, 'sent', $3, '{amount}', now(), now(), $4, now()
        FROM access_request r WHERE r.id = $1`,
        [id, party(), [bench.transactions[0]], bench.legal.principal.userId],
      );
      await expect(row).rejects.toThrow("under seal");
      const later = { ...bench.legal, clock: fixedClock(new Date(Date.parse(SEAL_END) + 1)) };
      expect((await waiting(later, id))[0]?.acts).toEqual(["send", "withhold"]);
      expect((await say(later, id, { act: "send" })).state).toBe("sent");
    });
  });

  describe("notice", () => {
    it("the requester's side and the participant's side cannot decide a notice, and an id reveals nothing", async () => {
      const id = await opened();
      const { organisationId } = bench.regulator.principal;
      const colleague = { ...bench.legal, principal: { ...bench.legal.principal, organisationId } };
      expect(await waiting(colleague, id)).toEqual([]);
      expect(await outcomeOf(say(colleague, id, { act: "send" }))).toBe("decision.organisation");
      const partyLawyer = {
        ...bench.legal,
        principal: { ...bench.legal.principal, organisationId: bench.client.principal.organisationId },
      };
      expect(await waiting(partyLawyer, id)).toEqual([]);
      expect(await outcomeOf(say(partyLawyer, id, { act: "send" }))).toBe("decision.party");
      expect(await outcomeOf(say(bench.approver, id, { act: "send" }))).toBe("decision.duty");
      for (const who of [bench.client, bench.auditor, bench.support])
        expect([
          await outcomeOf(say(who, id, { act: "send" })),
          await outcomeOf(say(who, uuidv7(1), { act: "send" })),
        ]).toEqual(["request-file.not-found", "request-file.not-found"]);
      expect(await outcomeOf(say(bench.legal, id, { act: "send" }, "unknown-1"))).toBe("notice.not-found");
      expect(await outcomeOf(say(bench.legal, id, { act: "send" }, stranger.principal.participantId))).toBe(
        "notice.not-found",
      );
    });

    it("demands, mandates and compliance have no notice by default, and a person can set this otherwise", async () => {
      expect(NoticeInstrument.options.filter((kind) => defaultNotice(kind, "audit") === "none")).toEqual([
        "statutory_demand",
        "audit_mandate",
      ]);
      for (const kind of NoticeInstrument.options) expect(defaultNotice(kind, "compliance")).toBe("none");
      // A different order than the sealed one above, which is sealed in every filing of it.
      const demand = await opened({ order: { kind: "statutory_demand", case_number: "18 O 2/26" } });
      const compliance = await opened({ asked: { purpose: "compliance" } });
      for (const id of [demand, compliance]) {
        expect(await waiting(bench.legal, id)).toEqual([]);
        expect(await outcomeOf(say(bench.legal, id, { act: "send" }))).toBe("notice.not-found");
      }
      const rule = { kind: "statutory_demand", purpose: "audit", reason: "The act says so." } as const;
      const { items } = await setNoticeRule(bench.legal, { ...rule, notice: "queued" });
      expect(items).toHaveLength(NoticeInstrument.options.length * Purpose.options.length);
      expect(items.filter(({ by }) => by !== undefined)).toMatchObject([{ ...rule, notice: "queued" }]);
      expect((await waiting(bench.legal, demand))[0]?.state).toBe("queued");
      await setNoticeRule(bench.legal, { ...rule, notice: "none" });
      expect(await waiting(bench.legal, demand)).toEqual([]);
      expect((await listNoticeRules(bench.legal)).items.find(({ by }) => by !== undefined)?.notice).toBe(
        "none",
      );
    });

    it("the database refuses to insert, change or delete a notice against the rules", async () => {
      const id = await opened();
      const insert = (user: string, transaction: string, participant = party()) =>
        bench.query(
          `INSERT INTO subject_notice (id, tenant_id, request_id, participant_id, state, transactions, groups, first_at, last_at, user_id, at)
          SELECT gen_random_uuid(), r.tenant_id, r.id, $2, 'sent', $3, '{amount}', now(), now(), $4, now()
          FROM access_request r WHERE r.id = $1`,
          [id, participant, [transaction], user],
        );
      const { legal, approver, regulator, transactions } = bench;
      for (const who of [approver, regulator])
        await expect(insert(who.principal.userId, transactions[0])).rejects.toThrow("neither party");
      await expect(insert(legal.principal.userId, transactions[1])).rejects.toThrow("needs a disclosure");
      await expect(
        insert(legal.principal.userId, transactions[0], stranger.principal.participantId),
      ).rejects.toThrow("needs a disclosure");
      await expect(insert(legal.principal.userId, transactions[0])).rejects.toThrow();
      await expect(bench.query("UPDATE subject_notice SET state = 'withheld'", [])).rejects.toThrow();
      await expect(bench.query("DELETE FROM notice_rule", [])).rejects.toThrow();
    });
  });

  it("a reason is required for withholding, and refused otherwise", () => {
    const parse = (word: object) => NoticeWord.safeParse({ participant: "p", ...word }).success;
    expect(parse({ act: "send" })).toBe(true);
    expect(parse(WITHHOLD)).toBe(true);
    expect(parse({ act: "withhold" })).toBe(false);
    expect(parse({ act: "send", reason: "x" })).toBe(false);
  });
});

describe("a member's lawyer", () => {
  const UNTIL = `${new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 19)}Z`;

  /** ADR 0039: neither the requester's organisation nor the participant's; ADR 0037: by account or by membership. */
  it("a lawyer who is a member of the participant's organisation sees no sealed disclosure that waits", async () => {
    const lawyer = await bench.person({ role: "coordinator", duties: ["legal"], hasKey: false });
    const id = await bench.file({ order: { sealed: { basis: "Section 100 of the code", until: UNTIL } } });
    await decideRequest(bench.legal, id, bench.approval("legal"));
    const { grant_id = "" } = await decideRequest(bench.approver, id, bench.approval("coordinator"));
    await openTransaction(bench.regulator, bench.transactions[0], {
      purpose: "audit",
      grant_id,
      fields: ["amount"],
    });
    await bench.query("ALTER TABLE membership DISABLE TRIGGER USER", []);
    await bench.query("INSERT INTO membership (user_id, organisation_id, tenant_id) VALUES ($1, $2, $3)", [
      lawyer.principal.userId,
      bench.client.principal.organisationId,
      bench.place.tenantId,
    ]);
    await bench.query("ALTER TABLE membership ENABLE TRIGGER USER", []);
    const { items } = await listNotices(lawyer, { limit: 50 });
    expect(items.filter((one) => one.request_id === id)).toEqual([]);
  });
});

describe("a seal and its notice", () => {
  const UNTIL = `${new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 19)}Z`;

  async function opened(filing: Filing): Promise<string> {
    const id = await bench.file(filing);
    await decideRequest(bench.legal, id, bench.approval("legal"));
    const { grant_id = "" } = await decideRequest(bench.approver, id, bench.approval("coordinator"));
    await openTransaction(bench.regulator, bench.transactions[0], {
      purpose: "audit",
      grant_id,
      fields: ["amount"],
    });
    return id;
  }

  /** One order, two requests: the officer typed its seal into the first and forgot it in the second. */
  it("another request on the same order gives no notice of an order under seal", async () => {
    await opened({ order: { sealed: { basis: "Section 100 of the code", until: UNTIL } } });
    const second = await opened({});
    const { participantId = "" } = bench.client.principal;
    const word = NoticeWord.parse({ participant: participantId, act: "send" });
    expect(await outcomeOf(decideNotice(bench.legal, second, word))).toBe("notice.sealed");
  });
});
