import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { finishPendingGrants } from "@/lib/access/grants/finish-pending";
import { getGrant } from "@/lib/access/grants/get-grant";
import { toBase64url } from "@/lib/crypto/bytes";
import { randomBytes } from "@/lib/crypto/primitives";
import { uuidv7 } from "@/lib/crypto/uuid";
import { DomainError } from "@/lib/errors";
import { activateSet } from "@/lib/policies/activate-set";
import type { ActivePolicies } from "@/lib/policies/active-set";
import { createDraft } from "@/lib/policies/create-draft";
import { sendOrder } from "@/lib/policies/custodian-order";
import { getActiveSet, getSet } from "@/lib/policies/get-set";
import { rollBackSet } from "@/lib/policies/roll-back";
import { saveDraft } from "@/lib/policies/save-draft";
import { decideSet, submitSet } from "@/lib/policies/submit-set";
import { type AccessBench, type BenchPerson, createAccessBench } from "@/lib/testing/benches/access-bench";
import { openBenchPolicies } from "@/lib/testing/benches/bench-policies";
import { outcomeOf, refusalOf } from "@/lib/testing/benches/refusal";

let bench: AccessBench;
let policies: ActivePolicies;
let anke: BenchPerson;
beforeAll(async () => {
  bench = await createAccessBench();
  policies = await openBenchPolicies(bench.cx);
  anke = await bench.person({
    ...{ role: "coordinator", duties: ["compliance"], hasKey: false },
    organisation: "operator",
  });
});
afterAll(() => bench?.close());

const now = (who: BenchPerson): BenchPerson => ({ ...who, policies });
const held = () => bench.approver.escrow.heldPolicy();
const away = (who: BenchPerson): BenchPerson => ({
  ...who,
  escrow: {
    ...who.escrow,
    orderPolicy: () => Promise.reject(new DomainError("custodian.unavailable")),
  },
});

/** A dry run by which no one gains, of a set against the one in force. */
async function dryRun(number: number): Promise<void> {
  await bench.query(
    `INSERT INTO policy_run (id, tenant_id, set_id, kind, state, document_digest, base_number, result, asked_by, created_at, finished_at)
     SELECT $1, s.tenant_id, s.id, 'dry_run', 'done', s.document_digest, $3, '{"proof": {"outcome": "proved"}}', $4, now(), now()
     FROM policy_set s WHERE s.number = $2`,
    [uuidv7(Date.now()), number, (await getActiveSet(anke)).number, anke.principal.userId],
  );
}

/** A submitted set whose grants have at most this many views. */
async function submitted(maxViews: number): Promise<{ readonly number: number; readonly revision: number }> {
  const { number } = await createDraft(now(anke), { title: "Fewer views", reason: "for a test" });
  const { document } = await getSet(anke, number);
  const grants = { ...document.settings.grants, max_views: maxViews };
  const settings = { ...document.settings, grants };
  await saveDraft(now(anke), number, { document: { ...document, settings } }, undefined);
  await dryRun(number);
  const { revision } = await submitSet(now(anke), number, undefined);
  return { number, revision };
}

const approval = (revision: number) => ({ decision: "approve" as const, reason: "read", revision });

/** Has a request decided under the set in force, and returns the id of its grant. */
async function granted(): Promise<string> {
  const id = await bench.file();
  await decideRequest(now(bench.legal), id, bench.approval("legal"));
  const { grant_id } = await decideRequest(now(bench.approver), id, bench.approval("coordinator"));
  return grant_id ?? "";
}

const digestOf = async (number: number): Promise<string> => (await getSet(anke, number)).document_digest;

describe("a policy set that people activate", () => {
  it("is in force at the custodian by what its approver signed, and grants are narrowed there too", async () => {
    await granted();
    expect(await held()).toBe(await digestOf(1));
    const { number, revision } = await submitted(4);
    const read = await getSet(bench.approver, number);
    expect(read.to_sign).toMatchObject({
      ...{ act: "activate", number, document: read.document_digest, max_views: 4, gains: false },
      ...{ replaces: await digestOf(1), person: bench.approver.principal.handle },
    });
    expect((await getSet(anke, number)).to_sign).toBeNull();
    await decideSet(bench.approver, number, approval(revision));
    expect(await held()).toBe(await digestOf(1));
    await activateSet(now(anke), number);
    await policies.check();
    expect(await held()).toBe(read.document_digest);
    expect((await getGrant(bench.regulator, await granted())).max_views).toBe(4);
  });

  it("reaches the custodian later where it was away, and a grant waits until then", async () => {
    const { number, revision } = await submitted(3);
    await decideSet(bench.approver, number, approval(revision));
    const before = await held();
    await activateSet(away(now(anke)), number);
    await policies.check();
    expect(await held()).toBe(before);
    const refused = await refusalOf(granted());
    expect(refused).toMatchObject({ code: "custodian.refused", extra: { reason: "policy" } });
    await sendOrder(anke);
    await sendOrder(anke);
    expect(await held()).toBe(await digestOf(number));
    const later = new Date(Date.now() + 60_000);
    const clock = { ...bench.cx.clock, now: () => later };
    expect(await finishPendingGrants({ ...now(bench.approver), clock })).toMatchObject({ failed: 0 });
  });

  it("returns by one person's signature, where it was in force before", async () => {
    const { number: former } = await getActiveSet(anke);
    const { number, revision } = await submitted(3);
    await decideSet(bench.approver, number, approval(revision));
    await activateSet(now(anke), number);
    await dryRun(former);
    const back = { to: former, reason: "too narrow" };
    const unlisted = await refusalOf(rollBackSet(now(anke), back));
    expect(unlisted).toMatchObject({ code: "custodian.refused", extra: { reason: "approver" } });
    expect((await getActiveSet(anke)).number).toBe(number);
    expect((await getSet(bench.legal, former)).to_sign).toMatchObject({ act: "roll_back", number: former });
    await rollBackSet(now(bench.legal), back);
    await policies.check();
    expect(await held()).toBe(await digestOf(former));
  });
});

describe("a portal", () => {
  it("gets no grant under a set that no one signed", async () => {
    const set = { ...policies.active(), digest: toBase64url(randomBytes(32)) };
    const invented = { ...policies, active: () => set, follow: () => Promise.resolve() };
    const id = await bench.file();
    await decideRequest(now(bench.legal), id, bench.approval("legal"));
    const lying = { ...bench.approver, policies: { ...invented, check: () => policies.check() } };
    const refused = await refusalOf(decideRequest(lying, id, bench.approval("coordinator")));
    expect(refused).toMatchObject({ code: "custodian.refused", extra: { reason: "policy" } });
  });

  it("does not sign for a person who can, and for no one on an instance for real data", async () => {
    const { number, revision } = await submitted(2);
    const instance = { ...bench.approver.instance, evaluation: false };
    const real = { ...bench.approver, instance };
    expect(await outcomeOf(decideSet(real, number, approval(revision)))).toBe("statement.required");
    const signature = { kind: "ed25519" as const, key_id: "x/1", signature: toBase64url(randomBytes(64)) };
    const forged = decideSet(real, number, { ...approval(revision), signature });
    expect((await refusalOf(forged)).code).toBe("custodian.refused");
    expect(await getSet(anke, number)).toMatchObject({ state: "submitted", approvals: [] });
  });
});
