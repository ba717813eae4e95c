import { rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { toBase64url } from "@/lib/crypto/bytes";
import { randomBytes } from "@/lib/crypto/primitives";
import { uuidv7 } from "@/lib/crypto/uuid";
import type { RegistrationItem } from "@/lib/escrow/protocol/messages";
import type { Refusal } from "@/lib/escrow/protocol/refusals";
import { recordDigest, validityTime } from "@/lib/escrow/protocol/statements";
import type { ReleaseSubmission } from "@/lib/escrow/protocol/submissions";
import { askedFor, released } from "@/lib/testing/custodian/break-glass";
import { type PersonName, TEST_LOG, TestCustodian } from "@/lib/testing/custodian/custodian";

// A custodian without CUSTODIAN_EVALUATION. "The portal" knows all data and has no one's key.
let t: TestCustodian;
beforeAll(async () => {
  t = await TestCustodian.start();
});
afterAll(() => t.stop());

const DAY_MS = 86_400_000;
const at = (ms: number): string => validityTime(new Date(t.clock.nowMs() + ms));
const refusedFor = (reason: Refusal) => ({ code: "custodian.refused", extra: { reason } });

async function sealed(): Promise<RegistrationItem[]> {
  const items = await t.seal();
  await t.client.register(items);
  return items;
}

async function taken(): Promise<{ items: RegistrationItem[]; submission: ReleaseSubmission; grant: string }> {
  const items = await sealed();
  const submission = released(t, items);
  await t.client.submitGrant(submission);
  return { items, submission, grant: submission.grant };
}

const refuse = (submission: ReleaseSubmission, reason: Refusal) =>
  expect(t.client.submitGrant(submission)).rejects.toMatchObject(refusedFor(reason));

describe("a release by two executives", () => {
  test("a release gives what the request asked, and opens it", async () => {
    const items = await sealed();
    const submission = released(t, items);
    const { statement } = await t.client.submitGrant(submission);
    expect(statement).toMatchObject({
      transactions: [items[0]?.tx],
      groups: ["amount", "pricing"],
      masked_groups: [],
      level: "full",
      purpose: "audit",
      requester: "regulator-001",
      max_views: 3,
      assurance: "signed",
    });
    const opened = await t.client.open(t.opening(submission.grant, items));
    expect(opened.data).toEqual({ amount: { amount: "1000" }, pricing: { rate: "0.1" } });
    expect(opened.salts).toEqual({});
    const proven = await t.client.open({ ...t.opening(submission.grant, items), withSalts: true });
    expect(proven.salts).toEqual({
      amount: { amount: expect.stringMatching(/^[A-Za-z0-9_-]{22}$/) },
      pricing: { rate: expect.stringMatching(/^[A-Za-z0-9_-]{22}$/) },
    });
  });

  test("a repeated release gets the first answer, also after restarts between all steps", async () => {
    const items = await sealed();
    const submission = released(t, items);
    await t.restart();
    await t.client.submitGrant(submission);
    await t.restart();
    expect((await t.client.submitGrant(submission)).ok).toBe(true);
    expect((await t.client.open(t.opening(submission.grant, items))).viewsLeft).toBe(2);
    await t.restart();
    expect((await t.client.open(t.opening(submission.grant, items))).viewsLeft).toBe(1);
  });

  test("a release stays within the instrument: a demand shows no personal group unmasked", async () => {
    const items = await t.seal({ narrative: { narrative: "Zebrafink" } });
    const record = { ...t.record(), kind: "statutory_demand" as const };
    const submission = released(t, items, { terms: { authorization: recordDigest(record) } });
    const { statement } = await t.client.submitGrant({ ...submission, authorization: record });
    expect(statement.masked_groups).toEqual(["narrative"]);
  });
});

describe("a lying portal in a release", () => {
  test("the portal cannot change what the two signed, or sign for one of them", async () => {
    const items = await sealed();
    const honest = released(t, items);
    const [one, two] = honest.releases;
    if (one === undefined || two === undefined) throw new Error("two releases expected");
    for (const lie of [
      { max_views: 4 },
      { not_after: at(20 * DAY_MS) },
      { requester: "regulator-002" },
      { purpose: "compliance" },
    ]) {
      const releases = [one, two].map(({ statement, signature }) => ({
        statement: { ...statement, ...lie },
        signature,
      }));
      await refuse({ ...honest, releases }, "signature");
    }
    const byPortal = { statement: two.statement, signature: t.signAsPortal("release", two.statement) };
    await refuse({ ...honest, releases: [one, byPortal] }, "evaluation-key");
    const byOther = { statement: two.statement, signature: t.sign("legal", "release", two.statement) };
    await refuse({ ...honest, releases: [one, byOther] }, "signature");
    const asDecision = { statement: two.statement, signature: t.sign("officer", "decision", two.statement) };
    await refuse({ ...honest, releases: [one, asDecision] }, "signature");
  });

  test("one person cannot sign as both executives", async () => {
    const items = await sealed();
    await refuse(released(t, items, { by: ["chair", "chair"] }), "same-person");
  });

  test("a release needs exactly two statements", async () => {
    const items = await sealed();
    const honest = released(t, items);
    await refuse({ ...honest, releases: honest.releases.slice(0, 1) }, "format");
    await refuse({ ...honest, releases: [...honest.releases, ...honest.releases.slice(0, 1)] }, "format");
  });

  test("the two statements must have the same terms", async () => {
    const items = await sealed();
    const one = released(t, items);
    const other = released(t, items);
    const releases = [...one.releases.slice(0, 1), ...other.releases.slice(1)];
    await refuse({ ...one, releases }, "statement");
  });

  test.each<[PersonName, Refusal]>([
    ["legal", "duty"],
    ["approver", "duty"],
    ["both", "duty"],
    ["glass", "duty"],
    ["director", "organisation"],
    ["colleague", "organisation"],
    ["regulator", "self-approval"],
    ["owner", "party"],
  ])("the portal cannot let %s release: %s", async (name, reason) => {
    const items = await sealed();
    await refuse(released(t, items, { by: ["chair", name] }), reason);
    await refuse(released(t, items, { by: [name, "chair"] }), reason);
  });

  test("the custodian detects at the opening at the latest that an executive belongs to a party", async () => {
    const items = await t.seal();
    const submission = released(t, items, { by: ["chair", "owner"] });
    await t.client.submitGrant(submission);
    await expect(t.client.open(t.opening(submission.grant, items))).rejects.toMatchObject(
      refusedFor("party"),
    );
  });

  test("a release cannot give more, less or a longer time than the request asked, even if both sign it", async () => {
    const items = await sealed();
    const [amount] = items;
    if (amount === undefined) throw new Error("a group expected");
    const cases: [Parameters<typeof released>[2], Refusal][] = [
      [{ record: { groups: ["amount"] } }, "groups"],
      [{ record: { groups: ["amount", "pricing", "narrative"] } }, "groups"],
      [{ record: { transactions: [uuidv7(1)] } }, "scope"],
      [{ record: { level: "masked" } }, "level"],
      [{ record: { purpose: "compliance" } }, "purpose"],
      [{ record: { requester: "regulator-002" } }, "requester"],
      [{ record: { max_views: 2 } }, "scope"],
      [{ record: { request: uuidv7(2) }, terms: { request: uuidv7(3) } }, "request"],
      [{ record: { log: "other.example/log" } }, "request"],
      [{ record: { until: at(60_000) } }, "dates"],
      [{ record: { from: at(60_000) } }, "dates"],
      [{ terms: { not_after: at(31 * DAY_MS) } }, "dates"],
    ];
    for (const [over, reason] of cases) await refuse(released(t, items, over), reason);
    const honest = released(t, items);
    await refuse({ ...honest, request: askedFor(items, { reference: "A-2" }) }, "request-digest");
  });

  test("a release needs its legal authority, and no other one", async () => {
    const items = await sealed();
    const honest = released(t, items);
    await refuse({ ...honest, authorization: { ...t.record(), kind: "subpoena" } }, "authorization");
    const { authorization: _authorization, ...without } = honest;
    await expect(t.client.submitGrant(JSON.parse(JSON.stringify(without)))).rejects.toMatchObject(
      refusedFor("format"),
    );
  });

  test("the custodian refuses a release that is expired, for another log, or used before", async () => {
    const items = await sealed();
    await refuse(released(t, items, { terms: { not_before: at(-2000), not_after: at(-1000) } }), "dates");
    await refuse(released(t, items, { terms: { log: "other.example/log" } }), "log");
    const { submission } = await taken();
    await refuse({ ...submission, grant: uuidv7(t.clock.nowMs()) }, "nonce");
    const [decision] = (await t.granted()).submission.decisions;
    await refuse(released(t, items, { terms: { nonce: decision?.statement.nonce ?? "" } }), "nonce");
    const nonce = submission.releases[0]?.statement.nonce ?? "";
    await expect(
      t.client.submitGrant(t.submission({ transactions: [items[0]?.tx ?? ""], nonce })),
    ).rejects.toMatchObject(refusedFor("nonce"));
  });

  test("decisions cannot serve as a release, and a release cannot serve as decisions", async () => {
    const items = await sealed();
    const decided = t.submission({ transactions: [items[0]?.tx ?? ""] });
    const honest = released(t, items);
    for (const body of [
      { ...honest, releases: decided.decisions },
      { ...decided, decisions: honest.releases },
    ]) {
      await expect(t.client.submitGrant(JSON.parse(JSON.stringify(body)))).rejects.toMatchObject(
        refusedFor("format"),
      );
    }
  });
});

describe("the end of a released grant", () => {
  const end = (grant: string) => ({ grant, reason: "an impostor", at: validityTime(t.clock.now()) });
  const signedEnd = (grant: string, by: PersonName, over: { grant?: string; log?: string } = {}) => {
    const statement = { log: TEST_LOG, grant, person: t.people[by].person.person, ...over };
    return { statement, signature: t.sign(by, "release-end", statement) };
  };

  test("an unsigned request and a coordinator's signature cannot end a released grant", async () => {
    const { items, grant } = await taken();
    const other = await taken();
    const refused = (ended: ReturnType<typeof signedEnd> | undefined, reason: Refusal) =>
      expect(
        t.client.revoke({ ...end(grant), ...(ended === undefined ? {} : { ended_by: ended }) }),
      ).rejects.toMatchObject(refusedFor(reason));
    await refused(undefined, "released");
    await refused(signedEnd(grant, "legal"), "duty");
    await refused(signedEnd(grant, "approver"), "duty");
    await refused(signedEnd(grant, "chair", { grant: other.grant }), "statement");
    await refused(signedEnd(grant, "chair", { log: "other.example/log" }), "log");
    const statement = { log: TEST_LOG, grant, person: "board:chair" };
    await refused({ statement, signature: t.sign("legal", "release-end", statement) }, "signature");
    await refused({ statement, signature: t.signAsPortal("release-end", statement) }, "evaluation-key");
    const suspended = t.client.suspend({ grant, reason: "stop", at: validityTime(t.clock.now()) });
    await expect(suspended).rejects.toMatchObject(refusedFor("released"));
    await t.restart();
    expect((await t.client.open(t.opening(grant, items))).viewsLeft).toBe(2);
  });

  test.each<PersonName>(["officer", "regulator"])(
    "the signature of %s ends a released grant for good",
    async (name) => {
      const { items, submission, grant } = await taken();
      const ended = { ...end(grant), ended_by: signedEnd(grant, name) };
      await t.client.revoke(ended);
      await t.client.revoke(ended);
      await t.client.revoke(end(grant));
      await t.restart();
      await expect(t.client.open(t.opening(grant, items))).rejects.toMatchObject(refusedFor("revoked"));
      await refuse(submission, "revoked");
      await refuse({ ...submission, grant: uuidv7(t.clock.nowMs()) }, "nonce");
    },
  );

  test("the custodian's clock ends a released grant", async () => {
    const { items, grant } = await taken();
    t.clock.advance(DAY_MS);
    await expect(t.client.open(t.opening(grant, items))).rejects.toMatchObject(refusedFor("dates"));
    t.clock.advance(-DAY_MS);
  });

  test("an end for an id that came before the grant does not stop another id for the same release", async () => {
    const items = await sealed();
    const submission = released(t, items);
    await t.client.revoke(end(submission.grant));
    await refuse(submission, "revoked");
    expect((await t.client.submitGrant({ ...submission, grant: uuidv7(t.clock.nowMs()) })).ok).toBe(true);
  });
});

test("a custodian with a lost journal opens nothing that was released before, until it gets the release again", async () => {
  const own = await TestCustodian.start();
  try {
    const items = await own.seal();
    const submission = released(own, items);
    await own.client.submitGrant({ ...submission, registrations: items });
    await own.client.open(own.opening(submission.grant, items));
    await own.halt();
    rmSync(own.journalFile);
    await own.restart();
    await expect(own.client.open(own.opening(submission.grant, items))).rejects.toMatchObject(
      refusedFor("unknown-grant"),
    );
    // The journal is lost, so the same statements count again until they expire.
    expect((await own.client.submitGrant(submission)).ok).toBe(true);
    expect((await own.client.open(own.opening(submission.grant, items))).viewsLeft).toBe(2);
  } finally {
    await own.stop();
  }
});

test("in an evaluation the portal signs for executives without keys, and every answer is marked", async () => {
  const demo = await TestCustodian.start({ isEvaluation: true, roster: false });
  try {
    const roster = demo.roster();
    const persons = roster.persons.map((person) => ({
      ...person,
      credentials: [{ kind: "portal-evaluation" as const }],
    }));
    await demo.writeRoster({ ...roster, persons });
    const items = await demo.seal();
    const honest = released(demo, items, { terms: { nonce: toBase64url(randomBytes(32)) } });
    const releases = honest.releases.map(({ statement }) => ({
      statement,
      signature: demo.signAsPortal("release", statement),
    }));
    const accepted = await demo.client.submitGrant({ ...honest, releases, registrations: items });
    expect(accepted.statement.assurance).toBe("evaluation");
  } finally {
    await demo.stop();
  }
});
