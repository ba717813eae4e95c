import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DEFAULT_DOCUMENT } from "@/lib/access/policy/default-document";
import { ExampleFacts } from "@/lib/access/policy/policy-document";
import { prepareLog } from "@/lib/audit/sequencer/sequencer";
import type { Context } from "@/lib/context/context";
import { toBase64url, utf8 } from "@/lib/crypto/bytes";
import { sha256 } from "@/lib/crypto/primitives";
import { activateSet } from "@/lib/policies/activate-set";
import { createDraft } from "@/lib/policies/create-draft";
import { getActiveSet, getSet, listSets } from "@/lib/policies/get-set";
import { rollBackSet } from "@/lib/policies/roll-back";
import { saveDraft, validateSet } from "@/lib/policies/save-draft";
import { scheduleSet, withdrawSet } from "@/lib/policies/schedule-set";
import { decideSet, submitSet } from "@/lib/policies/submit-set";
import { createPolicyBench, type PolicyBench } from "@/lib/testing/benches/policy-bench";
import { outcomeOf, refusalOf } from "@/lib/testing/benches/refusal";
import { pastTriggers } from "@/lib/testing/log/past-triggers";

const DAY = 86_400_000;
let bench: PolicyBench;
beforeAll(async () => {
  bench = await createPolicyBench();
  // A change of periods is written into the log.
  const { sequencerPool, place } = bench.portal.audit;
  await prepareLog(sequencerPool, place);
});
afterAll(() => bench?.close());

const approve = { decision: "approve", reason: "read with the dry run" } as const;

describe("a new instance", () => {
  it("decides by set 1, the default policies, activated by the portal with an entry", async () => {
    const first = await getSet(bench.greta, 1);
    expect(first).toMatchObject({ number: 1, author: null, document: DEFAULT_DOCUMENT });
    expect(first.activations.at(-1)).toMatchObject({ seq: 1, why: "first", by: null });
    expect(bench.runtime.policies.active().version).toBe(first.version);
  });
});

describe("reading", () => {
  it("is for the duties that write, administrators and auditors, and no one else", async () => {
    const auditor = await bench.person({ role: "auditor", organisationId: bench.agency });
    for (const who of [bench.anke, bench.jonas, bench.clara, bench.greta, auditor])
      expect(await outcomeOf(listSets(who, { limit: 50 }))).toBe("done");
    const others = [
      await bench.person({ role: "regulator", organisationId: bench.agency }),
      await bench.person({ role: "coordinator", duties: ["support"] }),
    ];
    for (const who of others) {
      expect(await outcomeOf(listSets(who, { limit: 50 }))).toBe("access.forbidden");
      expect(await outcomeOf(getSet(who, 1))).toBe("access.forbidden");
      expect(await outcomeOf(validateSet(who, 1, {}))).toBe("access.forbidden");
    }
    expect((await getSet(auditor, 1)).may).toEqual([]);
    const { number } = await bench.draft();
    for (const who of [auditor, bench.greta]) {
      expect((await refusalOf(getSet(who, number))).detail).toContain("was never in force");
      const { items } = await listSets(who, { limit: 50 });
      expect(items.map((one) => one.number)).not.toContain(number);
      expect((await listSets(who, { limit: 50, state: "draft" })).items).toEqual([]);
    }
    expect(await bench.entries("policy.read")).toBeGreaterThan(0);
  });

  it("lists sets newest first, page by page, and answers an unknown number as not found", async () => {
    const { number } = await bench.draft();
    const first = await listSets(bench.anke, { limit: 1 });
    expect(first).toMatchObject({ items: [{ number, state: "draft" }], may_create: true });
    const next = await listSets(bench.anke, { limit: 1, cursor: Number(first.next_cursor) });
    expect(next.items[0]?.number).toBeLessThan(number);
    expect(await outcomeOf(getSet(bench.anke, 9_999))).toBe("policy.not-found");
  });
});

describe("a draft", () => {
  it("is a copy of the active set with the next number, and changes only for its author", async () => {
    const made = await createDraft(bench.anke, { title: "A draft", reason: "try" });
    const { document } = await getSet(bench.anke, made.number);
    expect(made.state).toBe("draft");
    expect(document).toEqual((await getActiveSet(bench.anke)).document);
    expect(made.may.toSorted()).toEqual(["save", "submit", "withdraw"]);
    const body = { document, title: "Another name" };
    expect(await outcomeOf(saveDraft(bench.jonas, made.number, body, undefined))).toBe(
      "policy.second-person",
    );
    expect(await saveDraft(bench.anke, made.number, body, undefined)).toMatchObject({
      title: "Another name",
    });
    expect(await outcomeOf(createDraft(bench.greta, { title: "x", reason: "y" }))).toBe("access.forbidden");
    expect(await bench.entries("policy.draft")).toBeGreaterThan(0);
  });

  it("is not saved over a revision that was not read", async () => {
    const { number, revision, document } = await bench.draft();
    expect(await outcomeOf(saveDraft(bench.anke, number, { document }, `"${revision - 1}"`))).toBe(
      "request.outdated",
    );
    expect(await outcomeOf(saveDraft(bench.anke, number, { document }, "nonsense"))).toBe("request.invalid");
    expect(await outcomeOf(saveDraft(bench.anke, number, { document }, `"${revision}"`))).toBe("done");
    expect(await outcomeOf(saveDraft(bench.anke, number, { document }, undefined))).toBe("done");
  });

  it("is refused with each fault at its place: text, type, warning, repeated id and example", async () => {
    const { number, document } = await bench.draft();
    const [first, ...others] = document.policies;
    const texts: readonly (readonly [string, string])[] = [
      ["permit(principal, action, resource) when { ;", "/document/policies/0/text"],
      [
        'permit(principal, action == Action::"open", resource)\nwhen { context.nothing == 1 };',
        "/document/policies/0/text",
      ],
      ['permit(principal, action == Action::"open", resource) when { false };', "/document/policies/0/text"],
    ];
    for (const [text, pointer] of texts) {
      const policies = [{ id: "a-fault", text, examples: [] }, ...others];
      const refused = await refusalOf(
        saveDraft(bench.anke, number, { document: { ...document, policies } }, undefined),
      );
      expect([text, refused.code, refused.errors[0]?.pointer]).toEqual([text, "policy.invalid", pointer]);
      expect(refused.errors[0]?.detail).toMatch(/^Line \d+, column \d+: /);
    }
    const twice = { ...document, policies: [...document.policies, ...(first === undefined ? [] : [first])] };
    expect(await outcomeOf(saveDraft(bench.anke, number, { document: twice }, undefined))).toBe(
      "policy.invalid",
    );
    const example = first?.examples[0];
    if (first === undefined || example === undefined) throw new TypeError("no example");
    const wrong = { ...example, name: "A wrong example", expect: "refuse" as const };
    const examples = [...first.examples, wrong];
    const missed = { ...document, policies: [{ ...first, examples }, ...others] };
    const refused = await refusalOf(saveDraft(bench.anke, number, { document: missed }, undefined));
    expect(refused.errors).toEqual([
      { pointer: "/document/policies/0/examples", detail: expect.stringContaining("A wrong example: ") },
    ]);
    expect((await getSet(bench.anke, number)).document).toEqual(document);
  });

  it("has for each policy an example that is allowed and one that is refused, or is not saved", async () => {
    const { number, document } = await bench.draft();
    const [first, ...others] = document.policies;
    if (first === undefined) throw new TypeError("no policy");
    const with_ = (expect?: string) => {
      const examples = first.examples.filter((one) => one.expect === expect);
      return { ...document, policies: [{ ...first, examples }, ...others] };
    };
    for (const [kind, absent] of [
      [undefined, ["Examples: Add an example that is allowed.", "Examples: Add an example that is refused."]],
      ["allow", ["Examples: Add an example that is refused."]],
      ["refuse", ["Examples: Add an example that is allowed."]],
    ] as const) {
      const refused = await refusalOf(saveDraft(bench.anke, number, { document: with_(kind) }, undefined));
      expect(refused.errors.map(({ detail }) => detail)).toEqual(absent);
      expect(refused.errors[0]?.pointer).toBe("/document/policies/0/examples");
    }
  });

  it("that takes seconds to check leaves the portal free to answer", async () => {
    const { number, document } = await bench.draft();
    // It calculates, so each example is asked of Cedar.
    const text = (at: number) =>
      `permit(principal, action == Action::"open", resource) when { resource.ageDays + ${at} == ${-at} };`;
    const examples = (at: number) =>
      [0, 1, 2, 3].map((n) => ({
        ...{ name: `refused ${n}`, expect: "refuse" as const },
        facts: ExampleFacts.parse({ role: "admin", purpose: "audit", age_days: at * 4 + n }),
      }));
    const many = Array.from({ length: 400 }, (_, at) => ({
      ...{ id: `many-${at}`, text: text(at), examples: examples(at) },
    }));
    let longest = 0;
    let last = performance.now();
    const timer = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 5);
    const began = performance.now();
    await validateSet(bench.anke, number, {
      document: { ...document, policies: [...document.policies, ...many] },
    });
    clearInterval(timer);
    const whole = performance.now() - began;
    // Reading the policies is one piece; the examples are not.
    expect(longest).toBeLessThan(whole / 2);
  });

  it("of 2,000 policies, of a megabyte, with a foreign id or a quorum of 0 has one clear fault and is not stored", async () => {
    const { number, document, revision } = await bench.draft();
    const policy = { id: "one", text: "permit(principal, action, resource);", examples: [] };
    const many = Array.from({ length: 2_000 }, (_, index) => ({ ...policy, id: `policy-${index}` }));
    const long = { ...policy, text: "x".repeat(1_000_000) };
    const homoglyph = { ...policy, id: "hоurs" };
    const settings = { ...document.settings, quorums: { legal: 0, coordinator: 1 } };
    for (const given of [
      { ...document, policies: many },
      { ...document, policies: [long] },
      { ...document, policies: [homoglyph] },
      { ...document, settings },
      { ...document, policies: [{ ...policy, examples: Array.from({ length: 2_001 }, () => ({})) }] },
      // A reader sees another text than Cedar.
      { ...document, policies: [{ ...policy, text: `// \u202e nothing\n${policy.text}` }] },
      { ...document, more: true },
      {},
    ]) {
      const answer = await validateSet(bench.anke, number, { document: given });
      expect(answer).toMatchObject({ valid: false, document_digest: null });
      expect(answer.faults).not.toEqual([]);
      expect(answer.faults.every(({ message }) => message.length < 500)).toBe(true);
    }
    expect(await validateSet(bench.anke, number, {})).toMatchObject({ valid: true, faults: [] });
    expect((await getSet(bench.anke, number)).revision).toBe(revision);
  });
});

describe("a submission", () => {
  it("takes a finished dry run of this text against the active set", async () => {
    const { number, document } = await bench.draft();
    expect(await outcomeOf(submitSet(bench.anke, number, undefined))).toBe("policy.dry-run");
    await bench.dryRun(number);
    const settings = { ...document.settings, review_days: 59 };
    await saveDraft(bench.anke, number, { document: { ...document, settings } }, undefined);
    expect(await outcomeOf(submitSet(bench.anke, number, undefined))).toBe("policy.dry-run");
    await bench.dryRun(number);
    expect(await outcomeOf(submitSet(bench.jonas, number, undefined))).toBe("policy.second-person");
    const done = await submitSet(bench.anke, number, undefined);
    expect(done).toMatchObject({ state: "submitted", gains: false, needs: ["approval"] });
    expect(await outcomeOf(saveDraft(bench.anke, number, { document }, undefined))).toBe("policy.state");
  });

  it("cannot change in the database once it was made", async () => {
    const { number } = await bench.submitted();
    const change = (set: string) => bench.query(`UPDATE policy_set SET ${set} WHERE number = $1`, [number]);
    await expect(change("document = document || ' '")).rejects.toThrow("changes as a draft only");
    await expect(change("number = 500")).rejects.toThrow("keeps its number and author");
    await expect(change(`author = '${bench.jonas.principal.userId}'`)).rejects.toThrow("keeps its number");
    await expect(change("gains = NOT gains")).rejects.toThrow("was submitted with stays");
    await expect(change("state = 'active', active_from = now()")).rejects.toThrow("cannot go from submitted");
    await expect(change("state = 'approved'")).rejects.toThrow("needs its approvals");
    await expect(bench.query("DELETE FROM policy_set WHERE number = $1", [number])).rejects.toThrow("stays");
  });
});

describe("an approval", () => {
  it("is of the submission that its person read: not of one that came later", async () => {
    const { number, revision } = await bench.submitted();
    await bench.decide(bench.jonas, number, { decision: "send_back", reason: "look again" });
    const { document } = await getSet(bench.anke, number);
    const settings = { ...document.settings, review_days: 61 - document.settings.review_days };
    await saveDraft(bench.anke, number, { document: { ...document, settings } }, undefined);
    await bench.dryRun(number);
    const again = await submitSet(bench.anke, number, undefined);
    const stale = decideSet(bench.jonas, number, { ...approve, revision });
    expect(await outcomeOf(stale)).toBe("request.conflict");
    const read = decideSet(bench.jonas, number, { ...approve, revision: again.revision });
    expect(await read).toMatchObject({ state: "approved" });
  });

  it("has only duties of its person, and a submission only its own dry run, in the database too", async () => {
    const { number } = await bench.submitted("counterexample");
    const [row] = await bench.query("SELECT * FROM policy_set WHERE number = $1", [number]);
    const insert = (duties: string, who = bench.jonas) =>
      bench.query(
        `INSERT INTO policy_approval (id, tenant_id, set_id, round, user_id, decision, duties, reason, document_digest, at, entry_id)
         VALUES (gen_random_uuid(), $1, $2, $3, $4, 'approve', $6, 'r', $5, now(), gen_random_uuid())`,
        [row?.tenant_id, row?.id, row?.round, who.principal.userId, row?.document_digest, duties],
      );
    for (const duties of ["{approve,legal}", "{legal}", "{}"])
      await expect(insert(duties)).rejects.toThrow("decided on with a duty");
    await expect(insert("{approve}", bench.greta)).rejects.toThrow("decided on with a duty");
    const other = await bench.draft();
    const run = await bench.dryRun(other.number, "counterexample");
    const submit = (set: string) =>
      bench.query(
        `UPDATE policy_set SET state = 'submitted', submitted_at = now(), ${set} WHERE number = $1`,
        [other.number],
      );
    const of = (
      id: string,
      gains: boolean,
      base = "(SELECT number FROM policy_set WHERE state = 'active')",
    ) => `round = round + 1, run_id = '${id}', gains = ${gains}, base_number = ${base}`;
    for (const set of [of(run, false), of(String(row?.run_id), true), of(run, true, "0")])
      await expect(submit(set)).rejects.toThrow("submitted with its dry run");
  });

  it("by one person with the duty approve is enough where no one gains", async () => {
    const { number } = await bench.submitted();
    const done = await bench.decide(bench.jonas, number, approve);
    expect(done).toMatchObject({
      state: "approved",
      approvals: [{ decision: "approve", counts: true }],
      needs: [],
    });
    expect(await outcomeOf(bench.decide(bench.clara, number, approve))).toBe("policy.state");
  });

  it.each(["counterexample", "undecided"] as const)(
    "takes two people, one of them with the duty legal, where the proof said %s",
    async (outcome) => {
      const { number } = await bench.submitted(outcome);
      expect(await bench.decide(bench.jonas, number, approve)).toMatchObject({
        state: "submitted",
        needs: ["legal"],
      });
      expect(await outcomeOf(bench.decide(bench.jonas, number, approve))).toBe("policy.second-person");
      expect(await bench.decide(bench.clara, number, approve)).toMatchObject({
        state: "approved",
        gains: true,
      });
    },
  );

  it("takes two people also where a number of the settings is looser, which no proof is about", async () => {
    const { number } = await bench.draft();
    await bench.dryRun(number, "proved", { isLooser: true });
    const set = await submitSet(bench.anke, number, undefined);
    expect(set).toMatchObject({ gains: true, needs: ["approval", "legal"] });
  });

  it("by one person with both duties does not stand for two people", async () => {
    const both = await bench.person({ role: "coordinator", duties: ["approve", "legal"] });
    const { number } = await bench.submitted("counterexample");
    expect(await bench.decide(both, number, approve)).toMatchObject({
      state: "submitted",
      needs: ["approval"],
    });
    expect(await bench.decide(bench.jonas, number, approve)).toMatchObject({ state: "approved" });
  });

  it("is refused for the author, for people who gain, and for duties that do not decide", async () => {
    const author = await bench.person({ role: "coordinator", duties: ["approve"] });
    const { number } = await bench.draft(author);
    await bench.dryRun(number, "counterexample", { gainers: [bench.jonas.principal.userId] });
    await submitSet(author, number, undefined);
    expect(await outcomeOf(bench.decide(author, number, approve))).toBe("policy.second-person");
    expect((await refusalOf(bench.decide(bench.jonas, number, approve))).detail).toContain("You would gain");
    expect(await outcomeOf(bench.decide(bench.anke, number, approve))).toBe("access.forbidden");
  });

  it("is gone where the set was sent back; a refused set is over", async () => {
    const { number } = await bench.submitted("counterexample");
    await bench.decide(bench.jonas, number, approve);
    const back = await bench.decide(bench.clara, number, { decision: "send_back", reason: "name the order" });
    expect(back).toMatchObject({ state: "draft", gains: null });
    expect(back.approvals.map(({ counts }) => counts)).toEqual([false, false]);
    expect(await submitSet(bench.anke, number, undefined)).toMatchObject({ state: "submitted" });
    expect((await getSet(bench.anke, number)).needs).toEqual(["approval", "legal"]);
    const refused = await bench.decide(bench.clara, number, { decision: "refuse", reason: "not needed" });
    expect(refused).toMatchObject({ state: "refused", end_reason: "not needed", may: [] });
    expect(await outcomeOf(submitSet(bench.anke, number, undefined))).toBe("policy.state");
  });

  it("of one person by two accounts, or of the author by another, is refused by the database too", async () => {
    const { number } = await bench.submitted();
    const [row] = await bench.query(
      "SELECT id, tenant_id, round, document_digest FROM policy_set WHERE number = $1",
      [number],
    );
    const insert = bench.query(
      `INSERT INTO policy_approval (id, tenant_id, set_id, round, user_id, decision, duties, reason, document_digest, at, entry_id)
       VALUES (gen_random_uuid(), $1, $2, $3, $4, 'approve', '{approve}', 'r', $5, now(), gen_random_uuid())`,
      [row?.tenant_id, row?.id, row?.round, bench.anke.principal.userId, row?.document_digest],
    );
    await expect(insert).rejects.toThrow("needs another person");
  });
});

describe("an activation", () => {
  it("switches the pointer once, for the approved set, and supersedes the former one", async () => {
    const before = await getActiveSet(bench.anke);
    const { number } = await bench.submitted();
    expect(await outcomeOf(activateSet(bench.anke, number))).toBe("policy.state");
    await bench.decide(bench.jonas, number, approve);
    expect(await outcomeOf(activateSet(bench.greta, number))).toBe("access.forbidden");
    const done = await activateSet(bench.anke, number);
    expect(done).toMatchObject({ state: "active", activations: [{ why: "activate" }] });
    expect(await getSet(bench.anke, before.number)).toMatchObject({ state: "superseded" });
    expect((await getActiveSet(bench.anke)).number).toBe(number);
    expect((await listSets(bench.anke, { limit: 1 })).active).toBe(number);
  });

  it("by two people at once happens once; the other person gets a refusal", async () => {
    const { number } = await bench.approved();
    const both = await Promise.allSettled([
      activateSet(bench.anke, number),
      activateSet(bench.jonas, number),
    ]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(await outcomeOf(activateSet(bench.clara, number))).toBe("policy.superseded");
  });

  it("of one of two approved sets sends the other back to its author, for a new dry run", async () => {
    const [one, other] = [await bench.approved(), await bench.approved()];
    const both = await Promise.allSettled([
      activateSet(bench.anke, one.number),
      activateSet(bench.jonas, other.number),
    ]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    const loser = (await getActiveSet(bench.anke)).number === one.number ? other.number : one.number;
    expect(await outcomeOf(activateSet(bench.clara, loser))).toBe("policy.superseded");
    expect(await getSet(bench.anke, loser)).toMatchObject({ state: "draft" });
    expect(await outcomeOf(submitSet(bench.anke, loser, undefined))).toBe("policy.dry-run");
    await bench.dryRun(loser);
    expect(await submitSet(bench.anke, loser, undefined)).toMatchObject({ state: "submitted" });
  });
});

/** The same people on an instance for real data. */
const real = (who: Context): Context => ({ ...who, instance: { ...who.instance, evaluation: false } });

describe("a set by which someone gains", () => {
  it("can become active 24 hours after its last approval, and not before, also by a schedule", async () => {
    const { number } = await bench.submitted("counterexample");
    await bench.decide(bench.jonas, number, approve);
    const agreed = bench.clock.nowMs();
    await bench.decide(bench.clara, number, approve);
    const earliest = new Date(agreed + DAY).toISOString();
    expect(await getSet(real(bench.anke), number)).toMatchObject({ state: "approved", earliest });
    const at = (ms: number) => ({ at: new Date(agreed + ms).toISOString() });
    bench.clock.advance(DAY - 1);
    const early = await refusalOf(activateSet(real(bench.anke), number));
    expect(early).toMatchObject({ code: "policy.waits", status: 409, extra: { earliest } });
    bench.clock.advance(1 - DAY);
    expect(await outcomeOf(scheduleSet(real(bench.anke), number, at(DAY - 1)))).toBe("policy.waits");
    await scheduleSet(real(bench.anke), number, at(DAY));
    bench.clock.advance(DAY);
    expect(await activateSet(real(bench.anke), number)).toMatchObject({ state: "active", earliest: null });
  });

  it("or that keeps the log for a shorter time becomes active 7 days after its last approval", async () => {
    const { number, document } = await bench.draft();
    const { settings } = document;
    const retention = {
      ...settings.retention,
      classes: { ...settings.retention.classes, disclosure: 1_500 },
    };
    const shorter = { ...document, settings: { ...settings, retention } };
    await saveDraft(bench.anke, number, { document: shorter }, undefined);
    await bench.dryRun(number);
    await submitSet(bench.anke, number, undefined);
    await bench.decide(bench.jonas, number, approve);
    bench.clock.advance(7 * DAY - 1);
    expect(await outcomeOf(activateSet(real(bench.anke), number))).toBe("policy.waits");
    expect((await getSet(real(bench.anke), number)).may).not.toContain("activate");
    bench.clock.advance(1);
    expect(await activateSet(real(bench.anke), number)).toMatchObject({ state: "active" });
  });

  it("does not wait in an evaluation; neither does a set by which no one gains", async () => {
    const { number } = await bench.submitted("counterexample");
    await bench.decide(bench.jonas, number, approve);
    await bench.decide(bench.clara, number, approve);
    expect(await getSet(bench.anke, number)).toMatchObject({ state: "approved", earliest: null });
    expect(await activateSet(bench.anke, number)).toMatchObject({ state: "active" });
    const narrow = await bench.approved();
    expect(await activateSet(real(bench.anke), narrow.number)).toMatchObject({ state: "active" });
  });
});

describe("an approved set that the database's owner altered", () => {
  let admin: Client;
  beforeAll(async () => {
    admin = new Client({ connectionString: bench.portal.audit.database.adminUrl });
    await admin.connect();
  });
  afterAll(() => admin?.end());

  it("does not become active, with an altered text, altered approvals, or approvals that the log does not have", async () => {
    const { number } = await bench.approved();
    const [row] = await bench.query(
      "SELECT id, document, document_digest FROM policy_set WHERE number = $1",
      [number],
    );
    const text = String(row?.document).replace('"review_days":', '"review_days":1');
    const digest = toBase64url(sha256(utf8(text)));
    const set = (values: readonly unknown[]) =>
      pastTriggers(admin, ["policy_set"], () =>
        admin.query("UPDATE policy_set SET document = $2, document_digest = $3 WHERE number = $1", [
          number,
          ...values,
        ]),
      );
    const approval = (change: string, values: readonly unknown[]) =>
      pastTriggers(admin, ["policy_approval"], () =>
        admin.query(`UPDATE policy_approval SET ${change} WHERE set_id = $1`, [row?.id, ...values]),
      );
    await set([text, digest]);
    await expect(activateSet(bench.anke, number)).rejects.toThrow("were altered");
    await approval("document_digest = $2", [digest]);
    await expect(activateSet(bench.anke, number)).rejects.toThrow("were altered");
    await set([row?.document, row?.document_digest]);
    await approval("document_digest = $2, duties = '{approve,legal}'", [row?.document_digest]);
    await expect(activateSet(bench.anke, number)).rejects.toThrow("were altered");
    await approval("duties = '{approve}'", []);
    expect(await activateSet(bench.anke, number)).toMatchObject({ state: "active" });
  });
});

describe("a roll back", () => {
  it("that would keep the log for a shorter time takes a second person", async () => {
    const former = (await getActiveSet(bench.anke)).number;
    const { number, document } = await bench.draft();
    const { settings } = document;
    const retention = {
      ...settings.retention,
      classes: { ...settings.retention.classes, disclosure: 3_000 },
    };
    const longer = { ...document, settings: { ...settings, retention } };
    await saveDraft(bench.anke, number, { document: longer }, undefined);
    await bench.dryRun(number);
    await submitSet(bench.anke, number, undefined);
    await bench.decide(bench.jonas, number, approve);
    await activateSet(bench.anke, number);
    await bench.dryRun(former);
    const back = await refusalOf(rollBackSet(bench.clara, { to: former, reason: "shorter" }));
    expect(back).toMatchObject({ code: "policy.gains", detail: expect.stringContaining("shorter time") });
  });

  it("makes the set active again that was active before, in one act, where no one gains", async () => {
    const former = (await getActiveSet(bench.anke)).number;
    const { number } = await bench.approved();
    await activateSet(bench.anke, number);
    const back = { to: former, reason: "too narrow" };
    expect(await outcomeOf(rollBackSet(bench.clara, back))).toBe("policy.dry-run");
    await bench.dryRun(former, "counterexample");
    expect(await outcomeOf(rollBackSet(bench.clara, back))).toBe("policy.gains");
    await bench.dryRun(former, "proved");
    expect(await outcomeOf(rollBackSet(bench.clara, { to: 1, reason: "older" }))).toBe("policy.state");
    expect((await getSet(bench.clara, former)).may).toEqual(["roll_back"]);
    expect(await rollBackSet(bench.clara, back)).toMatchObject({ state: "active", number: former });
    expect(await getSet(bench.anke, number)).toMatchObject({
      state: "rolled_back",
      end_reason: "too narrow",
    });
    await bench.dryRun(number, "proved");
    expect(await outcomeOf(rollBackSet(bench.clara, { to: number, reason: "again" }))).toBe("policy.state");
  });
});

describe("a schedule", () => {
  it("is within the next 90 days, can be moved, and a withdrawn set keeps none", async () => {
    const { number } = await bench.approved();
    const at = (ms: number) => ({ at: new Date(bench.clock.nowMs() + ms).toISOString() });
    for (const ms of [0, -1, 91 * DAY])
      expect(await outcomeOf(scheduleSet(bench.anke, number, at(ms)))).toBe("request.invalid");
    const first = await scheduleSet(bench.anke, number, at(90 * DAY));
    expect(first).toMatchObject({ state: "scheduled", active_from: at(90 * DAY).at });
    expect(await scheduleSet(bench.jonas, number, at(DAY))).toMatchObject({ active_from: at(DAY).at });
    const ended = await withdrawSet(bench.clara, number, { reason: "not now" });
    expect(ended).toMatchObject({ state: "withdrawn", active_from: null, end_reason: "not now" });
    expect(await outcomeOf(withdrawSet(bench.clara, number, { reason: "again" }))).toBe("policy.state");
    expect(await outcomeOf(withdrawSet(bench.clara, 1, { reason: "the first" }))).toBe("policy.state");
  });
});
