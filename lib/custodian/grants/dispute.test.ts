import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { uuidv7 } from "@/lib/crypto/uuid";
import { DomainError } from "@/lib/errors";
import { callCustodian } from "@/lib/escrow/client/transport";
import { type DisputeSubmission, PATHS, type RegistrationItem } from "@/lib/escrow/protocol/messages";
import type { EscrowOpening } from "@/lib/escrow/protocol/port";
import type { Refusal } from "@/lib/escrow/protocol/refusals";
import { type OpenStatement, validityTime } from "@/lib/escrow/protocol/statements";
import { type PersonName, TestCustodian } from "@/lib/testing/custodian/custodian";

// A custodian without CUSTODIAN_EVALUATION. "The portal" knows all data and has no one's key.
let t: TestCustodian;
beforeAll(async () => {
  t = await TestCustodian.start();
});
afterAll(() => t.stop());

const POST_GRANT = { method: "POST", path: PATHS.grants } as const;
const DAY_MS = 86_400_000;
const CANARY = "Zebrafink Handelsgesellschaft mbH, Konto";
const GROUPS = {
  amount: { amount: "7341.19", currency: "EUR" },
  narrative: { narrative: CANARY },
};

async function expectRefusal(act: Promise<unknown>, reason: Refusal): Promise<void> {
  const error = await act.then(
    () => undefined,
    (failure: unknown) => failure,
  );
  expect(error).toBeInstanceOf(DomainError);
  if (error instanceof DomainError) expect(error.extra.reason).toBe(reason);
}

async function sealed(options: Parameters<TestCustodian["seal"]>[1] = {}): Promise<RegistrationItem[]> {
  const items = await t.seal(GROUPS, options);
  await t.client.register(items);
  return items;
}

function look(
  grant: string,
  items: readonly RegistrationItem[],
  over: Partial<OpenStatement> = {},
  by: PersonName = "support",
): EscrowOpening {
  const requester = t.people[by].person.person;
  return t.opening(grant, items, { level: "masked", purpose: "dispute", requester, ...over }, by);
}

async function taken(): Promise<{ items: RegistrationItem[]; submission: DisputeSubmission; grant: string }> {
  const items = await sealed();
  const submission = t.disputed(items);
  await t.client.submitGrant(submission);
  return { items, submission, grant: submission.grant };
}

describe("a signed dispute", () => {
  test("a dispute lets support see masks of its groups, and no character of their content", async () => {
    const items = await sealed();
    const submission = t.disputed(items);
    const { statement } = await t.client.submitGrant(submission);
    expect(statement).toMatchObject({
      transactions: [items[0]?.tx],
      groups: ["amount", "narrative"],
      masked_groups: ["amount", "narrative"],
      level: "masked",
      purpose: "dispute",
      requester: "operator:support",
      max_views: 20,
      assurance: "signed",
    });
    const opened = await t.client.open(look(submission.grant, items));
    expect(opened.data).toEqual({
      amount: { amount: "#", currency: "••••••••" },
      narrative: { narrative: "•••••••• •••••••••••••••• ••••••••, ••••••••" },
    });
    expect(opened.masked).toEqual({ amount: ["amount", "currency"], narrative: ["narrative"] });
    expect(JSON.stringify(opened)).not.toMatch(/7341|Zebrafink|EUR/);
  });

  test("a mask comes without salts, also where they are asked for, so that its value cannot be guessed", async () => {
    const { items, grant } = await taken();
    const opened = await t.client.open({ ...look(grant, items), withSalts: true });
    expect(Object.keys(opened.masked)).toEqual(["amount", "narrative"]);
    expect(opened.salts).toEqual({});
  });

  test("a second opening gives the same masks", async () => {
    const { items, grant } = await taken();
    const first = await t.client.open(look(grant, items));
    expect((await t.client.open(look(grant, items))).data).toEqual(first.data);
  });

  test("a repeated dispute gets the first answer, also after a restart", async () => {
    const { items, submission, grant } = await taken();
    await t.restart();
    expect((await t.client.submitGrant(submission)).ok).toBe(true);
    await t.restart();
    expect((await t.client.open(look(grant, items))).viewsLeft).toBe(19);
  });
});

describe("a lying portal in a dispute", () => {
  test("the portal cannot get more groups, another transaction or more time than the party signed", async () => {
    const items = await sealed();
    const [amount, narrative] = items;
    if (amount === undefined || narrative === undefined) throw new Error("two groups expected");
    const honest = t.disputed([amount]);
    const { statement, signature } = honest.dispute;
    const other = await sealed();
    const later = validityTime(new Date(t.clock.nowMs() + 20 * DAY_MS));
    const lies: Partial<typeof statement>[] = [
      { groups: ["amount", "narrative"] },
      { transaction: other[0]?.tx ?? "" },
      { not_after: later },
    ];
    for (const lie of lies) {
      const dispute = { statement: { ...statement, ...lie }, signature };
      await expectRefusal(t.client.submitGrant({ ...honest, dispute }), "signature");
    }
    await t.client.submitGrant(honest);
    await expectRefusal(t.client.open(look(honest.grant, items)), "groups");
    await expectRefusal(t.client.open(look(honest.grant, other)), "scope");
  });

  test("the portal cannot get the full level, with any signature", async () => {
    const items = await sealed();
    const honest = t.disputed(items);
    const full = { ...honest.dispute.statement, level: "full" };
    const lie = { ...honest, dispute: { statement: full, signature: t.sign("client", "dispute", full) } };
    await expectRefusal(
      callCustodian({ url: t.url, timeoutMs: 8_000 }, { ...POST_GRANT, body: lie }),
      "format",
    );
    await t.client.submitGrant(honest);
    await expectRefusal(t.client.open(look(honest.grant, items, { level: "full" })), "level");
    await expectRefusal(t.client.open(look(honest.grant, items, { purpose: "support" })), "purpose");
  });

  test("the portal cannot sign for the party or let another person sign", async () => {
    const items = await sealed();
    const honest = t.disputed(items);
    const { statement } = honest.dispute;
    const byPortal = { statement, signature: t.signAsPortal("dispute", statement) };
    await expectRefusal(t.client.submitGrant({ ...honest, dispute: byPortal }), "evaluation-key");
    const byOther = { statement, signature: t.sign("stranger", "dispute", statement) };
    await expectRefusal(t.client.submitGrant({ ...honest, dispute: byOther }), "signature");
    const asDecision = { statement, signature: t.sign("client", "decision", statement) };
    await expectRefusal(t.client.submitGrant({ ...honest, dispute: asDecision }), "signature");
  });

  test("the portal cannot use a party of another transaction: the first registration fixes the participants", async () => {
    const items = await sealed();
    await expectRefusal(t.client.submitGrant(t.disputed(items, {}, "stranger")), "party");
    const forged = items.map((item) => withRecipient(item, "client-123#1"));
    const registrations = forged;
    await expectRefusal(
      t.client.submitGrant({ ...t.disputed(items, {}, "stranger"), registrations }),
      "party",
    );
  });

  test("the custodian detects at the opening at the latest that the signer is not a party of an unregistered transaction", async () => {
    const items = await t.seal(GROUPS);
    const submission = t.disputed(items, {}, "stranger");
    await t.client.submitGrant(submission);
    await expectRefusal(t.client.open(look(submission.grant, items)), "party");
  });

  test("staff, an officer and a person without a participant cannot sign for a party", async () => {
    const items = await sealed();
    for (const by of ["approver", "regulator", "insider"] as const) {
      await expectRefusal(t.client.submitGrant(t.disputed(items, {}, by)), "party");
    }
    await expectRefusal(t.client.submitGrant(t.disputed(items, { party: "unknown-1" })), "party");
  });

  test("a dispute grants access only to support staff of unrelated organisations", async () => {
    const items = await sealed();
    const to = (holder: string) => ({ ...t.disputed(items), holder });
    await expectRefusal(t.client.submitGrant(to("unknown-1")), "holder");
    await expectRefusal(t.client.submitGrant(to("operator:a")), "duty");
    await expectRefusal(t.client.submitGrant(to("regulator-001")), "duty");
    await expectRefusal(t.client.submitGrant(to("client-456:desk")), "organisation");
    const { grant } = await taken();
    const mine = await taken();
    await expectRefusal(t.client.open(look(grant, mine.items)), "scope");
    await expectRefusal(t.client.open(look(mine.grant, mine.items, {}, "deputy")), "requester");
  });

  test("one statement cannot give a second grant while the first is live", async () => {
    const { items, submission } = await taken();
    const second = { ...submission, grant: uuidv7(t.clock.nowMs()), holder: "operator:support-2" };
    await expectRefusal(t.client.submitGrant(second), "nonce");
    const { nonce } = submission.dispute.statement;
    await expectRefusal(t.client.submitGrant(t.disputed(items, { nonce })), "nonce");
    const changed = { ...submission, holder: "operator:support-2" };
    await expectRefusal(t.client.submitGrant(changed), "grant-conflict");
  });

  test("a dispute cannot reuse the nonce of a decision", async () => {
    const { items } = await taken();
    const { submission } = await t.granted();
    const [decision] = submission.decisions;
    const nonce = decision?.statement.nonce ?? "";
    await expectRefusal(t.client.submitGrant(t.disputed(items, { nonce })), "nonce");
  });

  test("the custodian refuses a statement that is expired, too long, for another log or duplicated", async () => {
    const items = await sealed();
    const at = (days: number): string => validityTime(new Date(t.clock.nowMs() + days * DAY_MS));
    await expectRefusal(t.client.submitGrant(t.disputed(items, { not_after: at(0) })), "dates");
    await expectRefusal(t.client.submitGrant(t.disputed(items, { not_after: at(31) })), "dates");
    await expectRefusal(t.client.submitGrant(t.disputed(items, { log: "other.example/log" })), "log");
    await expectRefusal(t.client.submitGrant(t.disputed(items, { groups: ["amount", "amount"] })), "format");
    expect((await t.client.submitGrant(t.disputed(items, { not_after: at(30) }))).ok).toBe(true);
  });
});

describe("the end of a dispute", () => {
  test("the custodian's own clock ends a dispute", async () => {
    const items = await sealed();
    const not_after = validityTime(new Date(t.clock.nowMs() + 60_000));
    const submission = t.disputed(items, { not_after });
    await t.client.submitGrant(submission);
    await t.client.open(look(submission.grant, items));
    t.clock.advance(60_000);
    await expectRefusal(t.client.open(look(submission.grant, items)), "dates");
    t.clock.advance(-60_000);
  });

  test("another support person takes over only after the first grant was revoked, with the views that are left", async () => {
    const { items, submission, grant } = await taken();
    await t.client.open(look(grant, items));
    const over = { ...submission, grant: uuidv7(t.clock.nowMs()), holder: "operator:support-2" };
    await t.client.revoke({ grant, reason: "taken over", at: validityTime(t.clock.now()) });
    const { statement } = await t.client.submitGrant(over);
    expect(statement).toMatchObject({ requester: "operator:support-2", max_views: 19 });
    await expectRefusal(t.client.open(look(grant, items)), "revoked");
    expect((await t.client.open(look(over.grant, items, {}, "deputy"))).viewsLeft).toBe(18);
  });

  test("an ended statement is ended for good: for its grant, its successor and a grant never made before", async () => {
    const { items, submission, grant } = await taken();
    const end = { reason: "resolved", at: validityTime(t.clock.now()) };
    const { nonce } = submission.dispute.statement;
    await t.client.revoke({ grant: uuidv7(1), ...end, dispute_nonce: nonce });
    await expectRefusal(t.client.open(look(grant, items)), "revoked");
    await t.client.revoke({ grant, ...end, dispute_nonce: nonce });
    await t.restart();
    const over = { ...submission, grant: uuidv7(t.clock.nowMs()), holder: "operator:support-2" };
    await expectRefusal(t.client.submitGrant(over), "revoked");
    const untaken = t.disputed(items);
    await t.client.revoke({ grant: uuidv7(2), ...end, dispute_nonce: untaken.dispute.statement.nonce });
    await expectRefusal(t.client.submitGrant(untaken), "revoked");
  });
});

test("in an evaluation the portal signs for a party without its own key, and every answer is marked", async () => {
  const demo = await TestCustodian.start({ isEvaluation: true, roster: false });
  try {
    const roster = demo.roster();
    const persons = roster.persons.map((person) => ({
      ...person,
      credentials: [{ kind: "portal-evaluation" as const }],
    }));
    await demo.writeRoster({ ...roster, persons });
    const items = await demo.seal(GROUPS);
    const honest = demo.disputed(items);
    const { statement } = honest.dispute;
    const dispute = { statement, signature: demo.signAsPortal("dispute", statement) };
    const accepted = await demo.client.submitGrant({ ...honest, dispute, registrations: items });
    expect(accepted.statement.assurance).toBe("evaluation");
  } finally {
    await demo.stop();
  }
});

/** The same body with one additional recipient for which no entry was sealed. */
function withRecipient(item: RegistrationItem, kid: string): RegistrationItem {
  const [first] = item.jwe.recipients;
  if (first === undefined) throw new Error("a recipient expected");
  const apv = Buffer.from(kid).toString("base64url");
  const entry = { ...first, header: { ...first.header, kid, apv } };
  return { ...item, jwe: { ...item.jwe, recipients: [...item.jwe.recipients, entry] } };
}
