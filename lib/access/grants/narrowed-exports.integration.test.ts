import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { prepareStatement } from "@/lib/access/decisions/prepare-statement";
import { requestExportAsHolder } from "@/lib/access/grants/export-under-grant";
import { getGrant } from "@/lib/access/grants/get-grant";
import { getRequest } from "@/lib/access/requests/request-view";
import { NewStatement } from "@/lib/access/requests/schema";
import { reviewRequest } from "@/lib/access/review/review-request";
import { NewExport } from "@/lib/audit/schema";
import { toBase64url } from "@/lib/crypto/bytes";
import { ed25519PublicKey, randomBytes } from "@/lib/crypto/primitives";
import { signStatement } from "@/lib/crypto/statement";
import { uuidv7 } from "@/lib/crypto/uuid";
import { outcomeOf, refusalOf } from "@/lib/testing/benches/refusal";
import {
  approvalOf,
  CONFIRMS,
  createRequestBench,
  ensureChecked,
  queryOwner,
  type RequestBench,
  submittedRequest,
} from "@/lib/testing/benches/request-bench";
import { pastTriggers } from "@/lib/testing/log/past-triggers";

let bench: RequestBench;
beforeAll(async () => {
  bench = await createRequestBench();
  await ensureChecked(bench, await submittedRequest(bench));
});
afterAll(() => bench?.close());

const legal = (id: string, more: object) => decideRequest(bench.legal, id, approvalOf("legal", more));
const last = (id: string, more: object = {}) =>
  decideRequest(bench.approver, id, approvalOf("coordinator", more));
const submitted = (maxExports?: number) =>
  submittedRequest(bench, maxExports === undefined ? {} : { maxExports });
const ask = (grant_id: string) =>
  requestExportAsHolder(bench.regulator, NewExport.parse({ format: "ndjson", grant_id }));
const rows = async (text: string, values: readonly unknown[]) => (await queryOwner(bench, text, values)).rows;

describe("a narrowed number of exports", () => {
  it("after the first decider leaves none, no export is possible, and the record still opens", async () => {
    const id = await submitted();
    await legal(id, { max_exports: 0 });
    const { grant_id = "", decisions } = await last(id);
    expect(decisions[0]).toMatchObject({
      narrowed: true,
      taken_away: { max_exports: { before: 5, after: 0 } },
    });
    expect(decisions[1]).toMatchObject({ narrowed: false });
    expect(await getGrant(bench.regulator, grant_id)).toMatchObject({ max_exports: 0, exports_left: 0 });
    expect(await outcomeOf(ask(grant_id))).toBe("access.exports-exhausted");
    expect((await getRequest(bench.regulator, id)).max_exports).toBe(5);
  });

  it("the smaller of the two numbers applies, set by the first or the second decider", async () => {
    const [one, other] = [await submitted(4), await submitted(4)];
    await legal(one, { max_exports: 3 });
    const left = await reviewRequest(bench.approver, one);
    expect(left.remaining.max_exports).toBe(3);
    const { grant_id: narrowed = "" } = await last(one, { max_exports: 1 });
    expect(await getGrant(bench.regulator, narrowed)).toMatchObject({ max_exports: 1 });
    await legal(other, { max_exports: 2 });
    const { grant_id: kept = "" } = await last(other);
    expect(await getGrant(bench.regulator, kept)).toMatchObject({ max_exports: 2 });
  });

  it("a number above the request or above the first decider's is refused, and no decision is stored", async () => {
    const id = await submitted(3);
    const wider = await refusalOf(legal(id, { max_exports: 4 }));
    expect([wider.code, wider.status]).toEqual(["decision.not-narrower", 422]);
    expect(wider.errors).toEqual([{ pointer: "/max_exports", detail: "is more than what remains" }]);
    await legal(id, { max_exports: 1 });
    expect(await outcomeOf(last(id, { max_exports: 2 }))).toBe("decision.not-narrower");
    expect((await getRequest(bench.regulator, id)).state).toBe("stage_2");
  });

  it("a signature answers only the number of exports that was prepared with it", async () => {
    const id = await submitted();
    const { principal } = bench.legal;
    const seed = randomBytes(32);
    const admin = new Client({ connectionString: bench.database.adminUrl });
    await admin.connect();
    await pastTriggers(admin, ["credential"], () =>
      admin.query(
        "INSERT INTO credential (id, tenant_id, user_id, kind, external_id, public_key) VALUES ($1, $2, $3, 'ed25519', 'k-exports', $4)",
        [uuidv7(Date.now()), principal.tenantId, principal.userId, Buffer.from(ed25519PublicKey(seed))],
      ),
    );
    await admin.end();
    const body = { stage: "legal", decision: "approve", comment: "No copies", confirms: CONFIRMS } as const;
    const { statement } = await prepareStatement(
      bench.legal,
      id,
      NewStatement.parse({ ...body, max_exports: 0 }),
    );
    // The form of crypto.md has no member for exports. The requested number is part of the signed digest.
    expect(Object.keys(statement)).not.toContain("max_exports");
    const signature = {
      kind: "ed25519" as const,
      key_id: "k-exports",
      signature: toBase64url(signStatement(seed, "decision", statement)),
    };
    expect(await outcomeOf(legal(id, { ...body, signature }))).toBe("statement.invalid");
    expect(await outcomeOf(legal(id, { ...body, signature, max_exports: 5 }))).toBe("statement.invalid");
    const answer = await legal(id, { ...body, signature, max_exports: 0 });
    expect(answer.decisions[0]).toMatchObject({ proof: "ed25519", narrowed: true });
  });

  it("the database refuses a grant of more exports than were asked for and left", async () => {
    const id = await submitted(3);
    await legal(id, { max_exports: 1 });
    const insert = (exports: number) =>
      rows(
        `INSERT INTO access_grant (id, tenant_id, request_id, authorization_id, subject_user_id, transactions, groups, level, purpose,
           not_before, not_after, max_views, max_exports, state, policy_version, assurance)
         SELECT $1, r.tenant_id, r.id, a.id, r.requester_user_id, r.transactions, r.groups, r.level, r.purpose, now(),
           now() + interval '1 hour', 1, $3, 'pending', 'p', 'evaluation'
         FROM access_request r JOIN legal_authorization a ON a.request_id = r.id WHERE r.id = $2`,
        [uuidv7(Date.now()), id, exports],
      );
    await expect(insert(2)).rejects.toThrow(/cannot allow more exports/);
    await expect(insert(4)).rejects.toThrow(/cannot allow more exports/);
    const change = rows("UPDATE decision SET max_exports = 3 WHERE request_id = $1", [id]);
    await expect(change).rejects.toThrow();
  });
});
