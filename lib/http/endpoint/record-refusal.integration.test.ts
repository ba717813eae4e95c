import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { noteSuspicion } from "@/lib/api-client/operations/erasures";
import { getTransaction } from "@/lib/api-client/operations/transactions";
import { listEvents } from "@/lib/audit/reading/list-events";
import { EventQuery } from "@/lib/audit/schema";
import { integrateBatch, prepareLog } from "@/lib/audit/sequencer/sequencer";
import { uuidv7 } from "@/lib/crypto/uuid";
import { DomainError } from "@/lib/errors";
import { recordingRefusal } from "@/lib/http/endpoint/record-refusal";
import type { BenchPerson } from "@/lib/testing/benches/access-bench";
import { refusalOf } from "@/lib/testing/benches/refusal";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { type ServedPortal, servePortal } from "@/lib/testing/instance/served-portal";
import { getTransaction as getTransactionOf } from "@/lib/transactions/read/load-known";

let bench: UseCaseBench;
beforeAll(async () => {
  bench = await createUseCaseBench();
});
afterAll(() => bench.close());

describe("recorded refusals", () => {
  type Person = Awaited<ReturnType<UseCaseBench["person"]>>;

  beforeAll(async () => {
    await prepareLog(bench.sequencerPool, bench.place);
  });

  async function deniedFor(reader: Person, who: Person): Promise<string[]> {
    while ((await integrateBatch(bench.sequencerPool, bench.place)).added > 0);
    const { items } = await listEvents(reader, EventQuery.parse({ actor: who.principal.pseudonym }));
    return items.filter(({ outcome }) => outcome === "denied").map(({ action }) => action);
  }

  it("only the compliance duty sees that compliance was refused while noting a suspicion; other people's attempts are visible to all", async () => {
    const compliance = await bench.person({ role: "coordinator", duties: ["compliance"], hasKey: false });
    const curious = await bench.person({ role: "coordinator", duties: ["support"], hasKey: false });
    const auditor = await bench.person({ role: "auditor", hasKey: false });
    const call = { operation: noteSuspicion, instance: "/confidential/audit/suspicions" };
    const refused = (who: Person, error: DomainError) =>
      expect(recordingRefusal(who, call, () => Promise.reject(error))).rejects.toBe(error);
    await refused(compliance, new DomainError("auth.step-up"));
    await refused(curious, new DomainError("auth.role"));
    expect(await deniedFor(auditor, compliance)).toEqual([]);
    expect(await deniedFor(compliance, compliance)).toEqual(["suspicion.note"]);
    expect(await deniedFor(auditor, curious)).toEqual(["suspicion.note"]);
  });

  it("a refusal that cannot be recorded is answered 503, and the next refusal is recorded", async () => {
    const who = await bench.person({ role: "client" });
    const call = { operation: getTransaction, input: { params: { id: uuidv7(1) } } };
    const refuse = () => refusalOf(recordingRefusal(who, call, () => getTransactionOf(who, uuidv7(1))));
    const owner = new Client({ connectionString: bench.database.adminUrl });
    await owner.connect();
    try {
      await owner.query("ALTER TABLE audit_queue ADD CONSTRAINT closed CHECK (false) NOT VALID");
      expect(await refuse()).toMatchObject({ code: "service.audit-unavailable", status: 503 });
      await owner.query("ALTER TABLE audit_queue DROP CONSTRAINT closed");
      expect(await refuse()).toMatchObject({ code: "transaction.not-found", isRecorded: true });
      const { rows } = await owner.query(
        "SELECT count(*)::int AS n FROM audit_index WHERE action = 'transaction.read' AND outcome = 'denied'",
      );
      expect(rows).toEqual([{ n: 1 }]);
    } finally {
      await owner.end();
    }
  });
});

describe("a grant's daily limit", () => {
  // A grant's daily limit (identity.md "Rate limiting") as a program meets it over HTTP, in addition to the approved
  // views.

  let portal: ServedPortal;
  beforeAll(async () => {
    // A grant's daily limit is twenty times the limit of openings a minute.
    portal = await servePortal({ open: 1 });
  });
  afterAll(() => portal?.close());

  async function post(who: BenchPerson, path: string, body: object) {
    const answer = await fetch(`${portal.url}/confidential${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-api-key": await portal.keyFor(who) },
      body: JSON.stringify(body),
    });
    return { status: answer.status, headers: answer.headers, json: await answer.json() };
  }

  async function newGrant(who: BenchPerson): Promise<string> {
    const { bench } = portal;
    const id = await bench.file({ who, asked: { max_views: 50 } });
    const decided = async (person: BenchPerson, stage: "legal" | "coordinator") =>
      post(person, `/access/requests/${id}/decisions`, bench.approval(stage));
    expect((await decided(bench.legal, "legal")).status).toBe(200);
    const { status, json } = await decided(bench.approver, "coordinator");
    expect(status, JSON.stringify(json)).toBe(200);
    await bench.anchor();
    return json.grant_id;
  }

  async function get(who: BenchPerson, path: string) {
    const headers = { "x-api-key": await portal.keyFor(who) };
    return (await fetch(`${portal.url}/confidential${path}`, { headers })).json();
  }

  const viewsLeft = async (who: BenchPerson, grant: string): Promise<number> =>
    (await get(who, `/access/grants/${grant}`)).views_left;

  test("a grant's last disclosure of the day opens, the next is 429 until tomorrow, uses no view and is in the log", async () => {
    const { regulator, transactions } = portal.bench;
    const [grant, other] = [await newGrant(regulator), await newGrant(regulator)];
    const open = (grant_id: string) =>
      post(regulator, `/transactions/${transactions[0]}/audit`, { purpose: "audit", grant_id });
    for (let taken = 0; taken < 19; taken += 1) await portal.runtime.limits.take("grant_day", grant);
    const last = await open(grant);
    expect([last.status, last.json.data?.amount], JSON.stringify(last.json)).toEqual([200, "1000"]);
    const views = await viewsLeft(regulator, grant);

    const refused = await open(grant);
    expect([refused.status, refused.json.code]).toEqual([429, "rate.exceeded"]);
    expect(refused.headers.get("content-type")).toBe("application/problem+json");
    const wait = Number(refused.headers.get("retry-after"));
    expect(wait).toBeGreaterThan(86_000);
    expect(wait).toBeLessThanOrEqual(86_400);
    expect(refused.headers.get("ratelimit-policy")).toMatch(/^"audit";q=\d+;w=60$/);
    expect(refused.json).not.toHaveProperty("data");
    expect(await viewsLeft(regulator, grant)).toBe(views);
    const told = await get(regulator, `/access/logs?transaction_id=${transactions[0]}`);
    const denied = told.logs.filter(({ success }: { success: boolean }) => !success);
    expect(denied.map(({ error }: { error: string }) => error)).toEqual(["rate.exceeded"]);
    // The daily limit counts for one grant, not for its holder.
    expect((await open(other)).status).toBe(200);
  });
});
