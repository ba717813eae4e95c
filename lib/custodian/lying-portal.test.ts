import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sealPart } from "@/lib/crypto/audit-part";
import { toBase64url } from "@/lib/crypto/bytes";
import { randomBytes } from "@/lib/crypto/primitives";
import { uuidv7 } from "@/lib/crypto/uuid";
import { DomainError } from "@/lib/errors";
import type { EscrowOpening } from "@/lib/escrow/opening";
import type { DecidedSubmission } from "@/lib/escrow/protocol";
import type { Refusal } from "@/lib/escrow/refusals";
import { type DecisionStatement, intentDetails, recordDigest, validityTime } from "@/lib/escrow/statements";
import { type PersonName, TEST_LOG, TestCustodian } from "@/lib/testing/custodian";

// The custodian runs without CUSTODIAN_EVALUATION and serves its real socket; people hold their own keys.
// "The portal" here knows everything and signs nothing, as a portal taken over would.
let t: TestCustodian;
beforeAll(async () => {
  t = await TestCustodian.start();
});
afterAll(() => t.stop());

async function expectRefusal(act: Promise<unknown>, reason: Refusal): Promise<void> {
  const error = await act.then(
    () => undefined,
    (failure: unknown) => failure,
  );
  expect(error).toBeInstanceOf(DomainError);
  if (error instanceof DomainError) {
    expect(error.code).toBe("custodian.refused");
    expect(error.extra.reason).toBe(reason);
  }
}

type Change = Partial<DecisionStatement>;

/** Decisions signed by the people named, each with its own change made before signing. */
function decided(
  legal: { by?: PersonName; change?: Change },
  coordinator: { by?: PersonName; change?: Change },
): DecidedSubmission {
  const first = t.decision("legal", legal.by ?? "legal", legal.change);
  const second = t.decision("coordinator", coordinator.by ?? "approver", coordinator.change);
  return {
    grant: uuidv7(t.clock.nowMs()),
    decisions: [
      { statement: first, signature: t.sign(legal.by ?? "legal", "decision", first) },
      { statement: second, signature: t.sign(coordinator.by ?? "approver", "decision", second) },
    ],
    authorization: t.record(),
  };
}

/** An honest submission in which the portal changed both statements after they were signed. */
function forged(change: Change): DecidedSubmission {
  const honest = t.submission();
  return {
    ...honest,
    decisions: honest.decisions.map((decision) => ({
      ...decision,
      statement: { ...decision.statement, ...change },
    })),
  };
}

describe("grants", () => {
  test("two people with their own keys make a grant, whose scope is the intersection of their decisions", async () => {
    const [a, b, c] = [uuidv7(1), uuidv7(2), uuidv7(3)];
    const submission = decided(
      { change: { transactions: [a, b], groups: ["amount", "pricing"], max_views: 9 } },
      { change: { transactions: [b, c], groups: ["pricing", "parties"], not_after: "2026-11-24T18:00:00Z" } },
    );
    const { statement } = await t.client.submitGrant(submission);
    expect(statement).toMatchObject({
      transactions: [b],
      groups: ["pricing"],
      not_after: "2026-11-24T18:00:00Z",
      max_views: 3,
      assurance: "signed",
      masked_groups: [],
    });
  });

  test("the same submission again is answered the same, another one under its id is refused", async () => {
    const submission = t.submission();
    const first = await t.client.submitGrant(submission);
    expect(await t.client.submitGrant(submission)).toEqual(first);
    await expectRefusal(
      t.client.submitGrant({ ...t.submission(), grant: submission.grant }),
      "grant-conflict",
    );
  });

  test.each<[string, Change]>([
    ["scope", { transactions: [uuidv7(7)] }],
    ["groups", { groups: ["amount", "settlement_details"] }],
    ["dates", { not_after: "2027-11-24T15:00:00Z" }],
    ["views", { max_views: 1000 }],
    ["requester", { requester: "regulator-002" }],
    ["approver", { approver: "operator:b" }],
    ["purpose", { purpose: "compliance" }],
    ["request", { request: uuidv7(9) }],
    ["nonce", { nonce: toBase64url(randomBytes(32)) }],
  ])("a portal that changes the %s after signing is refused", async (_what, change) => {
    const submission = forged(change);
    const error = await t.client.submitGrant(submission).catch((failure: unknown) => failure);
    expect(error).toMatchObject({ code: "custodian.refused" });
    await expectRefusal(t.client.open(t.opening(submission.grant, await t.seal())), "unknown-grant");
  });

  test("a decision used once makes no second grant", async () => {
    const submission = t.submission();
    await t.client.submitGrant(submission);
    await expectRefusal(t.client.submitGrant({ ...submission, grant: uuidv7(t.clock.nowMs()) }), "nonce");
  });

  const cases: [string, () => DecidedSubmission, Refusal][] = [
    [
      "approvals of different scope without overlap",
      () => decided({ change: { transactions: [uuidv7(1)] } }, {}),
      "scope",
    ],
    ["groups without overlap", () => decided({ change: { groups: ["parties"] } }, {}), "groups"],
    ["a denial", () => decided({}, { change: { decision: "deny" } }), "decision"],
    ["another log", () => decided({}, { change: { log: "other.example/log" } }), "log"],
    ["another request", () => decided({}, { change: { request: uuidv7(5) } }), "request"],
    [
      "another request's content",
      () => decided({}, { change: { request_digest: recordDigest(2) } }),
      "request-digest",
    ],
    [
      "another authorization",
      () => decided({}, { change: { authorization: recordDigest(3) } }),
      "authorization",
    ],
    ["another purpose", () => decided({}, { change: { purpose: "compliance" } }), "purpose"],
    ["one person in both stages", () => decided({ by: "both" }, { by: "both" }), "same-person"],
    ["somebody without the duty", () => decided({ by: "approver" }, { by: "both" }), "duty"],
    ["a colleague of the requester", () => decided({ by: "colleague" }, {}), "organisation"],
    ["the requester", () => decided({ by: "regulator" }, {}), "self-approval"],
    ["somebody unknown", () => decided({ change: { approver: "nobody" } }, {}), "approver"],
    [
      "an unknown requester",
      () => decided({ change: { requester: "nobody" } }, { change: { requester: "nobody" } }),
      "requester",
    ],
    [
      "a grant that has ended",
      () => t.submission({ not_before: "2026-11-01T00:00:00Z", not_after: "2026-11-02T00:00:00Z" }),
      "dates",
    ],
    ["metadata", () => t.submission({ level: "metadata" }), "level"],
    ["a missing authorization record", () => withoutRecord(), "authorization"],
    ["an audit without any authority", () => withoutAuthority("audit"), "authorization"],
    [
      "a regulator without any authority, whatever the purpose",
      () => withoutAuthority("settlement"),
      "authorization",
    ],
    [
      "an audit by anybody else without authority",
      () => withoutAuthority("audit", "operator:support"),
      "authorization",
    ],
    [
      "an authority that the decisions do not name",
      () => ({ ...withoutAuthority("dispute", "operator:support"), authorization: t.record() }),
      "authorization",
    ],
    [
      "another authorization record",
      () => ({ ...t.submission(), authorization: { ...t.record(), case_number: "2" } }),
      "authorization",
    ],
  ];
  test.each(cases)("refused: %s", async (_what, submission, reason) => {
    await expectRefusal(t.client.submitGrant(submission()), reason);
  });

  test("two decisions of one stage are not two stages", async () => {
    const first = t.decision("coordinator", "both");
    const second = t.decision("coordinator", "approver");
    const submission: DecidedSubmission = {
      grant: uuidv7(t.clock.nowMs()),
      decisions: [
        { statement: first, signature: t.sign("both", "decision", first) },
        { statement: second, signature: t.sign("approver", "decision", second) },
      ],
      authorization: t.record(),
    };
    await expectRefusal(t.client.submitGrant(submission), "stage");
  });

  test("somebody else's signature and the portal's own are refused", async () => {
    const honest = t.submission();
    const [legal, coordinator] = honest.decisions;
    if (legal === undefined || coordinator === undefined) throw new Error("two decisions expected");
    const byOther = { ...coordinator, signature: t.sign("both", "decision", coordinator.statement) };
    await expectRefusal(t.client.submitGrant({ ...honest, decisions: [legal, byOther] }), "signature");
    const byPortal = { ...coordinator, signature: t.signAsPortal("decision", coordinator.statement) };
    await expectRefusal(t.client.submitGrant({ ...honest, decisions: [legal, byPortal] }), "evaluation-key");
  });

  test("a grant ends with its authorization, whatever was decided", async () => {
    const record = { ...t.record(), valid_until: "2026-11-24T16:30:00Z" };
    const authorization = recordDigest(record);
    const submission = { ...t.submission({ authorization }), authorization: record };
    const { statement } = await t.client.submitGrant(submission);
    expect(statement.not_after).toBe("2026-11-24T16:30:00Z");
  });
});

function withoutRecord(): DecidedSubmission {
  const { authorization: _left, ...rest } = t.submission();
  return rest;
}

/** Decisions that name no authorization. */
function withoutAuthority(purpose: string, requester = "regulator-001"): DecidedSubmission {
  const decisions = t.submission({ purpose, requester }).decisions.map(({ statement }) => {
    const { authorization: _none, ...rest } = statement;
    const by = statement.stage === "legal" ? "legal" : "approver";
    return { statement: rest, signature: t.sign(by, "decision", rest) };
  });
  return { grant: uuidv7(t.clock.nowMs()), decisions };
}

describe("openings", () => {
  test("the grantee opens the granted groups, sealed to the reply key", async () => {
    const { items, grant } = await t.granted();
    const opened = await t.client.open(t.opening(grant, items));
    expect(opened.data).toEqual({ amount: { amount: "1000" }, pricing: { rate: "0.1" } });
    expect(opened).toMatchObject({ assurance: "signed", viewsLeft: 2, masked: { amount: [], pricing: [] } });
  });

  test("without the reply key's private half the answer stays sealed", async () => {
    const { items, grant } = await t.granted();
    const opening = t.opening(grant, items);
    const opened = await t.client.open({ ...opening, replyKey: { publicKey: t.replyKey.publicKey } });
    expect(opened.data).toEqual({});
    expect(Object.keys(opened.sealed)).toEqual(["amount", "pricing"]);
  });

  test("a transaction outside the grant is refused, also when the requester signs for it", async () => {
    const { grant } = await t.granted();
    const other = await t.seal();
    await t.client.register(other);
    await expectRefusal(t.client.open(t.opening(grant, other)), "scope");
  });

  test("a statement about another transaction opens nothing", async () => {
    const { items, grant } = await t.granted();
    await expectRefusal(t.client.open(t.opening(grant, items, { transactions: [uuidv7(3)] })), "scope");
  });

  test("a group outside the grant or outside the statement is refused", async () => {
    const groups = { amount: { amount: "1" }, pricing: { rate: "2" }, settlement_details: { iban: "DE1" } };
    const { items, grant } = await t.granted({}, groups);
    await expectRefusal(t.client.open(t.opening(grant, items)), "groups");
    const granted = items.filter(({ grp }) => grp !== "settlement_details");
    await expectRefusal(t.client.open(t.opening(grant, granted, { groups: ["amount"] })), "groups");
    expect((await t.client.open(t.opening(grant, granted))).data).toEqual({
      amount: { amount: "1" },
      pricing: { rate: "2" },
    });
  });

  test("before its time and after its end a grant opens nothing, by the custodian's own clock", async () => {
    const early = await t.granted({ not_before: "2026-11-24T15:30:00Z" });
    await expectRefusal(t.client.open(t.opening(early.grant, early.items)), "dates");
    const late = await t.granted({ not_after: "2026-11-24T15:20:00Z" });
    t.clock.advance(20 * 60_000);
    await expectRefusal(t.client.open(t.opening(late.grant, late.items)), "dates");
    t.clock.advance(-20 * 60_000);
  });

  test("only the grantee's own signature opens", async () => {
    const { items, grant } = await t.granted();
    const other = t.opening(grant, items, { requester: "regulator-002" }, "colleague");
    await expectRefusal(t.client.open(other), "requester");
    await expectRefusal(t.client.open(t.opening(grant, items, {}, "colleague")), "signature");
    const honest = t.opening(grant, items);
    const { statement } = honest.opening;
    const byPortal = { statement, signature: t.signAsPortal("open", statement) };
    await expectRefusal(t.client.open({ ...honest, opening: byPortal }), "evaluation-key");
    const own = t.portalReplyKey();
    const swapped = { ...statement, reply_key: toBase64url(own.publicKey) };
    await expectRefusal(
      t.client.open({ ...honest, replyKey: own, opening: { ...honest.opening, statement: swapped } }),
      "signature",
    );
  });

  test("a nonce opens each of its statement's transactions once", async () => {
    const a = await t.seal();
    const b = await t.seal();
    await t.client.register([...a, ...b]);
    const submission = t.submission({ transactions: [a[0]?.tx ?? "", b[0]?.tx ?? ""].sort() });
    await t.client.submitGrant(submission);
    const statement = t.openStatement(submission.grant, [...a, ...b]);
    const signature = t.sign("regulator", "open", statement);
    const use = (items: typeof a): EscrowOpening => ({
      ...t.opening(submission.grant, items),
      opening: { statement, signature },
    });
    await t.client.open(use(a));
    await expectRefusal(t.client.open(use(a)), "nonce");
    await t.client.open(use(b));
  });

  test("a nonce of one statement serves no other, for no transaction", async () => {
    const { items, grant } = await t.granted();
    const first = t.opening(grant, items);
    await t.client.open(first);
    const second = await t.granted();
    const other = t.opening(second.grant, second.items, { nonce: first.opening.statement.nonce });
    await expectRefusal(t.client.open(other), "nonce");
  });

  test("a statement is valid for five minutes at most and not after its end", async () => {
    const { items, grant } = await t.granted();
    const at = (ms: number): string => validityTime(new Date(t.clock.nowMs() + ms));
    await expectRefusal(
      t.client.open(t.opening(grant, items, { expires_at: at(10 * 60_000) })),
      "statement-expired",
    );
    await expectRefusal(t.client.open(t.opening(grant, items, { expires_at: at(0) })), "statement-expired");
  });

  test("a swapped body is refused: the custodian opens only what it registered", async () => {
    const { items, grant } = await t.granted();
    const swapped = await t.seal(
      { amount: { amount: "1" }, pricing: { rate: "9" } },
      { tx: items[0]?.tx ?? "" },
    );
    await expectRefusal(t.client.open(t.opening(grant, swapped)), "body-digest");
    const [result] = await t.client.register(swapped);
    expect(result).toMatchObject({ ok: false, reason: "body-digest" });
  });

  test("a revoked grant opens nothing, also when it arrives after its revocation", async () => {
    const { items, grant } = await t.granted();
    const at = validityTime(t.clock.now());
    await t.client.revoke({ grant, reason: "withdrawn", at });
    await expectRefusal(t.client.open(t.opening(grant, items)), "revoked");
    const submission = t.submission();
    await t.client.revoke({ grant: submission.grant, reason: "withdrawn", at });
    await expectRefusal(t.client.submitGrant(submission), "revoked");
  });

  test("views run out, and parallel calls get no more than there are", async () => {
    const { items, grant } = await t.granted();
    const calls = Array.from({ length: 10 }, () => t.client.open(t.opening(grant, items)));
    const results = await Promise.allSettled(calls);
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(3);
    await expectRefusal(t.client.open(t.opening(grant, items)), "views-exhausted");
  });

  test("an unregistered group is registered in the same call", async () => {
    const items = await t.seal();
    const submission = { ...t.submission({ transactions: [items[0]?.tx ?? ""] }), registrations: items };
    const accepted = await t.client.submitGrant(submission);
    expect(accepted.registrations.every(({ ok }) => ok)).toBe(true);
    const late = await t.seal();
    const second = t.submission({ transactions: [late[0]?.tx ?? ""] });
    await t.client.submitGrant(second);
    expect((await t.client.open(t.opening(second.grant, late))).data).toHaveProperty("amount");
  });

  test("a wrong purpose or a higher level is refused", async () => {
    const { items, grant } = await t.granted({ level: "masked" });
    await expectRefusal(t.client.open(t.opening(grant, items)), "level");
    await expectRefusal(
      t.client.open(t.opening(grant, items, { level: "masked", purpose: "compliance" })),
      "purpose",
    );
  });

  test("a statement for one grant does not open under another, nor one for another log", async () => {
    const { items, grant } = await t.granted();
    const submission = t.submission({ transactions: [items[0]?.tx ?? ""] });
    await t.client.submitGrant(submission);
    const { statement, signature } = t.opening(grant, items).opening;
    const moved = { ...t.opening(submission.grant, items), opening: { statement, signature } };
    await expectRefusal(t.client.open(moved), "statement");
    await expectRefusal(t.client.open(t.opening(grant, items, { log: "other.example/log" })), "log");
  });

  test("each group asked comes with exactly its own sealed group", async () => {
    const { items, grant } = await t.granted();
    const [amount, pricing] = items;
    const [foreign] = await t.seal();
    if (amount === undefined || pricing === undefined || foreign === undefined)
      throw new Error("items expected");
    const honest = t.opening(grant, items);
    const wrong: Partial<EscrowOpening>[] = [
      { envelopes: [amount] },
      { envelopes: [amount, pricing, foreign] },
      { envelopes: [foreign, pricing] },
      { envelopes: [amount, amount] },
      { groups: ["amount", "amount"], envelopes: [amount] },
    ];
    for (const change of wrong) await expectRefusal(t.client.open({ ...honest, ...change }), "format");
  });

  test("a low-order reply key is refused", async () => {
    const { items, grant } = await t.granted();
    await expectRefusal(
      t.client.open(t.opening(grant, items, { reply_key: toBase64url(new Uint8Array(32)) })),
      "reply-key",
    );
  });
});

describe("intents", () => {
  type Intent = Parameters<TestCustodian["intent"]>[0];
  const lies: [string, (about: Intent) => EscrowOpening["intent"]][] = [
    ["another transaction", (about) => t.intent({ ...about, transaction: uuidv7(4) })],
    ["fewer groups", (about) => t.intent({ ...about, groups: ["amount"] })],
    ["another grant", (about) => t.intent({ ...about, grant: uuidv7(5) })],
    ["another requester", (about) => t.intent({ ...about, requester: "regulator-002" })],
    ["another purpose", (about) => t.intent({ ...about, purpose: "compliance" })],
    ["another action", (about) => t.intent(about, { action: "audit.read" })],
    ["an outcome instead", (about) => t.intent(about, { outcome: "done" })],
    ["an old entry", (about) => t.intent(about, { atMs: t.clock.nowMs() - 3_600_000 })],
    ["a part that is not the entry's", (about) => withOtherPart(t.intent(about))],
    ["the truth in a part swapped in later", (about) => truthSwappedIn(about)],
    ["the opening to another log", (about) => t.intent(about, { log: "other.example/log" })],
    ["no part", (about) => ({ ...t.intent(about), parts: [] })],
  ];
  test.each(lies)("refused: an intent that announces %s", async (_what, lie) => {
    const { items, grant } = await t.granted();
    const honest = t.opening(grant, items);
    const { requester, purpose } = honest.opening.statement;
    const intent = lie({ transaction: honest.transaction, groups: honest.groups, grant, requester, purpose });
    await expectRefusal(t.client.open({ ...honest, intent }), "intent");
  });

  test("one intent announces one opening", async () => {
    const { items, grant } = await t.granted();
    const first = t.opening(grant, items);
    await t.client.open(first);
    await expectRefusal(t.client.open({ ...t.opening(grant, items), intent: first.intent }), "intent");
  });
});

/** The log gets an entry about something else, the custodian is shown an honest part under the same id. */
function truthSwappedIn(about: Parameters<TestCustodian["intent"]>[0]): EscrowOpening["intent"] {
  const logged = t.intent({ ...about, transaction: uuidv7(6) });
  const { stored } = sealPart({
    log: TEST_LOG,
    entryId: logged.id,
    c: "org",
    compartmentKey: t.compartmentKey,
    plaintext: { action: "disclosure.open", purpose: about.purpose, details: intentDetails(about) },
  });
  return { ...logged, parts: logged.parts.map((part) => ({ ...part, stored })) };
}

function withOtherPart(intent: EscrowOpening["intent"]): EscrowOpening["intent"] {
  const { stored } = sealPart({
    log: TEST_LOG,
    entryId: intent.id,
    c: "org",
    compartmentKey: t.compartmentKey,
    plaintext: { action: "disclosure.open" },
  });
  return { ...intent, parts: intent.parts.map((part) => ({ ...part, stored })) };
}

describe("masks", () => {
  test("a masked grant shows shapes and no content", async () => {
    const groups = { parties: { payer: { name: "Erika Mustermann", born: 1970 }, tags: ["x", true, null] } };
    const { items, grant } = await t.granted({ groups: ["parties"], level: "masked" }, groups);
    const { data, masked } = await t.client.open(t.opening(grant, items, { level: "masked" }));
    expect(masked).toEqual({ parties: ["field-2", "payer"] });
    expect(data).toEqual({
      parties: { payer: { name: "•".repeat(8), "field-1": "#" }, "field-2": ["•".repeat(8), "?", "?"] },
    });
  });

  test("a subpoena masks personal groups even when full was decided", async () => {
    const groups = { amount: { amount: "5" }, narrative: { narrative: "secret words" } };
    const record = { ...t.record(), kind: "subpoena" as const };
    const items = await t.seal(groups);
    const authorization = recordDigest(record);
    const submission = t.submission({
      transactions: [items[0]?.tx ?? ""],
      groups: ["amount", "narrative"],
      authorization,
    });
    const { statement } = await t.client.submitGrant({ ...submission, authorization: record });
    expect(statement.masked_groups).toEqual(["narrative"]);
    const { data } = await t.client.open(t.opening(submission.grant, items));
    expect(data).toEqual({ amount: { amount: "5" }, narrative: { narrative: "•".repeat(8) } });
  });
});
