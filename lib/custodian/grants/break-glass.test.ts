import { rmSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { uuidv7 } from "@/lib/crypto/uuid";
import { MAX_EMERGENCY_MS, REVIEW_MS, reasonDigest } from "@/lib/escrow/protocol/break-glass-statement";
import type { RegistrationItem } from "@/lib/escrow/protocol/messages";
import type { EscrowOpening } from "@/lib/escrow/protocol/port";
import type { Refusal } from "@/lib/escrow/protocol/refusals";
import { rosterDigest } from "@/lib/escrow/protocol/roster";
import { type OpenStatement, recordDigest, validityTime } from "@/lib/escrow/protocol/statements";
import type { EmergencySubmission } from "@/lib/escrow/protocol/submissions";
import { BREAK_GLASS_REASON, brokenGlass, reviewed } from "@/lib/testing/custodian/break-glass";
import { type PersonName, TestCustodian } from "@/lib/testing/custodian/custodian";

// A custodian without CUSTODIAN_EVALUATION. "The portal" knows all data and has no one's key.
let t: TestCustodian;
beforeEach(async () => {
  t = await TestCustodian.start();
});
afterEach(() => t.stop());

const CANARY = "Zebrafink Handelsgesellschaft mbH";
const GROUPS = { amount: { amount: "7341.19" }, parties: { payee: CANARY } };
const refusedFor = (reason: Refusal) => ({ code: "custodian.refused", extra: { reason } });
const at = (ms: number): string => validityTime(new Date(t.clock.nowMs() + ms));

async function sealed(): Promise<RegistrationItem[]> {
  const items = await t.seal(GROUPS);
  await t.client.register(items);
  return items;
}

async function broken(by: PersonName = "glass") {
  const items = await sealed();
  const submission = brokenGlass(t, items, {}, by);
  await t.client.submitGrant(submission);
  return { items, submission, grant: submission.grant };
}

function look(
  grant: string,
  items: readonly RegistrationItem[],
  over: Partial<OpenStatement> = {},
  by: PersonName = "glass",
): EscrowOpening {
  const requester = t.people[by].person.person;
  return t.opening(grant, items, { level: "masked", purpose: "support", requester, ...over }, by);
}

const refuse = (submission: EmergencySubmission, reason: Refusal) =>
  expect(t.client.submitGrant(submission)).rejects.toMatchObject(refusedFor(reason));

/** Moves the clock past the end of the use. */
const waitOut = () => t.clock.advance(MAX_EMERGENCY_MS);

describe("emergency access", () => {
  test("a holder sees masks for an hour, and no character of the content", async () => {
    const items = await sealed();
    const submission = brokenGlass(t, items);
    const { statement } = await t.client.submitGrant(submission);
    expect(statement).toMatchObject({
      transactions: [items[0]?.tx],
      groups: ["amount", "parties"],
      masked_groups: ["amount", "parties"],
      level: "masked",
      purpose: "support",
      requester: "operator:glass",
      not_after: at(MAX_EMERGENCY_MS),
      max_views: 12,
      assurance: "signed",
    });
    const opened = await t.client.open(look(submission.grant, items));
    expect(Object.keys(opened.masked)).toEqual(["amount", "parties"]);
    expect(JSON.stringify(opened)).not.toMatch(/7341|Zebrafink|Handels/);
    await expect(t.client.open(look(submission.grant, items, { level: "full" }))).rejects.toMatchObject(
      refusedFor("level"),
    );
    waitOut();
    await expect(t.client.open(look(submission.grant, items))).rejects.toMatchObject(refusedFor("dates"));
  });

  test("a repeated use gets the first answer, also after restarts", async () => {
    const { items, submission, grant } = await broken();
    await t.restart();
    expect((await t.client.submitGrant(submission)).ok).toBe(true);
    await t.client.open(look(grant, items));
    await t.restart();
    expect((await t.client.open(look(grant, items))).viewsLeft).toBe(10);
  });

  test("a use blocks its holder at once, until another person has reviewed it", async () => {
    const { submission } = await broken();
    const items = await sealed();
    await refuse(brokenGlass(t, items), "review-due");
    waitOut();
    await refuse(brokenGlass(t, items), "review-due");
    await t.restart();
    await refuse(brokenGlass(t, items), "review-due");
    expect(await t.client.review(reviewed(t, submission))).toEqual({
      ok: true,
      assurance: "signed",
      late: false,
    });
    await t.restart();
    expect((await t.client.submitGrant(brokenGlass(t, items))).ok).toBe(true);
  });

  test("a use that ended before any opening also blocks its holder", async () => {
    const { submission, grant } = await broken();
    await t.client.revoke({ grant, reason: "over", at: at(0) });
    await refuse(brokenGlass(t, await sealed()), "review-due");
    await t.client.review(reviewed(t, submission));
    expect((await t.client.submitGrant(brokenGlass(t, await sealed()))).ok).toBe(true);
  });

  test("a use does not block another holder", async () => {
    await broken("glass");
    expect((await broken("keeper")).grant).not.toBe("");
  });

  test("an unjustified use blocks its holder until a roster has removed the duty", async () => {
    const { submission } = await broken();
    waitOut();
    await t.client.review(reviewed(t, submission, { outcome: "unjustified" }));
    await t.restart();
    const items = await sealed();
    await refuse(brokenGlass(t, items), "review-due");
    await succeed((duties) => [...duties, "something"]);
    await refuse(brokenGlass(t, items), "review-due");
    await succeed(() => []);
    await refuse(brokenGlass(t, items), "duty");
    await succeed(() => ["break-glass"]);
    await t.restart();
    expect((await t.client.submitGrant(brokenGlass(t, items))).ok).toBe(true);
  });

  /** Two persons agree to other duties of the holder. */
  async function succeed(change: (duties: readonly string[]) => string[]): Promise<void> {
    const current = await t.client.roster();
    const { statements: _statements, ...bare } = current;
    const previous = rosterDigest(current);
    const next = {
      ...bare,
      version: current.version + 1,
      previous,
      persons: current.persons.map((one) =>
        one.person === "operator:glass" ? { ...one, duties: change(one.duties) } : one,
      ),
    };
    const statements = (["legal", "approver"] as const).map((by) => {
      const { log, version } = next;
      const { person } = t.people[by].person;
      const statement = { log, version, previous, roster: rosterDigest(next), person };
      return { statement, signature: t.sign(by, "roster", statement) };
    });
    await t.client.submitRoster({ ...next, statements });
  }
});

describe("a lying portal in an emergency", () => {
  test("the portal cannot change what the holder signed, or sign in place of the holder", async () => {
    const items = await sealed();
    const other = await sealed();
    const honest = brokenGlass(t, items);
    const { statement, signature } = honest.emergency;
    for (const lie of [
      { transactions: [other[0]?.tx ?? ""] },
      { groups: ["amount" as const] },
      { requester: "operator:keeper" },
      { not_after: at(60_000) },
      { nonce: reasonDigest("another") },
    ]) {
      await refuse({ ...honest, emergency: { statement: { ...statement, ...lie }, signature } }, "signature");
    }
    const byPortal = { statement, signature: t.signAsPortal("break-glass", statement) };
    await refuse({ ...honest, emergency: byPortal }, "evaluation-key");
    const asOpen = { statement, signature: t.sign("glass", "open", statement) };
    await refuse({ ...honest, emergency: asOpen }, "signature");
    await t.client.submitGrant(honest);
    await expect(t.client.open(look(honest.grant, other))).rejects.toMatchObject(refusedFor("scope"));
    await expect(t.client.open(look(honest.grant, items, {}, "keeper"))).rejects.toMatchObject(
      refusedFor("requester"),
    );
    await expect(t.client.open(look(honest.grant, items, { purpose: "audit" }))).rejects.toMatchObject(
      refusedFor("purpose"),
    );
  });

  test("the portal cannot get the full level, a fourth record, or accept an unsorted list", async () => {
    const items = await sealed();
    const honest = brokenGlass(t, items);
    const { statement } = honest.emergency;
    const tx = items[0]?.tx ?? "";
    const more = [uuidv7(1), uuidv7(2), uuidv7(3)];
    for (const lie of [
      { level: "full" },
      { transactions: [...more, tx] },
      { transactions: [tx, tx] },
      { groups: ["parties", "amount"] },
    ]) {
      const changed = { ...statement, ...lie };
      const emergency = { statement: changed, signature: t.sign("glass", "break-glass", changed) };
      await expect(
        t.client.submitGrant(JSON.parse(JSON.stringify({ ...honest, emergency }))),
      ).rejects.toMatchObject(refusedFor("format"));
    }
  });

  test.each<[PersonName, Refusal]>([
    ["legal", "duty"],
    ["approver", "duty"],
    ["support", "duty"],
    ["chair", "duty"],
    ["regulator", "duty"],
    ["client", "duty"],
    ["owner", "party"],
  ])("the portal cannot give emergency access to %s: %s", async (name, reason) => {
    await refuse(brokenGlass(t, await sealed(), {}, name), reason);
  });

  test("the portal cannot add a person who is not on the roster", async () => {
    await refuse(brokenGlass(t, await sealed(), { requester: "unknown-1" }), "requester");
  });

  test("the custodian detects at the opening at the latest that the holder belongs to a party", async () => {
    const items = await t.seal(GROUPS);
    const submission = brokenGlass(t, items, {}, "owner");
    await t.client.submitGrant(submission);
    await expect(t.client.open(look(submission.grant, items, {}, "owner"))).rejects.toMatchObject(
      refusedFor("party"),
    );
  });

  test("the portal cannot omit or change the reason, which has at least 20 characters", async () => {
    const items = await sealed();
    const short = brokenGlass(t, items, {}, "keeper", "Because it is so.");
    await refuse(short, "reason");
    const blank = `${" ".repeat(30)}urgent`;
    await refuse(brokenGlass(t, items, {}, "keeper", blank), "reason");
    await refuse(
      { ...brokenGlass(t, items, {}, "keeper"), reason: `${BREAK_GLASS_REASON} Really.` },
      "reason",
    );
  });

  test("the portal cannot extend a use beyond an hour, submit it late, or use it twice", async () => {
    const items = await sealed();
    await refuse(brokenGlass(t, items, { not_after: at(MAX_EMERGENCY_MS + 120_000) }), "dates");
    await refuse(brokenGlass(t, items, { not_after: at(0) }), "dates");
    await refuse(brokenGlass(t, items, { log: "other.example/log" }), "log");
    const nearly = brokenGlass(t, items, { not_after: at(MAX_EMERGENCY_MS + 30_000) });
    const { statement } = await t.client.submitGrant(nearly);
    expect(statement.not_after).toBe(at(MAX_EMERGENCY_MS));
    await refuse({ ...nearly, grant: uuidv7(t.clock.nowMs()) }, "nonce");
    await refuse({ ...nearly, reason: BREAK_GLASS_REASON.replace("still", "quiet") }, "grant-conflict");
  });

  test("the portal cannot give a holder more than twelve views", async () => {
    const { items, grant } = await broken();
    for (let view = 11; view >= 0; view -= 1) {
      expect((await t.client.open(look(grant, items))).viewsLeft).toBe(view);
    }
    await expect(t.client.open(look(grant, items))).rejects.toMatchObject(refusedFor("views-exhausted"));
  });
});

describe("a review of an emergency access", () => {
  const refuseReview = (review: ReturnType<typeof reviewed>, reason: Refusal) =>
    expect(t.client.review(review)).rejects.toMatchObject(refusedFor(reason));

  test("a review needs another person's signature about this very use, and a duty for it", async () => {
    const { submission, grant } = await broken();
    const other = await broken("keeper");
    waitOut();
    await refuseReview(reviewed(t, submission, {}, "glass"), "duty");
    await refuseReview(reviewed(t, other.submission, {}, "keeper"), "self-approval");
    await refuseReview(reviewed(t, submission, {}, "support"), "duty");
    await refuseReview(reviewed(t, submission, { reviewer: "unknown-1" }), "approver");
    await refuseReview(reviewed(t, submission, { log: "other.example/log" }), "log");
    await refuseReview(reviewed(t, submission, { grant: uuidv7(1) }), "unknown-grant");
    const { emergency } = reviewed(t, other.submission).statement;
    await refuseReview(reviewed(t, submission, { emergency }), "statement");
    const { statement } = reviewed(t, submission);
    await refuseReview({ statement, signature: t.sign("approver", "review", statement) }, "signature");
    await refuseReview({ statement, signature: t.signAsPortal("review", statement) }, "evaluation-key");
    await refuseReview({ statement, signature: t.sign("legal", "decision", statement) }, "signature");
    const decided = await t.granted();
    await refuseReview(reviewed(t, submission, { grant: decided.grant }), "unknown-grant");
    expect(grant).toBe(statement.grant);
    await refuse(brokenGlass(t, await sealed()), "review-due");
  });

  test("a review must wait until the use is over, so that no opening follows it", async () => {
    const { items, submission, grant } = await broken();
    await refuseReview(reviewed(t, submission), "dates");
    await t.client.open(look(grant, items));
    waitOut();
    await t.client.review(reviewed(t, submission));
    await expect(t.client.open(look(grant, items))).rejects.toMatchObject(refusedFor("dates"));
  });

  test("a holder whose own use is unreviewed cannot review, so two holders cannot clear each other", async () => {
    const { submission } = await broken("glass");
    const own = await broken("keeper");
    waitOut();
    await refuseReview(reviewed(t, submission, {}, "keeper"), "review-due");
    await t.client.review(reviewed(t, own.submission, {}, "chair"));
    expect((await t.client.review(reviewed(t, submission, {}, "keeper"))).ok).toBe(true);
  });

  test("a review counts once: a repetition gets the same answer, a different verdict changes nothing", async () => {
    const { submission } = await broken();
    waitOut();
    const unjustified = reviewed(t, submission, { outcome: "unjustified" });
    const first = await t.client.review(unjustified);
    await t.restart();
    expect(await t.client.review(unjustified)).toEqual(first);
    await refuseReview(reviewed(t, submission), "grant-conflict");
    await refuseReview(reviewed(t, submission, {}, "approver"), "grant-conflict");
    await refuse(brokenGlass(t, await sealed()), "review-due");
  });

  test("a review after 72 hours counts and is marked as late", async () => {
    const { submission } = await broken();
    t.clock.advance(REVIEW_MS + 1);
    await refuse(brokenGlass(t, await sealed()), "review-due");
    expect((await t.client.review(reviewed(t, submission))).late).toBe(true);
    expect((await t.client.submitGrant(brokenGlass(t, await sealed()))).ok).toBe(true);
  });

  test("a review of an earlier use does not clear a later one", async () => {
    const { submission } = await broken();
    waitOut();
    await t.client.review(reviewed(t, submission));
    await t.client.submitGrant(brokenGlass(t, await sealed()));
    await t.client.review(reviewed(t, submission));
    await refuse(brokenGlass(t, await sealed()), "review-due");
  });
});

test("a custodian with a lost journal has forgotten the block, as the threat model says", async () => {
  const { submission } = await broken();
  await t.halt();
  rmSync(t.journalFile);
  await t.restart();
  const items = await sealed();
  expect((await t.client.submitGrant(brokenGlass(t, items))).ok).toBe(true);
  // A forgotten use can no longer be reviewed, and blocks no one.
  await expect(t.client.review(reviewed(t, submission))).rejects.toMatchObject(refusedFor("unknown-grant"));
});

test("in an evaluation the portal signs for holders and reviewers without keys, and every answer is marked", async () => {
  const demo = await TestCustodian.start({ isEvaluation: true, roster: false });
  try {
    const roster = demo.roster();
    const persons = roster.persons.map((person) => ({
      ...person,
      credentials: [{ kind: "portal-evaluation" as const }],
    }));
    await demo.writeRoster({ ...roster, persons });
    const items = await demo.seal(GROUPS);
    const honest = brokenGlass(demo, items);
    const { statement } = honest.emergency;
    const emergency = { statement, signature: demo.signAsPortal("break-glass", statement) };
    const accepted = await demo.client.submitGrant({ ...honest, emergency, registrations: items });
    expect(accepted.statement.assurance).toBe("evaluation");
    demo.clock.advance(MAX_EMERGENCY_MS);
    const review = reviewed(demo, honest, { emergency: recordDigest(statement) }).statement;
    const signed = { statement: review, signature: demo.signAsPortal("review", review) };
    expect((await demo.client.review(signed)).assurance).toBe("evaluation");
  } finally {
    await demo.stop();
  }
});
