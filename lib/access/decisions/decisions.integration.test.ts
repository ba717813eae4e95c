import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { prepareStatement } from "@/lib/access/decisions/prepare-statement";
import { finishPendingGrants } from "@/lib/access/grants/finish-pending";
import { getGrant } from "@/lib/access/grants/get-grant";
import { listGrants } from "@/lib/access/grants/list-grants";
import { revokeGrant } from "@/lib/access/grants/revoke-grant";
import { useView } from "@/lib/access/grants/use-grant";
import { attachAuthorization } from "@/lib/access/legal-authorities/attach-authorization";
import { NewOpening } from "@/lib/access/openings/schema";
import { fileRequest } from "@/lib/access/requests/file-request";
import { getRequest } from "@/lib/access/requests/request-view";
import { NewDecision, NewRequest, NewStatement } from "@/lib/access/requests/schema";
import { submitRequest } from "@/lib/access/requests/submit-request";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { fixedClock } from "@/lib/clock";
import { toBase64url } from "@/lib/crypto/bytes";
import { ed25519PublicKey, randomBytes } from "@/lib/crypto/primitives";
import { signStatement } from "@/lib/crypto/statement";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inTransaction } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { refusalOf } from "@/lib/testing/benches/refusal";
import {
  approvalOf,
  approvedRequest,
  CONFIRMS,
  createRequestBench,
  ensureChecked,
  ensureChecked as ensureCheckedIn,
  FACTS,
  type Filing,
  ORDER_FILE,
  queryOwner,
  type RequestBench,
  type RequestPerson,
  submittedRequest,
} from "@/lib/testing/benches/request-bench";
import { called } from "@/lib/testing/called";
import { prepareOpening } from "@/lib/transactions/open/prepare-opening";

let bench: RequestBench;
beforeAll(async () => {
  bench = await createRequestBench();
});
afterAll(() => bench.close());

describe("a decision", () => {
  let regulator: RequestPerson;
  let auditor: RequestPerson;
  let legal: RequestPerson;
  let approver: RequestPerson;
  let second: RequestPerson;
  let both: RequestPerson;
  let colleague: RequestPerson;
  let support: RequestPerson;
  let txId: string;
  let otherTxId: string;

  beforeAll(async () => {
    ({ regulator, auditor, legal, approver, second, both, colleague, support, txId, otherTxId } = bench);
  });

  const code = async (run: Promise<unknown>): Promise<string> => (await refusalOf(run)).code;
  const submitted = (filing?: Filing) => submittedRequest(bench, filing);
  const approved = (filing?: Filing) => approvedRequest(bench, filing);
  const ensureChecked = (requestId: string) => ensureCheckedIn(bench, requestId);
  const query = (text: string, values?: readonly unknown[]) => queryOwner(bench, text, values);

  describe("a decision", () => {
    it("the requester, their organisation, a person without the duty and a second decision of one person are refused", async () => {
      const id = await submitted();
      await ensureChecked(id);
      const decided = (who: typeof approver, stage: "legal" | "coordinator", of = id) =>
        code(
          called(who, "decideRequest", { params: { id: of } }, () =>
            decideRequest(who, of, approvalOf(stage)),
          ),
        );
      expect(await decided(regulator, "legal")).toBe("decision.self");
      expect(await decided(approver, "legal")).toBe("decision.duty");
      expect(await decided(support, "legal")).toBe("decision.duty");
      expect(await decided(colleague, "legal")).toBe("decision.organisation");
      expect(await decided(approver, "coordinator")).toBe("decision.stage");
      await decideRequest(both, id, approvalOf("legal"));
      expect(await decided(both, "coordinator")).toBe("decision.same-person");
      expect(await decided(both, "legal")).toBe("decision.same-person");
      expect(await decided(approver, "coordinator", uuidv7(1))).toBe("request-file.not-found");
      const { rows } = await query(
        "SELECT count(*)::int AS n FROM audit_index WHERE request_id = $1 AND outcome = 'denied'",
        [id],
      );
      expect(rows[0].n).toBe(6);
    });

    it("an approval needs the order's facts retyped, and a refusal shows both texts where they differ", async () => {
      const id = await submitted();
      await ensureChecked(id);
      const wrong = { confirms: { ...CONFIRMS, case_number: "18 O 2/26" } };
      const error = await refusalOf(decideRequest(legal, id, approvalOf("legal", wrong)));
      expect(error.code).toBe("decision.facts-mismatch");
      expect(error.errors).toEqual([
        { pointer: "/confirms/case_number", detail: "you typed “18 O 2/26”, the order says “18 O 1/26”" },
      ]);
      expect(await code(decideRequest(legal, id, approvalOf("legal", { confirms: undefined })))).toBe(
        "decision.facts-mismatch",
      );
    });

    it("a decision can only narrow: the grant is the intersection, with the earliest end", async () => {
      const id = await submitted({ transactions: [txId, otherTxId] });
      await ensureChecked(id);
      const until = new Date(Date.now() + 86_400_000).toISOString();
      const wider = approvalOf("legal", { scope: { fields: ["settlement_details"] } });
      expect(await code(decideRequest(legal, id, wider))).toBe("decision.not-narrower");
      await decideRequest(legal, id, approvalOf("legal", { scope: { fields: ["amount"] }, until }));
      const again = approvalOf("coordinator", { scope: { fields: ["amount", "pricing"] } });
      expect(await code(decideRequest(approver, id, again))).toBe("decision.not-narrower");
      const narrower = approvalOf("coordinator", { scope: { transactions: [otherTxId] } });
      const { grant_id } = await decideRequest(approver, id, narrower);
      const grant = await getGrant(regulator, grant_id ?? "");
      expect(grant).toMatchObject({ fields: ["amount"], transactions: [otherTxId] });
      expect(grant.not_after).toBe(`${until.slice(0, 19)}Z`);
    });

    it("the approver's own signature is accepted over what was prepared, once and for that body only", async () => {
      const id = await submitted();
      await ensureChecked(id);
      const seed = randomBytes(32);
      await query("ALTER TABLE credential DISABLE TRIGGER USER");
      await query(
        "INSERT INTO credential (id, tenant_id, user_id, kind, external_id, public_key) VALUES ($1, $2, $3, 'ed25519', 'k-legal', $4)",
        [
          uuidv7(Date.now()),
          bench.place.tenantId,
          legal.principal.userId,
          Buffer.from(ed25519PublicKey(seed)),
        ],
      );
      const body = { stage: "legal", decision: "approve", comment: "Signed", confirms: CONFIRMS } as const;
      const prepared = await prepareStatement(legal, id, NewStatement.parse(body));
      const sign = (object: unknown) => ({
        kind: "ed25519" as const,
        key_id: "k-legal",
        signature: toBase64url(signStatement(seed, "decision", object)),
      });
      const signature = sign(prepared.statement);
      const foreign = sign({ ...prepared.statement, max_views: 1_000 });
      expect(await code(decideRequest(legal, id, approvalOf("legal", { signature: foreign })))).toBe(
        "statement.invalid",
      );
      const otherBody = approvalOf("legal", { signature, scope: { fields: ["amount"] } });
      expect(await code(decideRequest(legal, id, otherBody))).toBe("statement.invalid");
      const answer = await decideRequest(legal, id, NewDecision.parse({ ...body, signature }));
      expect(answer.decisions.at(-1)?.proof).toBe("ed25519");
      const { rows } = await query("SELECT used_at FROM statement_nonce WHERE nonce = $1", [prepared.nonce]);
      expect(rows[0].used_at).not.toBeNull();
    });

    it("a decision without a signature is refused outside evaluation", async () => {
      const id = await submitted();
      await ensureChecked(id);
      const strict = { ...legal, instance: { ...legal.instance, evaluation: false } };
      expect(await code(decideRequest(strict, id, approvalOf("legal")))).toBe("statement.required");
    });

    it("of two people who decide a stage at once one counts", async () => {
      const id = await submitted();
      await ensureChecked(id);
      await decideRequest(legal, id, approvalOf("legal"));
      const results = await Promise.allSettled([
        decideRequest(approver, id, approvalOf("coordinator")),
        decideRequest(second, id, approvalOf("coordinator")),
      ]);
      expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(1);
      const { rows } = await query("SELECT count(*)::int AS n FROM access_grant WHERE request_id = $1", [id]);
      expect(rows[0].n).toBe(1);
    });
  });

  describe("a grant", () => {
    it("only its holder and reviewers can see a grant", async () => {
      const { grantId } = await approved();
      for (const id of [grantId, uuidv7(1)]) {
        expect(await code(getGrant(auditor, id))).toBe("grant.not-found");
        expect(await code(revokeGrant(auditor, id, "no"))).toBe("grant.not-found");
      }
      expect((await listGrants(auditor, { limit: 50 })).items).toEqual([]);
      expect((await listGrants(regulator, { limit: 1 })).items).toHaveLength(1);
    });

    it("a grant gives exactly its views under 200 parallel calls", async () => {
      const { grantId } = await approved({ maxViews: 20 });
      const take = () =>
        inTransaction(regulator, async (tx) => {
          await appendEntry(tx, regulator, {
            class: "disclosure",
            outcome: "intent",
            action: "disclosure.open",
            subjects: [`grant:${grantId}`],
          });
          return useView(tx.run, regulator, grantId);
        });
      const attempt = async (): Promise<number | string> => {
        for (;;) {
          try {
            return await take();
          } catch (error) {
            if (!(error instanceof DomainError)) throw error;
            if (error.code !== "service.database-unavailable") return error.code;
          }
        }
      };
      const results = await Promise.all(Array.from({ length: 200 }, attempt));
      const left = results.filter((result) => typeof result === "number").sort((a, b) => a - b);
      expect(left).toEqual(Array.from({ length: 20 }, (_, index) => index));
      expect(new Set(results.filter((result) => typeof result === "string"))).toEqual(
        new Set(["access.views-exhausted"]),
      );
      expect((await getGrant(regulator, grantId)).state).toBe("exhausted");
    });

    it("an opening is prepared with its own key and nonce, for what it names only", async () => {
      const { grantId } = await approved();
      const opening = (body: object) =>
        prepareOpening(regulator, NewOpening.parse({ grant_id: grantId, transactions: [txId], ...body }));
      const [one, two] = [await opening({}), await opening({})];
      expect(one.statement.nonce).not.toBe(two.statement.nonce);
      expect(one.statement.reply_key).not.toBe(two.statement.reply_key);
      expect(one.statement).toMatchObject({
        requester: regulator.principal.handle,
        groups: ["amount", "pricing"],
      });
      expect(await code(opening({ fields: ["parties"] }))).toBe("access.groups");
      expect(await code(opening({ transactions: [otherTxId] }))).toBe("access.no-grant");
      expect(
        await code(prepareOpening(approver, NewOpening.parse({ grant_id: grantId, transactions: [txId] }))),
      ).toBe("access.no-grant");
    });

    it("a revoked grant ends at once, here and with the custodian, and never comes back", async () => {
      const { requestId, grantId } = await approved();
      expect(await code(revokeGrant(support, grantId, "no"))).toBe("grant.not-found");
      const answer = await revokeGrant(approver, grantId, "order lifted");
      expect(answer.state).toBe("revoked");
      expect((await getRequest(regulator, requestId)).state).toBe("revoked");
      expect(await code(revokeGrant(approver, grantId, "again"))).toBe("request.illegal-transition");
      expect(
        await code(prepareOpening(regulator, NewOpening.parse({ grant_id: grantId, transactions: [txId] }))),
      ).toBe("access.no-grant");
      const { rows } = await query("SELECT state FROM job WHERE subject = $1 AND kind = 'grant.revoke'", [
        grantId,
      ]);
      expect(rows[0].state).toBe("done");
    });

    it("while the custodian is away an approval stays, a revocation counts, and both are finished later", async () => {
      const away = <T extends RequestPerson>(who: T): T => ({
        ...who,
        escrow: {
          ...who.escrow,
          submitGrant: () => Promise.reject(new DomainError("custodian.unavailable")),
          revoke: () => Promise.reject(new DomainError("custodian.unavailable")),
        },
      });
      const id = await submitted();
      await ensureChecked(id);
      await decideRequest(legal, id, approvalOf("legal"));
      expect(await code(decideRequest(away(approver), id, approvalOf("coordinator")))).toBe(
        "custodian.unavailable",
      );
      const waiting = await getRequest(regulator, id);
      expect(waiting.state).toBe("approved");
      expect((await getGrant(regulator, waiting.grant_id ?? "")).state).toBe("pending");
      expect((await decideRequest(approver, id, approvalOf("coordinator"))).state).toBe("active");

      const other = await submitted();
      await decideRequest(legal, other, approvalOf("legal"));
      expect(await code(decideRequest(away(approver), other, approvalOf("coordinator")))).toBe(
        "custodian.unavailable",
      );
      const { principal: _, ...portal } = { ...approver, system: "portal" };
      await Promise.all([finishPendingGrants(portal), finishPendingGrants(portal)]);
      expect((await getRequest(regulator, other)).state).toBe("active");

      const grantId = waiting.grant_id ?? "";
      expect((await revokeGrant(away(approver), grantId, "lifted")).state).toBe("revoked");
      expect((await finishPendingGrants(away(approver))).done).toBe(0);
      await query("UPDATE job SET run_after = now() - interval '1 second' WHERE subject = $1", [grantId]);
      expect((await finishPendingGrants(approver)).done).toBe(1);
    });
  });
});

describe("a decision about an order whose end has passed", () => {
  beforeAll(async () => {
    await ensureChecked(bench, await submittedRequest(bench));
  });

  const HOUR = 3_600_000;

  async function begun(): Promise<string> {
    const body = NewRequest.parse({
      purpose: "audit",
      justification: "Examination of a settlement",
      transactions: [bench.txId],
      fields: ["amount"],
      from: new Date(Date.now() - 20 * HOUR).toISOString(),
    });
    const { id } = await fileRequest(bench.regulator, body);
    await attachAuthorization(bench.regulator, id, FACTS, ORDER_FILE);
    await submitRequest(bench.regulator, id);
    return id;
  }
  const ago = (hours: number) => new Date(Date.now() - hours * HOUR).toISOString();
  const comesTo = async (id: string) =>
    (
      await queryOwner(
        bench,
        "SELECT r.state, g.id FROM access_request r LEFT JOIN access_grant g ON g.request_id = r.id WHERE r.id = $1",
        [id],
      )
    ).rows;

  /** An approval that gives nothing is a hidden refusal: it gives no reason, and spends a single-use order. */
  describe("an approval with a past end", () => {
    const OVER = [{ pointer: "/until", detail: "is over" }];

    it("the second decider cannot approve until a past moment", async () => {
      const id = await begun();
      await decideRequest(bench.legal, id, approvalOf("legal"));
      const last = decideRequest(bench.approver, id, approvalOf("coordinator", { until: ago(1) }));
      expect(await refusalOf(last)).toMatchObject({ code: "decision.not-narrower", errors: OVER });
      expect(await comesTo(id)).toEqual([{ state: "stage_2", id: null }]);
    });

    it("the first decider cannot approve or prepare it, and a denial is still possible", async () => {
      const id = await begun();
      const body = approvalOf("legal", { until: ago(1) });
      expect(await refusalOf(decideRequest(bench.legal, id, body))).toMatchObject({ errors: OVER });
      expect(await refusalOf(prepareStatement(bench.legal, id, body))).toMatchObject({ errors: OVER });
      expect(await comesTo(id)).toEqual([{ state: "stage_1", id: null }]);
      const deny = NewDecision.parse({ stage: "legal", decision: "deny", comment: "Nothing is left of it." });
      expect((await decideRequest(bench.legal, id, deny)).state).toBe("denied");
    });

    it("what the first decider left can be denied once it is over", async () => {
      const id = await begun();
      const until = new Date(Date.now() + HOUR).toISOString();
      await decideRequest(bench.legal, id, approvalOf("legal", { until }));
      const clock = fixedClock(new Date(Date.now() + 2 * HOUR));
      const late = { ...bench.approver, clock };
      const last = await refusalOf(decideRequest(late, id, approvalOf("coordinator")));
      expect(last.code).toBe("decision.not-narrower");
      const deny = NewDecision.parse({ stage: "coordinator", decision: "deny", comment: "It is over." });
      expect((await decideRequest(late, id, deny)).state).toBe("denied");
    });
  });
});
