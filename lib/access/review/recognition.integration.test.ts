import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { prepareStatement } from "@/lib/access/decisions/prepare-statement";
import { NewDecision } from "@/lib/access/requests/schema";
import { reviewRequest } from "@/lib/access/review/review-request";
import { getHours } from "@/lib/organisations/read-office-hours";
import { OfficeHoursBody } from "@/lib/organisations/schema";
import { setHours } from "@/lib/organisations/set-hours";
import { type AccessBench, type BenchPerson, createAccessBench } from "@/lib/testing/benches/access-bench";
import { refusalOf } from "@/lib/testing/benches/refusal";

const BASIS =
  "Agreement of 25 June 2003 on mutual legal assistance between the Union and the United States, article 4";
const RECORDED = { recognition_basis: BASIS };

let bench: AccessBench;
let admin: BenchPerson;
let operator: string;
beforeAll(async () => {
  bench = await createAccessBench();
  admin = await bench.person({ role: "admin", duties: ["admin"], hasKey: false });
  const found = await bench.query("SELECT id::text FROM organisation WHERE kind = 'operator'", []);
  operator = String(Object.values(found.rows[0] ?? {})[0]);
});
afterAll(() => bench?.close());

const foreign = (order: object = {}) => bench.file({ order: { jurisdiction: "US", ...order } });
const decide = (who: BenchPerson, id: string, stage: "legal" | "coordinator", more: object = {}) =>
  decideRequest(who, id, bench.approval(stage, more));
const recognitionOf = async (who: BenchPerson, id: string) => (await reviewRequest(who, id)).recognition;

describe("a foreign order that states no basis", () => {
  it("the order is accepted, waits for legal review, and cannot be approved until a reviewer records a basis", async () => {
    const id = await foreign();
    expect(await recognitionOf(bench.legal, id)).toEqual({
      standing: "missing",
      jurisdiction: "US",
      homes: ["EU"],
      article_48: true,
    });
    const refused = await refusalOf(decide(bench.legal, id, "legal"));
    expect(refused.code).toBe("authorization.recognition");
    expect(refused.extra).toEqual({ jurisdiction: "US", homes: ["EU"], article_48: true });
    const { signature: _, ...body } = bench.approval("legal");
    expect((await refusalOf(prepareStatement(bench.legal, id, body))).code).toBe("authorization.recognition");
    await decide(bench.legal, id, "legal", RECORDED);
    expect(await recognitionOf(bench.approver, id)).toMatchObject({
      standing: "recorded",
      basis: BASIS,
      by: bench.legal.principal.name,
    });
    const answer = await decide(bench.approver, id, "coordinator");
    expect(answer.state).toBe("active");
  });

  it("the order can be denied and asked about without a basis", async () => {
    const id = await foreign();
    const deny = { stage: "legal", decision: "deny", comment: "No treaty." };
    expect((await decideRequest(bench.legal, id, NewDecision.parse(deny))).state).toBe("denied");
  });

  it("the database refuses a grant without recognition, and a recognition by the requester", async () => {
    const id = await foreign();
    const row = (user: string, standing = "recorded", homes = "{EU}") =>
      bench.query(
        `INSERT INTO recognition (id, tenant_id, authorization_id, request_id, standing, jurisdiction, homes, members_as_of,
          is_third_country, basis, user_id, at) SELECT gen_random_uuid(), a.tenant_id, a.id, a.request_id, $2, 'US', $4, '', true,
          CASE WHEN $2 = 'home' THEN NULL ELSE 'x' END, $3, now() FROM legal_authorization a WHERE a.request_id = $1`,
        [id, standing, user, homes],
      );
    await expect(row(bench.regulator.principal.userId)).rejects.toThrow(
      "only a person other than the requester",
    );
    await expect(row(bench.legal.principal.userId, "stated")).rejects.toThrow(
      "can recognise a legal authority, as it was recorded",
    );
    await expect(row(bench.legal.principal.userId, "home", "{DE}")).rejects.toThrow(
      "can recognise a legal authority, as it was recorded",
    );
    // Without its entry in the log, the row is refused.
    await expect(row(bench.legal.principal.userId)).rejects.toThrow();
    const grant = bench.query(
      `INSERT INTO access_grant (id, tenant_id, request_id, authorization_id, subject_user_id, transactions, groups, level, purpose,
        not_before, not_after, max_views, max_exports, state, policy_version, assurance)
        SELECT gen_random_uuid(), r.tenant_id, r.id, a.id, r.requester_user_id, r.transactions, '{amount}', 'full', 'audit', now(),
        now() + interval '1 day', 1, 0, 'pending', 'p', 'evaluation'
        FROM access_request r JOIN legal_authorization a ON a.request_id = r.id WHERE r.id = $1`,
      [id],
    );
    await expect(grant).rejects.toThrow("an unrecognised legal authority");
  });
});

describe("a recognition basis", () => {
  it("a basis that the order states is used and not recorded again", async () => {
    const id = await foreign(RECORDED);
    expect(await recognitionOf(bench.legal, id)).toMatchObject({ standing: "stated", basis: BASIS });
    const refused = await refusalOf(decide(bench.legal, id, "legal", { recognition_basis: "Another" }));
    expect(refused.code).toBe("request.invalid");
    await decide(bench.legal, id, "legal");
    expect((await decide(bench.approver, id, "coordinator")).state).toBe("active");
  });

  it("a basis is recorded only with an approval of legal review", () => {
    const body = { comment: "x", ...RECORDED };
    const parse = (more: object) => NewDecision.safeParse({ ...body, ...more }).success;
    expect(parse({ stage: "legal", decision: "approve" })).toBe(true);
    expect(parse({ stage: "coordinator", decision: "approve" })).toBe(false);
    expect(parse({ stage: "legal", decision: "deny" })).toBe(false);
    expect(parse({ stage: "legal", decision: "approve", recognition_basis: " " })).toBe(false);
  });
});

it("administrators set home jurisdictions, which apply to the next decision and not to earlier ones", async () => {
  const decided = await bench.file({ order: { jurisdiction: "FR" } });
  await decide(bench.legal, decided, "legal");
  const waiting = await bench.file({ order: { jurisdiction: "FR" } });
  const { home_jurisdictions: before, is_operator } = await getHours(admin, operator);
  expect([before, is_operator]).toEqual([["EU"], true]);
  expect((await getHours(admin, operator)).is_agency).toBe(false);
  const hours = { zone: "UTC", weekly_hours: null, holiday_region: null, closed_dates: [], open_dates: [] };
  const set = (more: object) => setHours(admin, operator, OfficeHoursBody.parse({ ...hours, ...more }));
  expect((await set({ home_jurisdictions: ["DE"] })).home_jurisdictions).toEqual(["DE"]);
  // Setting only the hours keeps them.
  expect((await set({})).home_jurisdictions).toEqual(["DE"]);
  expect((await refusalOf(decide(bench.legal, waiting, "legal"))).extra).toMatchObject({ article_48: false });
  expect((await decide(bench.approver, decided, "coordinator")).state).toBe("active");
  await set({ home_jurisdictions: [] });
  const own = await bench.file();
  expect((await refusalOf(decide(bench.legal, own, "legal"))).code).toBe("authorization.recognition");
  for (const codes of [["de"], ["Germany"], ["DE", "DE"]])
    expect(OfficeHoursBody.safeParse({ ...hours, home_jurisdictions: codes }).success).toBe(false);
});
