import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { beginDueReview, beginReview } from "@/lib/administration/access-review/begin-review";
import { decideRows } from "@/lib/administration/access-review/decide-rows";
import { endDueReviews } from "@/lib/administration/access-review/end-review";
import { exportReview, getResult } from "@/lib/administration/access-review/export-review";
import { getReview, listReviews } from "@/lib/administration/access-review/get-review";
import { nameReviewer } from "@/lib/administration/access-review/name-reviewer";
import type { DecisionBody, ReviewQuery, ReviewRow } from "@/lib/administration/access-review/schema";
import { signReview } from "@/lib/administration/access-review/sign-review";
import { agreeToAgreement, refuseAgreement } from "@/lib/administration/agreements/decide-agreement";
import type { AdministrationContext } from "@/lib/administration/agreements/kind";
import { askDuties } from "@/lib/administration/people/ask-changes";
import { leavePerson, suspendPerson } from "@/lib/administration/people/end-person";
import { getPersonDetail } from "@/lib/administration/people/list-people";
import { DomainError } from "@/lib/errors";
import { recordDigest } from "@/lib/escrow/protocol/statements";
import { createApiKey } from "@/lib/identity/api-keys/create-api-key";
import {
  type AdministrationBench,
  createAdministrationBench,
} from "@/lib/testing/benches/administration-bench";
import { outcomeOf, refusalOf } from "@/lib/testing/benches/refusal";

const DAY = 24 * 3_600_000;
const ALL: ReviewQuery = { view: "all", limit: 500 };

let bench: AdministrationBench;
let anke: AdministrationContext;
let clara: AdministrationContext;
beforeAll(async () => {
  bench = await createAdministrationBench();
  anke = await bench.person({ role: "coordinator", duties: ["compliance"] });
  clara = await bench.person({ role: "auditor", organisationId: bench.agency });
});
afterAll(() => bench?.close());

const legal = () => bench.person({ role: "coordinator", duties: ["legal"] });
const job = () => ({ ...bench.runtime, client: {}, requestId: "t", system: "portal" });

/** Begins a review after the one before is over, and returns its id. */
async function begin(by = anke): Promise<string> {
  // Reviews of one moment of the clock are in no order.
  const { items } = await listReviews(by, { limit: 100 });
  if (items.some(({ state }) => state === "running")) {
    bench.clock.advance(22 * DAY);
    await endDueReviews(job());
  }
  return (await beginReview(by, {})).id;
}
const rowsOf = async (id: string, who = anke) => (await getReview(who, id, ALL)).rows.items;
const rowOf = async (id: string, subject: string, who = anke): Promise<ReviewRow> => {
  const found = (await rowsOf(id, who)).find((row) => row.subject.id === subject);
  if (found === undefined) throw new Error("no row of this subject");
  return found;
};
const named = (...rows: readonly ReviewRow[]) => rows.map(({ id, version }) => ({ id, version }));
const keep = (id: string, who: AdministrationContext, ...rows: readonly ReviewRow[]) =>
  decideRows(who, id, { decision: "keep", rows: named(...rows) });
const ask = (id: string, who: AdministrationContext, row: ReviewRow, more: Partial<DecisionBody> = {}) =>
  decideRows(who, id, { decision: "remove", reason: "left the team", rows: named(row), ...more });
/** Decides every row that a reviewer may decide. */
async function keepAll(id: string, who: AdministrationContext): Promise<void> {
  const left = (await rowsOf(id, who)).filter((row) => row.may_decide && row.decision === null);
  for (let at = 0; at < left.length; at += 100) await keep(id, who, ...left.slice(at, at + 100));
}
/** Signs where the custodian answers that it has no roster yet; this bench has no custodian. */
async function sign(id: string, who: AdministrationContext) {
  const { statement } = await getReview(who, id, ALL);
  const none = () => Promise.reject(new DomainError("custodian.refused", { extra: { reason: "roster" } }));
  const escrow = { ...who.escrow, roster: none };
  return signReview({ ...who, escrow }, id, { result: statement?.result ?? "" });
}

describe("an access review", () => {
  it("has every person and live key, those with a warning first, with one entry for its beginning", async () => {
    const { principal } = await legal();
    const { userId } = principal;
    const made = await createApiKey(
      { ...bench.runtime, ...bench.greta },
      { userId, label: "Nightly import", scopes: ["read"] },
    );
    const before = await bench.entries("access_review.begin");
    const id = await begin();
    expect(await bench.entries("access_review.begin")).toBe(before + 1);
    expect(await outcomeOf(beginReview(bench.greta, {}))).toBe("access-review.running");
    const program = await rowOf(id, made.id);
    expect(program).toMatchObject({
      subject: { kind: "program" },
      facts: { name: "Nightly import", owner: principal.name, scopes: ["read"] },
      use: { acts: null, grants: [] },
    });
    const person = await rowOf(id, userId);
    expect(person).toMatchObject({ facts: { role: "coordinator", duties: ["legal"] }, may_decide: true });
    expect(person.use).toMatchObject({ acts: expect.any(Number), grants: [] });
    const close = (await rowsOf(id)).map((row) => row.is_close);
    expect(close).toEqual([...close].sort((one, other) => Number(other) - Number(one)));
  });

  it("is decided by the organisation's reviewer, and by compliance where it names none; no one decides on themselves", async () => {
    const officer = await bench.person({ role: "regulator", organisationId: bench.agency });
    const id = await begin();
    const theirs = officer.principal.userId;
    expect(await rowOf(id, theirs)).toMatchObject({ may_decide: true, reviewers: [anke.principal.name] });
    await nameReviewer(bench.greta, bench.agency, clara.principal.userId);
    expect(await rowOf(id, theirs)).toMatchObject({ may_decide: false });
    expect(await outcomeOf(keep(id, anke, await rowOf(id, theirs)))).toBe("access-review.not-reviewer");
    expect(await outcomeOf(keep(id, clara, await rowOf(id, theirs, clara)))).toBe("done");
    const own = await rowOf(id, clara.principal.userId, clara);
    expect(own).toMatchObject({ is_own: true, may_decide: false });
    const refusal = await refusalOf(keep(id, clara, own));
    expect(refusal).toMatchObject({ code: "access-review.self" });
    expect(refusal.detail).toBe(`This row is about you. ${anke.principal.name} decides on it.`);
    expect(await outcomeOf(keep(id, anke, await rowOf(id, clara.principal.userId)))).toBe("done");
    const mine = await rowOf(id, anke.principal.userId, bench.greta);
    expect(mine.reviewers.length).toBeGreaterThan(0);
    expect(mine.reviewers).not.toContain(anke.principal.name);
    await suspendPerson(bench.greta, clara.principal.userId, "away");
    const other = await bench.person({ role: "regulator", organisationId: bench.agency });
    const next = await begin();
    expect(await rowOf(next, other.principal.userId)).toMatchObject({ may_decide: true });
    await nameReviewer(bench.greta, bench.agency, null);
  });

  it("is refused by the database where a person decides on themselves", async () => {
    const id = await begin();
    const { id: row } = await rowOf(id, anke.principal.userId);
    const sql = `UPDATE access_review_row SET decision = 'keep', decided_by = owner_id, decided_at = now() WHERE id = $1`;
    await expect(bench.query(sql, [row])).rejects.toThrow("no one reviews their own access");
  });

  it("is read by administrators, auditors and compliance; others get a refusal, and grants only where they may know", async () => {
    const id = await begin();
    expect((await rowsOf(id, bench.greta))[0]?.use).toBeNull();
    const auditor = await bench.person({ role: "auditor", organisationId: bench.agency });
    expect((await rowsOf(id, auditor))[0]?.use).toBeNull();
    for (const who of [
      await legal(),
      await bench.person({ role: "regulator", organisationId: bench.agency }),
    ])
      expect(await outcomeOf(getReview(who, id, ALL))).toBe("access.forbidden");
    expect(await outcomeOf(beginReview(auditor, {}))).toBe("access.forbidden");
  });
});

describe("a decision", () => {
  it("to remove a person is carried out when a second administrator agrees, even if the reviewer is not an administrator", async () => {
    const { principal } = await legal();
    const id = await begin();
    const asked = await ask(id, anke, await rowOf(id, principal.userId));
    expect(await rowOf(id, principal.userId)).toMatchObject({
      ...{ decision: "remove", reason: "left the team", agreement: { state: "open" } },
    });
    expect((await getPersonDetail(bench.greta, principal.userId)).state).toBe("active");
    await agreeToAgreement(bench.nils, asked.agreement_id ?? "", {});
    expect((await getPersonDetail(bench.greta, principal.userId)).state).toBe("suspended");
    expect(await outcomeOf(keep(id, anke, await rowOf(id, principal.userId)))).toBe("access-review.decided");
  });

  it("to change duties or to end a key becomes an agreement, and is withdrawn when the reviewer keeps instead", async () => {
    const { principal } = await legal();
    const { userId } = principal;
    const made = await createApiKey(
      { ...bench.runtime, ...bench.greta },
      { userId, label: "Import 2024", scopes: ["read"] },
    );
    const id = await begin();
    const row = await rowOf(id, userId);
    const change = { decision: "change", role: "coordinator", duties: ["privacy"] } as const;
    const asked = await ask(id, anke, row, { ...change, duties: [...change.duties] });
    await agreeToAgreement(bench.nils, asked.agreement_id ?? "", {});
    expect((await getPersonDetail(bench.greta, userId)).duties).toEqual(["privacy"]);
    const program = await rowOf(id, made.id);
    expect(
      await outcomeOf(ask(id, anke, program, { decision: "change", role: "coordinator", duties: [] })),
    ).toBe("request.invalid");
    const first = await ask(id, anke, program);
    await keep(id, anke, await rowOf(id, made.id));
    expect(await outcomeOf(agreeToAgreement(bench.nils, first.agreement_id ?? "", {}))).toBe(
      "agreement.ended",
    );
    const second = await ask(id, anke, await rowOf(id, made.id));
    await agreeToAgreement(bench.nils, second.agreement_id ?? "", {});
    const [key] = await bench.query("SELECT revoked_at FROM api_key WHERE id = $1", [made.id]);
    expect(key?.revoked_at).not.toBeNull();
  });

  it("needs a reason for change and remove, and takes one row then", async () => {
    const [one, other] = [await legal(), await legal()];
    const id = await begin();
    const rows = [await rowOf(id, one.principal.userId), await rowOf(id, other.principal.userId)];
    expect(await outcomeOf(decideRows(anke, id, { decision: "remove", rows: named(...rows) }))).toBe(
      "request.invalid",
    );
    expect(
      await outcomeOf(decideRows(anke, id, { decision: "remove", reason: "x", rows: named(...rows) })),
    ).toBe("request.invalid");
    expect((await rowOf(id, one.principal.userId)).decision).toBeNull();
    expect((await keep(id, anke, ...rows)).rows).toHaveLength(2);
  });

  it("of two reviewers at once counts once; the other reads who was faster and when", async () => {
    const paul = await bench.person({ role: "coordinator", duties: ["compliance"] });
    const { principal } = await legal();
    const id = await begin();
    const row = await rowOf(id, principal.userId);
    const both = await Promise.allSettled([keep(id, anke, row), keep(id, paul, row)]);
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    const loser = both[0]?.status === "fulfilled" ? paul : anke;
    const late = await refusalOf(ask(id, loser, row));
    expect(late).toMatchObject({ code: "access-review.decided" });
    expect(late.detail).toMatch(/decided before you, on \d{4}-\d\d-\d\d at \d\d:\d\d UTC/);
    await suspendPerson(bench.greta, paul.principal.userId, "one reviewer again");
  });

  it("is refused where the person changed or left since the page was read", async () => {
    const [moved, gone] = [await legal(), await legal()];
    const id = await begin();
    const row = await rowOf(id, moved.principal.userId);
    const asked = await askDuties(bench.greta, moved.principal.userId, {
      ...{ role: "coordinator", duties: ["approve"], reason: "moves" },
    });
    await agreeToAgreement(bench.nils, asked.id, {});
    expect(await outcomeOf(keep(id, anke, row))).toBe("access-review.changed");
    expect(await outcomeOf(keep(id, anke, await rowOf(id, moved.principal.userId)))).toBe("done");
    const left = await rowOf(id, gone.principal.userId);
    await leavePerson(bench.greta, gone.principal.userId, { reason: "new job" });
    expect(await outcomeOf(keep(id, anke, left))).toBe("access-review.changed");
    expect(await rowOf(id, gone.principal.userId)).toMatchObject({ is_gone: true, may_decide: false });
  });

  it("that the second person refuses stays in the review with that outcome, and nothing changes", async () => {
    const { principal } = await legal();
    const id = await begin();
    const asked = await ask(id, anke, await rowOf(id, principal.userId));
    await refuseAgreement(bench.nils, asked.agreement_id ?? "", { reason: "still needed" });
    expect(await rowOf(id, principal.userId)).toMatchObject({
      decision: "remove",
      agreement: { state: "refused" },
    });
    expect((await getPersonDetail(bench.greta, principal.userId)).state).toBe("active");
  });
});

describe("the signature", () => {
  it("waits for every row of the reviewer, covers what was read, and the last one ends the review with a digest", async () => {
    const paul = await bench.person({ role: "coordinator", duties: ["compliance"] });
    const id = await begin();
    expect((await getReview(anke, id, ALL)).sign_block).toBe("undecided");
    expect(await outcomeOf(sign(id, anke))).toBe("access-review.undecided");
    await keepAll(id, anke);
    await keepAll(id, paul);
    const { statement } = await getReview(anke, id, ALL);
    expect(await outcomeOf(signReview(anke, id, { result: "x".repeat(43) }))).toBe("access-review.changed");
    expect(statement).toMatchObject({ review: id, reviewer: anke.principal.handle });
    expect((await sign(id, anke)).state).toBe("running");
    const signed = (await rowsOf(id)).find((row) => row.is_signed);
    if (signed === undefined) throw new Error("nothing was signed");
    // While the custodian is away, the portal cannot know whether the roster has a key of this person.
    const ofPaul = (await getReview(paul, id, ALL)).statement?.result ?? "";
    expect(await outcomeOf(signReview(paul, id, { result: ofPaul }))).toBe("custodian.unavailable");
    expect(await outcomeOf(ask(id, anke, signed))).toBe("access-review.decided");
    expect((await sign(id, paul)).state).toBe("signed");
    const { result, digest } = await getResult(bench.greta, id);
    expect(digest).toBe(recordDigest(result));
    expect(result.signatures.map(({ proof }) => proof)).toEqual(["step-up", "step-up"]);
    expect(result.rows.every(({ decision }) => decision === "keep")).toBe(true);
    const [kept] = await bench.query("SELECT digest FROM access_review WHERE id = $1", [id]);
    expect(kept?.digest).toBe(digest);
    expect(await outcomeOf(keep(id, anke, signed))).toBe("access-review.ended");
    await suspendPerson(bench.greta, paul.principal.userId, "one reviewer again");
  });

  it("of a reviewer who left is given by the next one, for the rows that were decided", async () => {
    const first = await bench.person({ role: "auditor", organisationId: bench.agency });
    await nameReviewer(bench.greta, bench.agency, first.principal.userId);
    const id = await begin();
    await keepAll(id, first);
    await leavePerson(bench.greta, first.principal.userId, { reason: "new job" });
    await keepAll(id, anke);
    await keepAll(id, bench.greta);
    const { rows } = await getReview(anke, id, ALL);
    const theirs = rows.items.filter((row) => row.decided_by === first.principal.name);
    expect(theirs.length).toBeGreaterThan(0);
    expect(theirs.every((row) => row.to_sign)).toBe(true);
    await sign(id, anke);
    expect((await rowsOf(id)).filter((row) => row.decision !== null && !row.is_signed)).toHaveLength(1);
  });
});

describe("the due day", () => {
  it("pauses duties that no one decided on, but never those of a duty's last two holders, and tells of it", async () => {
    const holders = [];
    for (let made = 0; made < 4; made += 1)
      holders.push(await bench.person({ role: "coordinator", duties: ["recovery"] }));
    const id = await begin();
    const decided = holders[0]?.principal.userId ?? "";
    await keep(id, anke, await rowOf(id, decided));
    expect(await endDueReviews(job())).toBe(0);
    bench.clock.advance(22 * DAY);
    expect(await outcomeOf(keep(id, anke, await rowOf(id, holders[1]?.principal.userId ?? "")))).toBe(
      "access-review.ended",
    );
    expect(await endDueReviews(job())).toBe(1);
    const rows = await rowsOf(id);
    const states = holders.map(
      ({ principal: { userId } }) => rows.find((row) => row.subject.id === userId)?.paused,
    );
    expect(states[0]).toEqual([]);
    expect(states.filter((paused) => paused?.includes("recovery"))).toHaveLength(2);
    const left = await bench.query("SELECT user_id::text FROM duty WHERE duty = 'recovery'");
    expect(left).toHaveLength(2);
    expect(left.map(({ user_id: user }) => user)).toContain(decided);
    const events = await bench.query(
      "SELECT state FROM notify_event WHERE kind = 'access_review' AND subject = $1",
      [id],
    );
    expect(events.map(({ state }) => state)).toContain("lapsed");
    expect((await getReview(anke, id, ALL)).state).toBe("lapsed");
    const { result, digest } = await getResult(bench.nils, id);
    expect(digest).toBe(recordDigest(result));
    expect(await bench.entries("duty.pause")).toBeGreaterThan(0);
  });

  it("comes again after 6 months: the portal begins the next review once, however many portals ask", async () => {
    const id = await begin();
    bench.clock.advance(22 * DAY);
    await endDueReviews(job());
    expect(await beginDueReview(job())).toBe(false);
    bench.clock.advance(170 * DAY);
    const both = await Promise.all([beginDueReview(job()), beginDueReview(job())]);
    expect(both.filter(Boolean)).toHaveLength(1);
    const { items } = await listReviews(anke, { limit: 2 });
    expect(items[0]).toMatchObject({ state: "running", begun_by: null });
    expect(items[1]?.id).toBe(id);
  });
});

describe("an export", () => {
  it("shows the reviewer of one organisation the signatures over its rows, and no others", async () => {
    const own = await bench.person({ role: "auditor", organisationId: bench.agency });
    await nameReviewer(bench.greta, bench.agency, own.principal.userId);
    const id = await begin();
    for (const who of [anke, own, bench.greta]) await keepAll(id, who);
    await sign(id, bench.greta);
    await sign(id, own);
    // As a regulator they read as the reviewer of their organisation: an auditor reads all.
    const principal = { ...own.principal, role: "regulator" as const };
    const { result } = await getResult({ ...own, principal }, id);
    expect(result.signatures.map(({ by }) => by)).toEqual([own.principal.name]);
    const { signatures } = await getReview({ ...own, principal }, id, ALL);
    expect(signatures.map(({ by }) => by)).toEqual([own.principal.name]);
    expect((await getResult(anke, id)).result.signatures).toHaveLength(2);
    await nameReviewer(bench.greta, bench.agency, null);
  });

  it("disables formulas in every cell and is an entry", async () => {
    const { principal } = await legal();
    await bench.query("ALTER TABLE app_user DISABLE TRIGGER USER");
    await bench.query("UPDATE app_user SET name = '=HYPERLINK(\"x\")' WHERE id = $1", [principal.userId]);
    await bench.query("ALTER TABLE app_user ENABLE TRIGGER USER");
    const id = await begin();
    const before = await bench.entries("access_review.export");
    const csv = await (await exportReview(anke, id)).response.text();
    expect(csv).toContain(`"'=HYPERLINK(""x"")"`);
    expect(csv.split("\r\n")[0]).toMatch(/^kind,name,belongs_to,organisation,role/);
    expect(await bench.entries("access_review.export")).toBe(before + 1);
  });
});
