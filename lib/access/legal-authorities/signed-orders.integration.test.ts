import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { getGrant } from "@/lib/access/grants/get-grant";
import { attachAuthorization } from "@/lib/access/legal-authorities/attach-authorization";
import { revokeAuthorization, suspendAuthorization } from "@/lib/access/legal-authorities/end-authorization";
import { revokeAuthority } from "@/lib/access/legal-authorities/revoke-issuer";
import { AuthorizationFactsBody } from "@/lib/access/requests/authorization-schema";
import { getRequest } from "@/lib/access/requests/request-view";
import { NewDecision } from "@/lib/access/requests/schema";
import { submitRequest } from "@/lib/access/requests/submit-request";
import { openParts } from "@/lib/audit/reading/open-parts";
import { readParts } from "@/lib/audit/reading/parts-store";
import { confirmAuthority } from "@/lib/authorities/registry/confirm-authority";
import { listAuthorities } from "@/lib/authorities/registry/list-authorities";
import { registerAuthority } from "@/lib/authorities/registry/register-authority";
import { withdrawAuthority } from "@/lib/authorities/registry/withdraw-authority";
import { toBase64, utf8 } from "@/lib/crypto/bytes";
import type { Json } from "@/lib/crypto/json/canonical-json";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inSnapshot } from "@/lib/db/transaction";
import { outcomeOf, refusalOf } from "@/lib/testing/benches/refusal";
import {
  approvalOf,
  approvedRequest,
  createRequestBench,
  draftRequest,
  ensureChecked,
  FACTS,
  ORDER_FILE,
  queryOwner,
  type RequestBench,
  type RequestPerson,
  submittedRequest,
} from "@/lib/testing/benches/request-bench";
import { called } from "@/lib/testing/called";
import { createOrderSigner, type OrderSigner, registerSigner } from "@/lib/testing/devices/order-signer";
import { pastTriggers } from "@/lib/testing/log/past-triggers";
import { createCourt, derOf } from "@/lib/testing/servers/certificate-authority";
import { LOCK_WAITS } from "@/lib/testing/servers/database";
import { openssl } from "@/lib/testing/servers/time-stamp-authority";
import { openTransaction } from "@/lib/transactions/open/open-transaction";

let bench: RequestBench;
beforeAll(async () => {
  bench = await createRequestBench();
});
afterAll(() => bench.close());

describe("a signed order", () => {
  const DAY_MS = 86_400_000;
  const seconds = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
  const FROM = seconds(Date.now() - DAY_MS);
  const UNTIL = seconds(Date.now() + 20 * DAY_MS);
  const SIGNED_FACTS = AuthorizationFactsBody.parse({ ...FACTS, valid_from: FROM, valid_until: UNTIL });

  let keepers: readonly [RequestPerson, RequestPerson];
  let signer: OrderSigner;
  let signerId: string;

  beforeAll(async () => {
    // An entry older than a minute opens nothing until it has a leaf.
    await bench.integrate();
    const keeper = () => bench.person({ role: "coordinator", duties: ["compliance"], hasKey: false });
    keepers = [await keeper(), await keeper()];
    signer = await createOrderSigner("lg-berlin-1");
    signerId = await registerSigner(signer, SIGNED_FACTS, keepers);
  });

  const orderOf = (more: Readonly<Record<string, Json>> = {}): Record<string, Json> => ({
    v: 1,
    aud: bench.place.log,
    issuer: FACTS.issuer,
    jurisdiction: FACTS.jurisdiction,
    kind: FACTS.kind,
    case_number: FACTS.case_number,
    valid_from: FROM,
    valid_until: UNTIL,
    selector: { transactions: [bench.txId] },
    ...more,
  });
  const part = (jws: string) => ({ bytes: utf8(`${jws}\n`) });
  const attach = async (id: string, more: Readonly<Record<string, Json>> = {}, by = signer) => {
    const order = part(await by.sign(orderOf(more)));
    const { regulator } = bench;
    return called(regulator, "attachAuthorization", { params: { id } }, () =>
      attachAuthorization(regulator, id, SIGNED_FACTS, undefined, order),
    );
  };
  const approve = (stage: "legal" | "coordinator"): NewDecision =>
    NewDecision.parse({ stage, decision: "approve", comment: "As the order says" });
  const signedRequest = async (more: Readonly<Record<string, Json>> = {}, by = signer): Promise<string> => {
    const id = await draftRequest(bench);
    await attach(id, more, by);
    expect((await submitRequest(bench.regulator, id)).state).toBe("stage_1");
    await ensureChecked(bench, await submittedRequest(bench));
    return id;
  };
  const grantedRequest = async (by = signer) => {
    const id = await signedRequest({}, by);
    await decideRequest(bench.legal, id, approve("legal"));
    const { state, grant_id: grantId = "" } = await decideRequest(bench.approver, id, approve("coordinator"));
    expect(state).toBe("active");
    return { id, grantId };
  };
  const open = (grantId: string) =>
    openTransaction(bench.regulator, bench.txId, { purpose: "audit", grant_id: grantId });
  const authorizationOf = async (id: string) => {
    const { authorization } = await getRequest(bench.regulator, id);
    if (authorization === undefined) throw new TypeError("no authorization");
    return authorization;
  };

  /** Returns the details of the entries about a registration's revocations, oldest first. */
  async function revocationsOf(id: string): Promise<readonly Json[]> {
    const { rows } = await queryOwner(
      bench,
      "SELECT entry_id FROM audit_index WHERE action = 'authority.revoke' AND outcome = 'done' ORDER BY at, entry_id",
    );
    const ids = rows.map(({ entry_id }) => entry_id);
    const parts = await inSnapshot(bench.legal, (tx) => readParts(tx, ids, ["org"]));
    const opened = await openParts(bench.legal, parts);
    return ids.flatMap((entryId) => {
      const said = opened.find((part) => part.entryId === entryId)?.plaintext ?? {};
      return JSON.stringify(said).includes(`authority:${id}`) ? [said.details ?? null] : [];
    });
  }

  describe("verification of an order", () => {
    it("a paper order is attested by two readings, and stays so in every later state", async () => {
      const requestId = await submittedRequest(bench);
      await ensureChecked(bench, requestId);
      expect(await authorizationOf(requestId)).toMatchObject({
        assurance: "none",
        verification: "not verified",
      });
      await decideRequest(bench.legal, requestId, approvalOf("legal"));
      expect((await authorizationOf(requestId)).assurance).toBe("none");
      await decideRequest(bench.approver, requestId, approvalOf("coordinator"));
      const attested = await authorizationOf(requestId);
      expect(attested).toMatchObject({ state: "active", assurance: "attested" });
      expect(attested.verification).toBe("attested, not cryptographically verified");
      expect(attested.signature).toBeUndefined();
      await suspendAuthorization(bench.legal, requestId, attested.id, { reason: "stayed" });
      expect(await authorizationOf(requestId)).toMatchObject({ state: "suspended", assurance: "attested" });
    });

    it("a signed order is verified by its signature at each check, and is not retyped", async () => {
      const { id, grantId } = await grantedRequest();
      const authorization = await authorizationOf(id);
      expect(authorization).toMatchObject({
        state: "active",
        assurance: "verified",
        verification: "cryptographically verified",
        reach: { selector: { transactions: [bench.txId] } },
      });
      expect(authorization.document).toBeUndefined();
      expect(authorization.signature?.map(({ occasion, indication }) => [occasion, indication])).toEqual([
        ["attach", "TOTAL-PASSED"],
        ["submit", "TOTAL-PASSED"],
        ["decide", "TOTAL-PASSED"],
      ]);
      expect(authorization.attested_at).toBeUndefined();
      expect((await open(grantId)).success).toBe(true);
    });

    it("the database refuses a state without its verification, and states that skip or return", async () => {
      const id = await submittedRequest(bench);
      const set = (state: string) =>
        queryOwner(bench, "UPDATE legal_authorization SET state = $2 WHERE request_id = $1", [id, state]);
      for (const state of [
        "attested",
        "approved",
        "signature_verified",
        "active",
        "draft",
        "submitted",
        "exhausted",
      ])
        await expect(set(state)).rejects.toMatchObject({ code: "SP002" });
      const attestation = `INSERT INTO authorization_verification (id, tenant_id, authorization_id, request_id, occasion, method,
        indication, report, at) SELECT gen_random_uuid(), tenant_id, id, request_id, 'decide', 'paper', 'ATTESTED', '{}', now()
        FROM legal_authorization WHERE request_id = $1`;
      await expect(queryOwner(bench, attestation, [id])).rejects.toMatchObject({ code: "SP002" });
      const change = "UPDATE authorization_verification SET indication = 'TOTAL-PASSED'";
      await expect(queryOwner(bench, change)).rejects.toMatchObject({ code: "SP004" });
      await expect(queryOwner(bench, "DELETE FROM authorization_verification")).rejects.toMatchObject({
        code: "SP004",
      });
      await expect(queryOwner(bench, "TRUNCATE authorization_verification")).rejects.toMatchObject({
        code: "SP004",
      });
    });

    it("a signed order with a document keeps both when its facts are sent again", async () => {
      const id = await draftRequest(bench);
      const jws = part(await signer.sign(orderOf()));
      await attachAuthorization(bench.regulator, id, SIGNED_FACTS, ORDER_FILE, jws);
      const again = await attachAuthorization(bench.regulator, id, SIGNED_FACTS, undefined);
      expect(again).toMatchObject({ assurance: "verified", document: { media_type: "application/pdf" } });
      const paper = await attachAuthorization(bench.regulator, id, SIGNED_FACTS, ORDER_FILE);
      expect([paper.assurance, paper.signature]).toEqual(["none", undefined]);
    });
  });

  describe("a signed order is refused", () => {
    const refused = async (attached: Promise<unknown>) => {
      const { code, extra } = await refusalOf(attached);
      return [code, extra.fault, extra.indication, extra.sub_indication];
    };

    it("a failed order is refused by name and in the standard's words, is not attached, and the attempt is in the log", async () => {
      const id = await draftRequest(bench);
      const stranger = await createOrderSigner("unknown-1");
      const signature = "authorization.signature";
      expect(await refused(attach(id, {}, stranger))).toEqual([
        signature,
        "unknown-key",
        "INDETERMINATE",
        "NO_SIGNING_CERTIFICATE_FOUND",
      ]);
      expect((await refused(attach(id, { aud: "another.test/log/1" })))[1]).toBe("audience");
      expect((await refused(attach(id, { selector: {} })))[1]).toBe("empty-selector");
      expect((await refused(attach(id, { valid_until: FROM })))[1]).toBe("dates-reversed");
      expect((await refused(attach(id, { issuer: "Landgericht Hamburg" })))[1]).toBe("issuer");
      const impostor = {
        ...stranger,
        sign: (order: Record<string, Json>) => stranger.sign(order, { kid: signer.kid }),
      };
      expect((await refused(attach(id, {}, impostor)))[1]).toBe("altered");
      expect((await getRequest(bench.regulator, id)).authorization).toBeUndefined();
      const { rows } = await queryOwner(
        bench,
        "SELECT count(*)::int AS n FROM audit_queue WHERE action = 'authorization.attach' AND entry_id IN (SELECT id FROM audit_entry WHERE outcome = 'denied')",
      );
      expect(rows[0]?.n).toBe(6);
    });

    it("an order is refused for each member of the typed facts that differs from it", async () => {
      const id = await draftRequest(bench);
      const facts = {
        ...SIGNED_FACTS,
        case_number: "18 O 2/26",
        valid_until: seconds(Date.now() + 30 * DAY_MS),
      };
      const attached = attachAuthorization(
        bench.regulator,
        id,
        facts,
        undefined,
        part(await signer.sign(orderOf())),
      );
      const error = await refusalOf(attached);
      expect([error.code, error.extra.fault]).toEqual(["authorization.signature", "facts"]);
      expect(error.errors.map(({ pointer }) => pointer)).toEqual(["/case_number", "/valid_until"]);
    });

    it("a submission is refused when the request asks for more than the order reaches", async () => {
      const cases: readonly (readonly [Record<string, Json>, string])[] = [
        [{ selector: { transactions: [bench.otherTxId] } }, "transactions"],
        [{ selector: { participants: ["unknown-1"] } }, "transactions"],
        [{ selector: { to: "2020-01-01T00:00:00Z" } }, "transactions"],
        [{ fields: ["amount"] }, "fields"],
        [{ purpose: "compliance" }, "purpose"],
      ];
      for (const [more, member] of cases) {
        const id = await draftRequest(bench);
        await attach(id, more);
        const error = await refusalOf(submitRequest(bench.regulator, id));
        expect([error.code, error.extra.member]).toEqual(["authorization.scope", member]);
        expect(await authorizationOf(id)).toMatchObject({ state: "draft" });
      }
      const both = await draftRequest(bench, { transactions: [bench.txId, bench.otherTxId] });
      await attach(both, { selector: { from: "2020-01-01T00:00:00Z" }, max_records: 1 });
      expect((await refusalOf(submitRequest(bench.regulator, both))).extra.member).toBe("max_records");
    });

    it("submission and each decision are refused after its key has expired in between", async () => {
      const later = (who: RequestPerson): RequestPerson => {
        const now = () => new Date(Date.now() + 301 * DAY_MS);
        return { ...who, clock: { ...who.clock, now } };
      };
      const draft = await draftRequest(bench);
      const jws = part(await signer.sign(orderOf({ valid_until: seconds(Date.now() + 900 * DAY_MS) })));
      const facts = { ...SIGNED_FACTS, valid_until: seconds(Date.now() + 900 * DAY_MS) };
      await attachAuthorization(bench.regulator, draft, facts, undefined, jws);
      const submitted = await refusalOf(submitRequest(later(bench.regulator), draft));
      expect([submitted.code, submitted.extra.fault]).toEqual(["authorization.signature", "key-expired"]);
      const id = await signedRequest();
      const decided = await refusalOf(decideRequest(later(bench.legal), id, approve("legal")));
      expect([decided.code, decided.extra.fault]).toEqual(["authorization.signature", "key-expired"]);
      await decideRequest(bench.legal, id, approve("legal"));
      const last = await refusalOf(decideRequest(later(bench.approver), id, approve("coordinator")));
      expect(last.extra.fault).toBe("key-expired");
      expect((await getRequest(bench.regulator, id)).state).toBe("stage_2");
    });
  });

  describe("a registered key", () => {
    const registration = (kid: string, publicKey: string) => ({
      kind: "key" as const,
      issuer: "Amt",
      jurisdiction: "DE",
      kid,
      public_key: publicKey,
      valid_from: new Date(Date.now() - DAY_MS).toISOString(),
      valid_until: new Date(Date.now() + 2 * DAY_MS).toISOString(),
    });

    it("a key is valid after a second person has confirmed its digest, outside evaluation a day later", async () => {
      const amt = await createOrderSigner("amt-1");
      const strict = (who: RequestPerson, at = Date.now()): RequestPerson => ({
        ...who,
        instance: { ...who.instance, evaluation: false },
        clock: { ...who.clock, now: () => new Date(at) },
      });
      const [first, second] = keepers;
      const proposed = await registerAuthority(strict(first), registration("amt-1", amt.publicKey));
      expect(proposed).toMatchObject({ state: "proposed", is_in_force: false, acts: ["withdraw"] });
      const { id, digest } = proposed;
      expect(await outcomeOf(confirmAuthority(strict(first), id, { digest }))).toBe(
        "authority.second-person",
      );
      expect(await outcomeOf(confirmAuthority(strict(second), id, { digest: "x".repeat(43) }))).toBe(
        "request.invalid",
      );
      const confirmed = await confirmAuthority(strict(second), id, { digest });
      expect(confirmed).toMatchObject({ state: "confirmed", is_in_force: false });
      const from = Date.parse(confirmed.in_force_from ?? "");
      expect(from - Date.parse(confirmed.confirmed_at ?? "")).toBe(DAY_MS);
      const isInForceAt = async (at: number) =>
        (await listAuthorities(strict(first, at), { limit: 50 })).items.find((one) => one.id === id)
          ?.is_in_force;
      expect([await isInForceAt(from - 1), await isInForceAt(from)]).toEqual([false, true]);
      expect(await outcomeOf(confirmAuthority(strict(second), id, { digest }))).toBe("authority.state");
    });

    it("only administrators and compliance of the operator manage keys", async () => {
      const body = registration("amt-2", signer.publicKey);
      for (const who of [bench.regulator, bench.legal, bench.approver, bench.auditor]) {
        expect(await outcomeOf(registerAuthority(who, body))).toBe("auth.role");
        expect(await outcomeOf(listAuthorities(who, { limit: 1 }))).toBe("auth.role");
        expect(await outcomeOf(revokeAuthority(who, signerId, { reason: "x" }))).toBe("auth.role");
        expect(await outcomeOf(confirmAuthority(who, signerId, { digest: "x" }))).toBe("auth.role");
        expect(await outcomeOf(withdrawAuthority(who, signerId, { reason: "x" }))).toBe("auth.role");
      }
    });

    it("an id is used for one key for ever, and a weak, reversed or expired key is refused", async () => {
      const [first] = keepers;
      const other = await createOrderSigner("amt-3");
      const attempt = (more: object) =>
        outcomeOf(registerAuthority(first, { ...registration("amt-3", other.publicKey), ...more }));
      expect(await attempt({ kid: signer.kid })).toBe("authority.exists");
      expect(await attempt({ public_key: "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" })).toBe(
        "request.invalid",
      );
      expect(await attempt({ public_key: "AAAA" })).toBe("request.invalid");
      expect(await attempt({ valid_until: new Date(0).toISOString() })).toBe("request.invalid");
      const { id } = await registerAuthority(first, registration("amt-3", other.publicKey));
      expect((await withdrawAuthority(first, id, { reason: "mistyped" })).state).toBe("withdrawn");
      expect(await attempt({})).toBe("done");
      await expect(
        queryOwner(bench, "UPDATE authority SET public_key = 'x' WHERE id = $1", [signerId]),
      ).rejects.toMatchObject({ code: "SP003" });
      await expect(
        queryOwner(
          bench,
          "UPDATE authority SET state = 'confirmed', confirmed_by = proposed_by, confirmed_at = now(), in_force_from = now() WHERE state = 'proposed'",
        ),
      ).rejects.toMatchObject({ code: "23514" });
    });

    it("revoking a key ends what rests on it at the next decision, and with the custodian", async () => {
      const court = await createOrderSigner("ag-mitte-1");
      const id = await registerSigner(court, SIGNED_FACTS, keepers);
      const granted = await grantedRequest(court);
      const waiting = await signedRequest({}, court);
      const drafted = await draftRequest(bench);
      await attach(drafted, {}, court);
      expect((await open(granted.grantId)).success).toBe(true);
      const [, second] = keepers;
      expect((await revokeAuthority(second, id, { reason: "stolen" })).state).toBe("revoked");
      expect(await outcomeOf(open(granted.grantId))).toBe("access.no-grant");
      expect((await getGrant(bench.regulator, granted.grantId)).state).toBe("revoked");
      expect((await authorizationOf(granted.id)).state).toBe("revoked");
      expect((await authorizationOf(waiting)).state).toBe("revoked");
      expect(await outcomeOf(decideRequest(bench.legal, waiting, approve("legal")))).toBe(
        "authorization.invalid",
      );
      expect((await refusalOf(submitRequest(bench.regulator, drafted))).extra.fault).toBe("key-revoked");
      const late = await refusalOf(attach(await draftRequest(bench), {}, court));
      expect(late.extra.fault).toBe("key-revoked");
      // A repeated call gets the same answer, whether something was left or not, and no entry shows cases to others.
      expect(await outcomeOf(revokeAuthority(second, id, { reason: "again" }))).toBe("done");
      expect((await open((await grantedRequest()).grantId)).success).toBe(true);
    });

    it("after a portal dies during a revocation, the repeated call ends what was left", async () => {
      const court = await createOrderSigner("ag-mitte-9");
      const id = await registerSigner(court, SIGNED_FACTS, keepers);
      const ids = [await signedRequest({}, court), await signedRequest({}, court)] as const;
      const states = async () => Promise.all(ids.map(async (one) => (await authorizationOf(one)).state));
      const [, second] = keepers;
      const admin = new Client({ connectionString: bench.database.adminUrl });
      await admin.connect();
      await admin.query("BEGIN");
      await admin.query("SELECT 1 FROM access_request WHERE id = $1 FOR UPDATE", [ids[1]]);
      const dying = revokeAuthority(second, id, { reason: "stolen" }).then(
        () => "done",
        () => "died",
      );
      // It has ended the first order and waits for the second one's request; then its connection is closed.
      const wait = `SELECT pg_terminate_backend(pid) FROM (${LOCK_WAITS}) AS waiting`;
      await expect
        .poll(async () => (await admin.query(wait)).rowCount, { timeout: 150_000 })
        .toBeGreaterThan(0);
      expect(await dying).toBe("died");
      await admin.query("ROLLBACK");
      await admin.end();
      expect(await states()).toEqual(["revoked", "legal_review"]);
      expect(await outcomeOf(decideRequest(bench.legal, ids[1], approve("legal")))).toBe(
        "authorization.signature",
      );
      expect((await revokeAuthority(second, id, { reason: "once more" })).state).toBe("revoked");
      expect(await states()).toEqual(["revoked", "revoked"]);
      expect(await outcomeOf(revokeAuthority(second, id, { reason: "again" }))).toBe("done");
      const said = await revocationsOf(id);
      // The entries of the registration do not show what was left: not everyone may know whose orders rest on it
      // (I12).
      expect(said).toMatchObject([{ reason: "stolen" }, { reason: "once more" }, { reason: "again" }]);
      expect(new Set(said.map((one) => Object.keys(Object(one)).sort().join(" ")))).toEqual(
        new Set(["digest reason"]),
      );
    });

    it("the rules treat a key as revoked already while its grants' rows are still active", async () => {
      const court = await createOrderSigner("ag-mitte-2");
      const id = await registerSigner(court, SIGNED_FACTS, keepers);
      const { grantId } = await grantedRequest(court);
      await queryOwner(bench, "ALTER TABLE authority DISABLE TRIGGER USER");
      await queryOwner(
        bench,
        "UPDATE authority SET state = 'revoked', ended_at = now(), ended_by = proposed_by, end_reason = 'x' WHERE id = $1",
        [id],
      );
      await queryOwner(bench, "ALTER TABLE authority ENABLE ALWAYS TRIGGER authority_guard");
      await queryOwner(bench, "ALTER TABLE authority ENABLE ALWAYS TRIGGER authority_complete");
      await queryOwner(bench, "ALTER TABLE authority ENABLE ALWAYS TRIGGER authority_key_once");
      expect((await getGrant(bench.regulator, grantId)).state).toBe("active");
      const refused = await refusalOf(open(grantId));
      expect([refused.code, refused.extra.reason]).toEqual(["access.no-grant", "floor.authorization-state"]);
    });
  });

  describe("a legal authority that ends", () => {
    it("its grant ends at the next decision and with the custodian, and the request shows it", async () => {
      for (const [act, state] of [
        [suspendAuthorization, "suspended"],
        [revokeAuthorization, "revoked"],
      ] as const) {
        const { requestId, grantId } = await approvedRequest(bench);
        expect((await open(grantId)).success).toBe(true);
        const { id } = await authorizationOf(requestId);
        const answer = await act(bench.legal, requestId, id, { reason: "The court stayed it." });
        expect([answer.state, answer.authorization?.state]).toEqual(["revoked", state]);
        expect(await outcomeOf(open(grantId))).toBe("access.no-grant");
        expect(await outcomeOf(act(bench.legal, requestId, id, { reason: "again" }))).toBe(
          "request.illegal-transition",
        );
      }
    });

    it("an authority that ended before the decision cannot be approved; it can be revoked once no answer is owed", async () => {
      const requestId = await submittedRequest(bench);
      await ensureChecked(bench, requestId);
      const { id } = await authorizationOf(requestId);
      await suspendAuthorization(bench.approver, requestId, id, { reason: "doubted" });
      expect(await outcomeOf(decideRequest(bench.legal, requestId, approvalOf("legal")))).toBe(
        "authorization.invalid",
      );
      const revoke = () => revokeAuthorization(bench.legal, requestId, id, { reason: "set aside" });
      expect(await outcomeOf(revoke())).toBe("request.conflict");
      expect((await authorizationOf(requestId)).state).toBe("suspended");
      const denial = NewDecision.parse({ stage: "legal", decision: "deny", comment: "Set aside." });
      await decideRequest(bench.legal, requestId, denial);
      await revoke();
      expect((await authorizationOf(requestId)).state).toBe("revoked");
    });

    it("an authority cannot end while its request is overdue: a coordinator cannot lead it away from the executives", async () => {
      const requestId = await submittedRequest(bench);
      const { id } = await authorizationOf(requestId);
      const admin = new Client({ connectionString: bench.database.adminUrl });
      await admin.connect();
      await pastTriggers(admin, ["access_request"], () =>
        admin.query("UPDATE access_request SET state = 'overdue' WHERE id = $1", [requestId]),
      );
      await admin.end();
      for (const act of [suspendAuthorization, revokeAuthorization])
        expect(await outcomeOf(act(bench.legal, requestId, id, { reason: "x" }))).toBe("request.conflict");
      expect((await authorizationOf(requestId)).state).toBe("legal_review");
    });

    it("only reviewers can end an authority; other people learn nothing of it", async () => {
      const requestId = await submittedRequest(bench);
      const { id } = await authorizationOf(requestId);
      const end = (who: RequestPerson, request = requestId, authorization = id) =>
        outcomeOf(suspendAuthorization(who, request, authorization, { reason: "x" }));
      expect(await end(bench.regulator)).toBe("decision.self");
      expect(await end(bench.colleague)).toBe("decision.organisation");
      expect(await end(bench.auditor)).toBe(await end(bench.auditor, uuidv7(0)));
      expect(await end(bench.support)).toBe("request-file.not-found");
      expect(await end(bench.legal, requestId, uuidv7(0))).toBe("authorization.not-found");
      const draft = await draftRequest(bench);
      expect(await end(bench.legal, draft)).toBe("request-file.not-found");
    });
  });

  it("a signed foreign order waits for a recognition basis like any other, and may state its own", async () => {
    const abroad = await createOrderSigner("us-sdny-1");
    const facts = { ...SIGNED_FACTS, issuer: "United States District Court", jurisdiction: "US" };
    await registerSigner(abroad, facts, keepers);
    const file = async (stated: { recognition_basis?: string }) => {
      const id = await draftRequest(bench);
      const { issuer, jurisdiction } = facts;
      const jws = part(await abroad.sign(orderOf({ issuer, jurisdiction, ...stated })));
      await attachAuthorization(bench.regulator, id, { ...facts, ...stated }, undefined, jws);
      await submitRequest(bench.regulator, id);
      await ensureChecked(bench, await submittedRequest(bench));
      return id;
    };
    const silent = await file({});
    expect((await refusalOf(decideRequest(bench.legal, silent, approve("legal")))).code).toBe(
      "authorization.recognition",
    );
    const basis = { recognition_basis: "Mutual legal assistance treaty" };
    await decideRequest(bench.legal, silent, NewDecision.parse({ ...approve("legal"), ...basis }));
    expect((await decideRequest(bench.approver, silent, approve("coordinator"))).state).toBe("active");
    const stating = await file(basis);
    await decideRequest(bench.legal, stating, approve("legal"));
    expect((await decideRequest(bench.approver, stating, approve("coordinator"))).state).toBe("active");
  });
});

describe("a revoked key of an authority", () => {
  const FACTS_OF = {
    ...{ issuer: FACTS.issuer, jurisdiction: FACTS.jurisdiction },
    valid_from: new Date(Date.now() - 86_400_000).toISOString(),
    valid_until: new Date(Date.now() + 86_400_000).toISOString(),
  };
  let keepers: readonly [RequestPerson, RequestPerson];
  beforeAll(async () => {
    const keeper = () => bench.person({ role: "coordinator", duties: ["compliance"], hasKey: false });
    keepers = [await keeper(), await keeper()];
  });

  const seconds = (text: string) => `${new Date(text).toISOString().slice(0, 19)}Z`;
  let n = 0;
  /** Returns the result of an order that names the signer's key by this id. */
  async function ordered(signer: OrderSigner, kid: string): Promise<string> {
    n += 1;
    const { issuer, jurisdiction, kind } = FACTS;
    const order = {
      ...{ issuer, jurisdiction, kind, case_number: `18 O ${n}/26` },
      valid_from: seconds(FACTS.valid_from),
      valid_until: seconds(FACTS.valid_until),
    };
    const says = { ...order, v: 1, aud: bench.place.log, selector: { transactions: [bench.txId] } };
    const jws = { bytes: utf8(await signer.sign(says, { kid })) };
    const id = await draftRequest(bench);
    const facts = AuthorizationFactsBody.parse(order);
    return outcomeOf(attachAuthorization(bench.regulator, id, facts, undefined, jws));
  }
  const OTHER = { issuer: "Amtsgericht Mitte", jurisdiction: "DE" };

  /** Rule of the registry: an ended registration cannot be renewed. */
  describe("a key that was revoked", () => {
    it("a revoked key signs no order under another key id or for another issuer", async () => {
      const signer = await createOrderSigner("stolen");
      const id = await registerSigner(signer, FACTS, keepers);
      await revokeAuthority(keepers[0], id, { reason: "The key was stolen." });
      const again = { ...signer, kid: "stolen-again" };
      expect(await outcomeOf(registerSigner(again, FACTS, keepers))).toBe("authority.exists");
      expect(await outcomeOf(registerSigner(again, OTHER, keepers))).toBe("authority.exists");
      expect(await ordered(signer, again.kid)).toBe("authorization.signature");
    });

    it("a revoked key cannot be registered again; a withdrawn registration does not count", async () => {
      const signer = await createOrderSigner("twice");
      const given = { kind: "key" as const, ...FACTS_OF, kid: "twice-first", public_key: signer.publicKey };
      const first = await registerAuthority(keepers[0], given);
      expect(await outcomeOf(registerSigner(signer, FACTS, keepers))).toBe("authority.exists");
      await withdrawAuthority(keepers[0], first.id, { reason: "Typed wrongly." });
      await registerSigner(signer, FACTS, keepers);
      expect(await ordered(signer, "twice")).toBe("done");
    });

    it("two registrations of one key at once give one", async () => {
      const signer = await createOrderSigner("at-once");
      const given = (kid: string) => ({
        kind: "key" as const,
        ...FACTS_OF,
        kid,
        public_key: signer.publicKey,
      });
      const both = ["at-once-1", "at-once-2"].map((kid) =>
        outcomeOf(registerAuthority(keepers[0], given(kid))),
      );
      expect((await Promise.all(both)).sort()).toEqual(["authority.exists", "done"]);
    });

    it("a revoked key is not valid under a second id that the database owner registered", async () => {
      const signer = await createOrderSigner("old-1");
      const id = await registerSigner(signer, FACTS, keepers);
      const trigger = (how: string) =>
        queryOwner(bench, `ALTER TABLE authority ${how} TRIGGER authority_key_once`);
      await trigger("DISABLE");
      await registerSigner({ ...signer, kid: "old-2" }, FACTS, keepers);
      await trigger("ENABLE ALWAYS");
      expect(await ordered(signer, "old-2")).toBe("done");
      await revokeAuthority(keepers[0], id, { reason: "The key was stolen." });
      expect(await ordered(signer, "old-2")).toBe("authorization.signature");
    });
  });

  describe.each(["ec", "rsa"] as const)("an anchor's %s key that was revoked", (kind) => {
    it("no other certificate, registered before or after, brings the key back; before revocation it is a renewal", async () => {
      const court = await createCourt(kind);
      const renewed = async (name: string, ...options: string[]) => {
        const file = `${court.dir}/${name}.pem`;
        await openssl(
          ...["req", "-x509", "-new", "-key", court.root.key, "-subj", `/O=Test/CN=${name}`, "-days", "20"],
          ...[
            "-addext",
            "basicConstraints=critical,CA:TRUE",
            "-addext",
            "keyUsage=critical,keyCertSign,cRLSign",
          ],
          ...[...options, "-out", file],
        );
        return toBase64(await derOf(file));
      };
      const anchor = (certificate: string) =>
        registerAuthority(keepers[0], { kind: "anchor", ...OTHER, certificate });
      const first = await anchor(toBase64(court.anchor));
      await confirmAuthority(keepers[1], first.id, { digest: first.digest });
      const second = await anchor(await renewed("renewed"));
      await revokeAuthority(keepers[0], first.id, { reason: "The key was stolen." });
      const confirmed = confirmAuthority(keepers[1], second.id, { digest: second.digest });
      expect(await outcomeOf(confirmed)).toBe("authority.exists");
      expect(await outcomeOf(anchor(await renewed("another")))).toBe("authority.exists");
      expect(await outcomeOf(anchor(toBase64((await createCourt(kind)).anchor)))).toBe("done");
    });
  });
});
