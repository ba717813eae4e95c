import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { commentRequest } from "@/lib/access/requests/comment-request";
import { NewDecision } from "@/lib/access/requests/schema";
import { openDispute } from "@/lib/disputes/open-dispute";
import { NewDispute } from "@/lib/disputes/schema";
import { countPlaces } from "@/lib/home/count-places";
import { getHome } from "@/lib/home/get-home";
import { Home, type NeedKind } from "@/lib/home/schema";
import { changeKeyState } from "@/lib/keys/change-state";
import { listKeys } from "@/lib/keys/list-keys";
import { refuseRecovery } from "@/lib/keys/recovery/end-recovery";
import { rotateKey } from "@/lib/keys/rotation/rotate-key";
import { type AccessBench, type BenchPerson, createAccessBench } from "@/lib/testing/benches/access-bench";
import type { Person } from "@/lib/testing/benches/client-held-bench";
import { asked, helpers, loss, signedBy } from "@/lib/testing/benches/recovery-acts";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { SoftwareAuthenticator } from "@/lib/testing/devices/authenticator";
import { pastTriggers } from "@/lib/testing/log/past-triggers";
import { NewTransaction } from "@/lib/transactions/schema";
import { submitTransaction } from "@/lib/transactions/submit/submit-transaction";

let bench: AccessBench;
beforeAll(async () => {
  bench = await createAccessBench();
});
afterAll(() => bench.close());

describe("home", () => {
  async function needs(who: BenchPerson, id?: string) {
    const home = Home.parse(await getHome(who));
    return id === undefined ? home.needs : home.needs.filter((need) => need.subject.id === id);
  }

  async function kinds(who: BenchPerson, id: string): Promise<NeedKind[]> {
    return (await needs(who, id)).map((need) => need.kind);
  }

  const later = (who: BenchPerson, ms: number): BenchPerson => {
    const nowMs = () => Date.now() + ms;
    return { ...who, clock: { ...who.clock, nowMs, now: () => new Date(nowMs()) } };
  };
  const DAY_MS = 86_400_000;

  describe("home", () => {
    it("shows a request only to the people who have to act next", async () => {
      const { regulator, legal, approver, both, auditor, support, client } = bench;
      const draft = await bench.draft();
      expect(await kinds(regulator, draft)).toEqual(["draft"]);
      const id = await bench.file();
      expect(await kinds(legal, id)).toEqual(["decide"]);
      for (const who of [regulator, approver, auditor, support, client])
        expect(await kinds(who, id)).toEqual([]);
      expect((await getHome(regulator)).with_others.map((one) => one.id)).toContain(id);
      await decideRequest(both, id, bench.approval("legal"));
      expect(await kinds(legal, id)).toEqual([]);
      expect(await kinds(approver, id)).toEqual(["decide"]);
      const ask = NewDecision.parse({ stage: "coordinator", decision: "ask", comment: "Which annex?" });
      await decideRequest(approver, id, ask);
      const [question] = await needs(regulator, id);
      expect(question).toMatchObject({
        kind: "question",
        facts: { text: "Which annex?", stage: "coordinator" },
      });
      expect(await kinds(approver, id)).toEqual([]);
      await commentRequest(regulator, id, "Annex A");
      await decideRequest(approver, id, bench.approval("coordinator"));
      for (const who of [regulator, legal, approver, both]) expect(await kinds(who, id)).toEqual([]);
    });

    it("tells a person who will decide or open, and is not on the roster, what is missing", async () => {
      const { approver, client, regulator } = bench;
      const signing = async (who: BenchPerson) =>
        (await needs(who)).filter(({ kind }) => kind === "signing_key").map(({ facts }) => facts.text);
      const unlisted = (who: BenchPerson) => ({
        ...who,
        principal: { ...who.principal, handle: "not-on-the-roster" },
      });
      for (const who of [approver, regulator, client]) expect(await signing(who)).toEqual([]);
      expect(await signing(unlisted(client))).toEqual([]);
      for (const who of [approver, regulator]) expect(await signing(unlisted(who))).toEqual(["passkey"]);
      const { tenantId } = regulator.instance;
      const publicKey = new SoftwareAuthenticator({ origin: "https://portal.test" }).publicKey;
      const admin = new Client({ connectionString: bench.database.adminUrl });
      await admin.connect();
      await pastTriggers(admin, ["credential"], async () => {
        await admin.query(
          `INSERT INTO credential (id, tenant_id, user_id, kind, external_id, public_key, transports)
           VALUES (gen_random_uuid(), $1, $2, 'passkey', 'key-of-regulator', $3, '{}')`,
          [tenantId, regulator.principal.userId, Buffer.from(publicKey)],
        );
      });
      await admin.end();
      expect(await signing(unlisted(regulator))).toEqual(["roster"]);
    });

    it("puts first what the caller is late with, and shows a requester that others are late", async () => {
      const id = await bench.file();
      const late = later(bench.legal, 60 * DAY_MS);
      const [first] = await needs(late);
      expect(first).toMatchObject({ kind: "decide", is_late: true });
      const [overdue] = await needs(later(bench.regulator, 60 * DAY_MS), id);
      expect(overdue).toMatchObject({ kind: "answer_overdue", is_late: true });
    });

    it("warns only the holder a day before a grant ends", async () => {
      const id = await bench.file({ asked: { until: new Date(Date.now() + 3 * DAY_MS).toISOString() } });
      await decideRequest(bench.legal, id, bench.approval("legal"));
      const { grant_id = "" } = await decideRequest(bench.approver, id, bench.approval("coordinator"));
      // The grant is in force and was not used yet.
      expect(await kinds(bench.regulator, grant_id)).toEqual(["access_new"]);
      expect(await kinds(bench.approver, grant_id)).toEqual([]);
      expect(await kinds(later(bench.regulator, 2.5 * DAY_MS), grant_id)).toEqual(["access_ends"]);
      expect(await kinds(later(bench.approver, 2.5 * DAY_MS), grant_id)).toEqual([]);
      expect((await getHome(bench.approver)).in_force.map((grant) => grant.id)).toContain(grant_id);
      expect((await getHome(bench.auditor)).in_force).toEqual([]);
      expect((await getHome(later(bench.regulator, 4 * DAY_MS))).in_force.map((one) => one.id)).not.toContain(
        grant_id,
      );
    });

    it("shows an open dispute to support, not to its own party, and not to officers", async () => {
      const { client, support, auditor } = bench;
      // It has no sealed data, so a person outside the roster can dispute it.
      const body = { job_id: "job-2", amount: "7", currency: "EUR", confidential: false };
      const participants = [client.principal.participantId];
      const made = await submitTransaction(client, NewTransaction.parse({ ...body, participants }));
      const dispute = await openDispute(
        client,
        made.transaction_id,
        NewDispute.parse({ reason: "The price is wrong." }),
      );
      expect(await kinds(support, dispute.id)).toEqual(["dispute"]);
      expect(await kinds(client, dispute.id)).toEqual([]);
      expect(await kinds(auditor, dispute.id)).toEqual([]);
      expect((await countPlaces(client)).disputes).toBe(1);
      expect((await countPlaces(auditor)).disputes).toBe(0);
    });

    it("shows news by others only, and a participant no news of requests", async () => {
      const { regulator, legal, client } = bench;
      const id = await bench.file();
      await commentRequest(legal, id, "We have received it.");
      const news = (await getHome(regulator)).news;
      expect(news[0]).toMatchObject({ kind: "request", id, event: "comment" });
      expect(news.some((one) => one.event === "submit")).toBe(false);
      expect((await getHome(client)).news.filter((one) => one.kind === "request")).toEqual([]);
      expect((await getHome(client)).transactions.length).toBe(3);
      expect((await getHome(client)).entries.length).toBeGreaterThan(0);
    });

    it("shows a participant without a key that no one can seal for it", async () => {
      const keyless = await bench.person({ role: "client", hasKey: false });
      expect((await needs(keyless)).map((need) => need.kind)).toEqual(["key_missing"]);
      expect((await needs(bench.client)).map((need) => need.kind)).not.toContain("key_missing");
    });

    it("asks a possible second person to re-wrap a compromised key's data, and not the requester", async () => {
      const owner = await bench.person({ role: "client" });
      const { participantId } = owner.principal;
      const colleague = {
        ...owner,
        principal: { ...owner.principal, userId: bench.auditor.principal.userId },
      };
      const [one, two] = [await bench.person({ role: "admin" }), await bench.person({ role: "admin" })];
      const [key] = (await listKeys(owner, { participant_id: participantId, limit: 1 })).items;
      const id = key?.key_id ?? "";
      await changeKeyState(owner, id, { state: "compromised", reason: "a stolen laptop" });
      for (const who of [owner, one]) expect(await kinds(who, id)).toEqual([]);
      await rotateKey(one, { keyId: id }, "rewrap");
      expect(await kinds(one, id)).toEqual([]);
      for (const who of [bench.client, bench.approver, bench.auditor])
        expect(await kinds(who, id)).toEqual([]);
      for (const who of [owner, colleague, two]) {
        const [need] = await needs(who, id);
        expect(need).toMatchObject({
          kind: "key_move",
          reference: key?.kid,
          facts: { party: participantId },
        });
      }
      await rotateKey(two, { keyId: id }, "rewrap");
      for (const who of [owner, one, two]) expect(await kinds(who, id)).toEqual([]);
    });

    it("counts what waits for a reviewer, and what is open for all other people", async () => {
      const before = await countPlaces(bench.legal);
      const own = await countPlaces(bench.auditor);
      await bench.file({ who: bench.auditor });
      expect((await countPlaces(bench.legal)).requests).toBe(before.requests + 1);
      expect((await countPlaces(bench.auditor)).requests).toBe(own.requests + 1);
    });
  });
});

describe("what a recovery needs", () => {
  // What the home shows about lost or stopped keys, only to the people who have to act.
  let bench: UseCaseBench;
  beforeAll(async () => {
    bench = await createUseCaseBench();
  });
  afterAll(() => bench?.close());

  async function needs(who: Person) {
    return (await getHome(who)).needs.map(({ kind, reference, due_at }) => ({ kind, reference, due_at }));
  }
  const kinds = async (who: Person) => (await needs(who)).map(({ kind }) => kind);

  it("a recovery is shown to the people who sign it, then to its participant, until its time is over", async () => {
    const one = await loss(await helpers(bench, 1), 0, 1);
    const { owner, legal, approver, support, insider, other, old } = one;
    expect(await kinds(legal)).toEqual([]);
    const { not_after } = await asked(one);
    const awaited = { kind: "key_recovery", reference: old.kid, due_at: not_after };
    for (const who of [legal, approver]) expect(await needs(who)).toEqual([awaited]);
    for (const who of [support, insider, other]) expect(await kinds(who)).toEqual([]);
    expect(await kinds(owner)).toEqual(["key_stopped"]);
    await signedBy(legal, one);
    expect(await kinds(legal)).toEqual([]);
    expect(await kinds(approver)).toEqual(["key_recovery"]);
    await signedBy(approver, one);
    for (const who of [legal, approver, insider, other]) expect(await kinds(who)).toEqual([]);
    expect(await needs(owner)).toEqual([
      { kind: "key_proof", reference: old.kid, due_at: not_after },
      { kind: "key_stopped", reference: old.kid, due_at: undefined },
    ]);
    const after = { ...owner, clock: { ...owner.clock, now: () => new Date(Date.parse(not_after) + 1) } };
    expect(await kinds(after)).toEqual(["key_stopped"]);
    await refuseRecovery(owner, old.keyId, { reason: "It was found." });
    expect(await kinds(owner)).toEqual(["key_stopped"]);
  });

  it("a suspended key is one to resume, a compromised key has its own page, and a key is missing only without both", async () => {
    const owner = await bench.person({ role: "client" });
    const keyless = await bench.person({ role: "client", hasKey: false });
    expect(await kinds(keyless)).toEqual(["key_missing"]);
    const [key] = (await listKeys(owner, { participant_id: owner.principal.participantId, limit: 1 })).items;
    const id = key?.key_id ?? "";
    expect(await kinds(owner)).toEqual([]);
    await changeKeyState(owner, id, { state: "suspended", reason: "a phone in a taxi" });
    const [stopped] = (await getHome(owner)).needs;
    expect(stopped).toMatchObject({
      kind: "key_stopped",
      subject: { kind: "key", id },
      reference: key?.kid,
      facts: { state: "suspended" },
    });
    await changeKeyState(owner, id, { state: "active", reason: "found" });
    expect(await kinds(owner)).toEqual([]);
    // No data is sealed with it: the next key can be registered at once.
    await changeKeyState(owner, id, { state: "compromised", reason: "a stolen laptop" });
    expect(await kinds(owner)).toEqual(["key_missing"]);
  });
});
