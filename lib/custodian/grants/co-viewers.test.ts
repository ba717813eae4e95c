import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseVkey } from "@/lib/crypto/log/signed-note";
import { verifyStatement } from "@/lib/crypto/statement";
import { uuidv7 } from "@/lib/crypto/uuid";
import type { DecidedSubmission, RegistrationItem } from "@/lib/escrow/protocol/messages";
import type { Refusal } from "@/lib/escrow/protocol/refusals";
import type { FrozenRequestRecord } from "@/lib/escrow/protocol/release-statement";
import { type DecisionStatement, recordDigest } from "@/lib/escrow/protocol/statements";
import { askedFor, brokenGlass, released } from "@/lib/testing/custodian/break-glass";
import { type PersonName, TestCustodian } from "@/lib/testing/custodian/custodian";

// Outside an evaluation. The portal knows all data and has no one's key.
let t: TestCustodian;
beforeAll(async () => {
  t = await TestCustodian.start();
});
afterAll(() => t.stop());

const COLLEAGUE = "regulator-002";
const refusedFor = (reason: Refusal) => ({ code: "custodian.refused", extra: { reason } });

async function sealed(): Promise<RegistrationItem[]> {
  const items = await t.seal();
  await t.client.register(items);
  return items;
}

interface Decided {
  readonly record?: Partial<FrozenRequestRecord>;
  readonly over?: Partial<DecisionStatement>;
  readonly by?: { readonly legal?: PersonName; readonly coordinator?: PersonName };
}

/** Two decisions on a request that names co-viewers, and the request's record. */
function decided(items: readonly RegistrationItem[], { record, over, by = {} }: Decided = {}) {
  const request = askedFor(items, { request: uuidv7(t.clock.nowMs()), co_viewers: [COLLEAGUE], ...record });
  const common = {
    request: request.request,
    request_digest: recordDigest(request),
    transactions: request.transactions,
    ...over,
  };
  const legal = t.decision("legal", by.legal ?? "legal", common);
  const coordinator = t.decision("coordinator", by.coordinator ?? "approver", common);
  const submission: DecidedSubmission = {
    grant: uuidv7(t.clock.nowMs()),
    decisions: [
      { statement: legal, signature: t.sign(by.legal ?? "legal", "decision", legal) },
      { statement: coordinator, signature: t.sign(by.coordinator ?? "approver", "decision", coordinator) },
    ],
    authorization: t.record(),
    request,
  };
  return submission;
}

const asColleague = (grant: string, items: readonly RegistrationItem[]) =>
  t.client.open(t.opening(grant, items, { requester: COLLEAGUE }, "colleague"));

async function taken(decide: Decided = {}) {
  const items = await sealed();
  const submission = decided(items, decide);
  const accepted = await t.client.submitGrant(submission);
  return { items, submission, accepted, grant: submission.grant };
}

describe("co-viewers", () => {
  test("a co-viewer opens with their own statement from the same budget, also after restarts", async () => {
    const { items, grant, accepted } = await taken();
    expect(accepted.statement).toMatchObject({ requester: "regulator-001", co_viewers: [COLLEAGUE] });
    expect((await asColleague(grant, items)).viewsLeft).toBe(2);
    await t.restart();
    expect((await t.client.open(t.opening(grant, items))).viewsLeft).toBe(1);
    await t.restart();
    expect((await asColleague(grant, items)).data).toEqual({
      amount: { amount: "1000" },
      pricing: { rate: "0.1" },
    });
    await expect(asColleague(grant, items)).rejects.toMatchObject(refusedFor("views-exhausted"));
    await expect(t.client.open(t.opening(grant, items))).rejects.toMatchObject(refusedFor("views-exhausted"));
  });

  test("a grant without a record has no co-viewers, and the custodian's statement names none", async () => {
    const items = await sealed();
    const { request: _request, ...without } = decided(items);
    const { statement, signature } = await t.client.submitGrant(without);
    expect(statement).not.toHaveProperty("co_viewers");
    const { publicKey } = parseVkey(t.client.vkey);
    expect(verifyStatement(publicKey, "grant-ok", statement, Buffer.from(signature, "base64url"))).toBe(true);
    await expect(asColleague(without.grant, items)).rejects.toMatchObject(refusedFor("requester"));
    // The record cannot be submitted later either.
    await expect(
      t.client.submitGrant({ ...decided(items), grant: without.grant, decisions: without.decisions }),
    ).rejects.toMatchObject(refusedFor("grant-conflict"));
  });

  test("a removed co-viewer stays removed, before or after the grant, and other co-viewers stay", async () => {
    const { items, grant, submission } = await taken();
    const request = submission.request?.request ?? "";
    const end = { request, person: COLLEAGUE, reason: "Moved.", at: "2026-11-24T15:00:00Z" };
    await t.client.endCoViewer(end);
    await t.client.endCoViewer(end);
    await t.restart();
    await expect(asColleague(grant, items)).rejects.toMatchObject(refusedFor("revoked"));
    expect((await t.client.open(t.opening(grant, items))).viewsLeft).toBe(2);
    const later = await sealed();
    const early = decided(later);
    await t.client.endCoViewer({ ...end, request: early.request?.request ?? "" });
    await t.client.submitGrant(early);
    await expect(asColleague(early.grant, later)).rejects.toMatchObject(refusedFor("revoked"));
  });
});

describe("a lying portal about co-viewers", () => {
  test("the portal cannot add co-viewers: both deciders signed for the record", async () => {
    const items = await sealed();
    const honest = decided(items);
    const lies: [Partial<FrozenRequestRecord>, Refusal][] = [
      [{ co_viewers: [COLLEAGUE, "regulator-director"] }, "request-digest"],
      [{ co_viewers: [] }, "request-digest"],
      [{ reference: "A-2" }, "request-digest"],
    ];
    for (const [lie, reason] of lies) {
      const request = { ...askedFor(items), ...honest.request, ...lie };
      await expect(t.client.submitGrant({ ...honest, request })).rejects.toMatchObject(refusedFor(reason));
    }
  });

  test("the portal cannot submit a record of another request or another requester, even if both signed its digest", async () => {
    const items = await sealed();
    const cases: [Decided, Refusal][] = [
      [{ over: { request: uuidv7(3) } }, "request"],
      [{ record: { log: "other.example/log" } }, "request"],
      [{ record: { requester: "regulator-director" } }, "requester"],
    ];
    for (const [decide, reason] of cases) {
      await expect(t.client.submitGrant(decided(items, decide))).rejects.toMatchObject(refusedFor(reason));
    }
  });

  test("a co-viewer signs only for themselves, and people who are not named cannot sign", async () => {
    const { items, grant } = await taken();
    const { client } = t;
    await expect(client.open(t.opening(grant, items, {}, "colleague"))).rejects.toMatchObject(
      refusedFor("signature"),
    );
    await expect(
      client.open(t.opening(grant, items, { requester: COLLEAGUE }, "regulator")),
    ).rejects.toMatchObject(refusedFor("signature"));
    await expect(
      client.open(t.opening(grant, items, { requester: "regulator-director" }, "director")),
    ).rejects.toMatchObject(refusedFor("requester"));
    // The entry that announces the opening names the person who opens.
    const own = t.opening(grant, items, { requester: COLLEAGUE }, "colleague");
    const intent = t.opening(grant, items).intent;
    await expect(client.open({ ...own, intent })).rejects.toMatchObject(refusedFor("intent"));
  });

  test.each<[string, PersonName, Refusal]>([
    ["board:chair", "chair", "organisation"],
    ["client-456", "client", "organisation"],
    ["regulator-director", "director", "views-exhausted"],
  ])("a co-viewer %s opens only as the requester's colleague", async (person, name, reason) => {
    const { items, grant } = await taken({ record: { co_viewers: [person] }, over: { max_views: 1 } });
    const open = () => t.client.open(t.opening(grant, items, { requester: person }, name));
    if (name === "director") expect((await open()).viewsLeft).toBe(0);
    await expect(open()).rejects.toMatchObject(refusedFor(reason));
  });

  test("the portal cannot name people who are not on the roster", async () => {
    const { items, grant } = await taken({ record: { co_viewers: ["regulator-009"] } });
    await expect(
      t.client.open(t.opening(grant, items, { requester: "regulator-009" }, "colleague")),
    ).rejects.toMatchObject(refusedFor("requester"));
  });
});

describe("conflicts of co-viewers", () => {
  test("a co-viewer and members of their organisation cannot decide in either stage", async () => {
    const items = await sealed();
    const cases: [Decided, Refusal][] = [
      [{ record: { co_viewers: ["operator:legal"] } }, "self-approval"],
      [{ record: { co_viewers: ["operator:a"] } }, "organisation"],
      [{ record: { co_viewers: ["operator:glass"] } }, "organisation"],
      [{ record: { co_viewers: [COLLEAGUE, "operator:glass"] } }, "organisation"],
    ];
    for (const [decide, reason] of cases) {
      await expect(t.client.submitGrant(decided(items, decide))).rejects.toMatchObject(refusedFor(reason));
    }
  });

  test("a co-viewer cannot release, and a release opens only to the requester", async () => {
    const items = await sealed();
    const refuse = (co_viewers: string[], reason: Refusal) =>
      expect(t.client.submitGrant(released(t, items, { record: { co_viewers } }))).rejects.toMatchObject(
        refusedFor(reason),
      );
    await refuse(["board:chair"], "self-approval");
    await refuse([COLLEAGUE, "board:officer"], "organisation");
    const submission = released(t, items, { record: { co_viewers: [COLLEAGUE] } });
    expect((await t.client.submitGrant(submission)).statement).not.toHaveProperty("co_viewers");
    await expect(asColleague(submission.grant, items)).rejects.toMatchObject(refusedFor("requester"));
    expect((await t.client.open(t.opening(submission.grant, items))).viewsLeft).toBe(2);
  });

  test("emergency access and disputes have no co-viewers and accept no record", async () => {
    const items = await sealed();
    const request = askedFor(items, { co_viewers: [COLLEAGUE] });
    for (const submission of [brokenGlass(t, items), t.disputed(items)]) {
      await expect(t.client.submitGrant({ ...submission, request } as never)).rejects.toMatchObject(
        refusedFor("format"),
      );
    }
  });

  test("support staff as co-viewers see masks or nothing", async () => {
    const items = await sealed();
    const submission = decided(items, {
      record: { requester: "operator:support", co_viewers: ["operator:support-2"] },
      over: { requester: "operator:support", purpose: "support", level: "masked" },
    });
    const accepted = await t.client.submitGrant(submission);
    expect(accepted.statement).toMatchObject({ level: "masked", co_viewers: ["operator:support-2"] });
    const own = { requester: "operator:support-2", purpose: "support", level: "masked" } as const;
    const opened = await t.client.open(t.opening(submission.grant, items, own, "deputy"));
    expect(opened.masked.amount).toEqual(["amount"]);
    expect(JSON.stringify(opened.data)).not.toContain("1000");
  });
});
