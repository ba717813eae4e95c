import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findLiveGrant } from "@/lib/access/grants/find-grant";
import { finishPendingGrants } from "@/lib/access/grants/finish-pending";
import { revokeGrant } from "@/lib/access/grants/revoke-grant";
import { fileRequest } from "@/lib/access/requests/file-request";
import { NewRequest } from "@/lib/access/requests/schema";
import { submitRequest } from "@/lib/access/requests/submit-request";
import { fixedClock } from "@/lib/clock";
import { toBase64url } from "@/lib/crypto/bytes";
import { signStatement } from "@/lib/crypto/statement";
import { uuidv7 } from "@/lib/crypto/uuid";
import { addNote } from "@/lib/disputes/add-note";
import { getDispute } from "@/lib/disputes/get-dispute";
import { openDispute } from "@/lib/disputes/open-dispute";
import { prepareDispute } from "@/lib/disputes/prepare-dispute";
import { resolveDispute } from "@/lib/disputes/resolve-dispute";
import { NewDispute } from "@/lib/disputes/schema";
import { takeDispute } from "@/lib/disputes/take-dispute";
import { away, later, openedDispute, REASON, takenDispute } from "@/lib/testing/benches/dispute-acts";
import {
  createDisputeBench,
  type DisputeBench,
  type DisputePerson,
} from "@/lib/testing/benches/dispute-bench";
import { queryAs } from "@/lib/testing/benches/query-as";
import { refusalOf } from "@/lib/testing/benches/refusal";
import { called } from "@/lib/testing/called";
import { dropPasskey, signWithPasskey, storePasskey } from "@/lib/testing/devices/statement-passkey";
import { openTransaction } from "@/lib/transactions/open/open-transaction";
import { prepareOpening } from "@/lib/transactions/open/prepare-opening";
import { getTransaction } from "@/lib/transactions/read/load-known";
import { setStatus } from "@/lib/transactions/status/set-status";

let bench: DisputeBench;
beforeAll(async () => {
  bench = await createDisputeBench();
});
afterAll(() => bench.close());

describe("a party's proof", () => {
  const code = async (act: Promise<unknown>): Promise<string> => (await refusalOf(act)).code;
  const query = (text: string, values?: readonly unknown[]) => queryAs(bench.database.adminUrl, text, values);

  describe("opening a dispute in a browser", () => {
    const MINUTE_MS = 60_000;
    const body = NewDispute.parse({ reason: REASON });

    /** Signed in with a password first, with a second factor later or never. */
    function inSession(passwordAge: number, factorAge?: number): DisputePerson {
      const now = Date.now();
      const proof = {
        kind: "session" as const,
        sessionId: uuidv7(now),
        method: factorAge === undefined ? ("password" as const) : ("totp" as const),
        provedAt: new Date(now - passwordAge * MINUTE_MS),
        ...(factorAge === undefined ? {} : { multiFactorAt: new Date(now - factorAge * MINUTE_MS) }),
      };
      const { client } = bench;
      return { ...client, clock: fixedClock(new Date(now)), principal: { ...client.principal, proof } };
    }

    it("a party proves its identity again, since the portal may sign the access of support", async () => {
      const tx = await bench.transaction();
      const input = { params: { id: tx }, body };
      const late = inSession(21);
      for (const who of [late, inSession(15.01), inSession(-1)]) {
        const open = called(who, "openDispute", input, () => openDispute(who, tx, body));
        expect(await refusalOf(open)).toMatchObject({ code: "auth.step-up", status: 401 });
      }
      const prepare = called(late, "prepareDispute", { params: { id: tx } }, () =>
        prepareDispute(late, tx, {}),
      );
      expect(await refusalOf(prepare)).toMatchObject({ code: "auth.step-up", status: 401 });
      const rows = await query(
        "SELECT count(*)::int AS n FROM audit_index WHERE transaction_id = $1 AND action LIKE 'dispute.%' AND outcome = 'denied'",
        [tx],
      );
      expect(rows).toEqual([{ n: 4 }]);
      const open = { confidential: false, parties: undefined, settlement_details: undefined };
      const plain = await bench.transaction(bench.client, open);
      expect(await openDispute(inSession(60), plain, body)).toMatchObject({ fields: [] });
      expect(await openDispute(inSession(15), tx, body)).toMatchObject({ state: "open" });
    });

    it("the proof needs every factor of the person, and a fresh password does not replace an old passkey", async () => {
      const passkey = await storePasskey(bench.client, "http://localhost:3000");
      const tx = await bench.transaction();
      expect(await code(openDispute(inSession(1), tx, body))).toBe("auth.step-up");
      expect(await code(openDispute(inSession(1, 16), tx, body))).toBe("auth.step-up");
      expect(await openDispute(inSession(60, 1), tx, body)).toMatchObject({ state: "open" });
      await dropPasskey(bench.client, passkey);
    });

    it("a party that may not open a dispute is refused before any proof", async () => {
      const tx = await bench.transaction();
      const { principal } = inSession(60);
      const stranger = {
        ...bench.stranger,
        principal: { ...bench.stranger.principal, proof: principal.proof },
      };
      expect(await code(openDispute(stranger, tx, body))).toBe("transaction.not-found");
      await openDispute(bench.client, tx, body);
      expect(await code(openDispute(inSession(60), tx, body))).toBe("dispute.exists");
    });
  });

  describe("a party's own signature", () => {
    const strict = <T extends DisputePerson>(who: T): T => ({
      ...who,
      instance: { ...who.instance, evaluation: false },
    });

    async function prepared(tx: string, fields?: ("amount" | "parties")[]) {
      const { keyed, keyedSeed } = bench;
      const { statement, nonce } = await prepareDispute(keyed, tx, fields === undefined ? {} : { fields });
      const signature = {
        kind: "ed25519" as const,
        key_id: `${keyed.principal.handle}/1`,
        signature: toBase64url(signStatement(keyedSeed, "dispute", statement)),
      };
      return { statement, signed: { nonce, signature } };
    }

    it("a signature is required outside evaluation, and the answer says what to do", async () => {
      const tx = await bench.transaction();
      const error = await refusalOf(
        openDispute(strict(bench.client), tx, NewDispute.parse({ reason: REASON })),
      );
      expect(error.code).toBe("statement.required");
      expect(error.detail).toContain("passkey on the custodian's roster");
      expect((await getTransaction(bench.client, tx)).status).toBe("created");
    });

    it("a signature by a passkey that its owner removed is refused, and leaves the prepared statement unspent", async () => {
      const { keyed } = bench;
      const tx = await bench.transaction(keyed);
      const passkey = await storePasskey(keyed, "http://localhost:3000");
      await dropPasskey(keyed, passkey);
      const { statement, signed } = await prepared(tx);
      const removed = { ...signed, signature: signWithPasskey(passkey.device, "dispute", statement) };
      const body = NewDispute.parse({ reason: REASON, signed: removed });
      expect(await code(openDispute(strict(keyed), tx, body))).toBe("statement.passkey-removed");
      const again = NewDispute.parse({ reason: REASON, signed });
      expect((await openDispute(strict(keyed), tx, again)).state).toBe("open");
    });

    it("a signature over the prepared statement opens the dispute, once", async () => {
      const { keyed } = bench;
      const tx = await bench.transaction(keyed);
      const { statement, signed } = await prepared(tx);
      expect(statement).toMatchObject({ transaction: tx, level: "masked", party: keyed.principal.handle });
      const body = NewDispute.parse({ reason: REASON, signed });
      const dispute = await openDispute(strict(keyed), tx, body);
      expect(dispute).toMatchObject({ state: "open", signed_by: "own_key" });
      await resolveDispute(keyed, { id: dispute.id }, { resolution: "Found." });
      expect(await code(openDispute(strict(keyed), tx, body))).toBe("statement.expired");
    });

    it("a signature over other groups, for another transaction or by another key opens nothing", async () => {
      const { keyed, client } = bench;
      const tx = await bench.transaction(keyed);
      const narrow = await prepared(tx, ["amount"]);
      const wider = NewDispute.parse({ reason: REASON, signed: narrow.signed });
      expect(await code(openDispute(keyed, tx, wider))).toBe("statement.invalid");
      const elsewhere = await prepared(await bench.transaction(keyed));
      const moved = NewDispute.parse({ reason: REASON, signed: elsewhere.signed });
      expect(await code(openDispute(keyed, tx, moved))).toBe("statement.invalid");
      const { signed } = await prepared(tx);
      const forged = { ...signed.signature, signature: toBase64url(new Uint8Array(64)) };
      const byNobody = NewDispute.parse({ reason: REASON, signed: { ...signed, signature: forged } });
      const refused = await refusalOf(openDispute(keyed, tx, byNobody));
      expect([refused.code, refused.extra.reason]).toEqual(["custodian.refused", "signature"]);
      const stolen = NewDispute.parse({ reason: REASON, signed: (await prepared(tx)).signed });
      expect(await code(openDispute(client, tx, stolen))).toBe("transaction.not-found");
    });

    it("the portal's signature cannot replace that of a person who has their own key", async () => {
      const tx = await bench.transaction(bench.keyed);
      const refused = await refusalOf(openDispute(bench.keyed, tx, NewDispute.parse({ reason: REASON })));
      expect(refused.code).toBe("statement.required");
    });
  });
});

describe("support's access", () => {
  const LOOK = { purpose: "dispute" } as const;
  const code = async (act: Promise<unknown>): Promise<string> => (await refusalOf(act)).code;
  const query = (text: string, values?: readonly unknown[]) => queryAs(bench.database.adminUrl, text, values);
  const opened = (by?: DisputePerson) => openedDispute(bench, by);
  const taken = () => takenDispute(bench);

  describe("the end of a dispute", () => {
    it("the end of a dispute ends support's access at once, here and at the custodian, and restores the status", async () => {
      const { client, support } = bench;
      const tx = await bench.transaction();
      await setStatus(client, tx, { status: "processing" });
      const { id } = await openDispute(client, tx, NewDispute.parse({ reason: REASON }));
      const { grant } = await takeDispute(support, { id });
      const grant_id = grant?.id ?? "";
      await openTransaction(support, tx, { ...LOOK, grant_id });
      expect(await code(setStatus(client, tx, { status: "processing" }))).toBe("transaction.status");
      await addNote(bench.miner, { id }, { text: "Both were ordered." });
      const end = await resolveDispute(support, { id }, { resolution: "The order was for both jobs." });
      expect(end).toMatchObject({ state: "resolved", transaction_status: "processing" });
      expect(end.grant?.state).toBe("revoked");
      expect((await getTransaction(client, tx)).status).toBe("processing");
      expect(await code(openTransaction(support, tx, { ...LOOK, grant_id }))).toBe("access.no-grant");
      expect(await code(prepareOpening(support, { grant_id, transactions: [tx] }))).toBe("access.no-grant");
      expect(await code(takeDispute(support, { id }))).toBe("dispute.state");
      expect(await code(resolveDispute(support, { id }, { resolution: "again" }))).toBe("dispute.state");
      // A dishonest portal would send the same statement again.
      const [row] = await query("SELECT statement, signature FROM dispute WHERE id = $1", [id]);
      const again: unknown = { statement: row?.statement, signature: row?.signature };
      const lie = { grant: uuidv7(Date.now()), dispute: again, holder: bench.deputy.principal.handle };
      const refused = await refusalOf(Reflect.apply(bench.escrow.submitGrant, undefined, [lie]));
      expect(refused.extra.reason).toBe("revoked");
    });

    it("a dispute can end while the custodian is away, which is notified later", async () => {
      const { id, tx } = await taken();
      await addNote(bench.miner, { id }, { text: "Agreed." });
      const end = await resolveDispute(away(bench.support), { id }, { resolution: "Settled." });
      expect(end.state).toBe("resolved");
      expect(await code(openTransaction(bench.support, tx, LOOK))).toBe("access.no-grant");
      const [waiting] = await query("SELECT state FROM job WHERE subject = $1", [id]);
      expect(waiting?.state).toBe("waiting");
      await finishPendingGrants(bench.support);
      const [done] = await query("SELECT state FROM job WHERE subject = $1", [id]);
      expect(done?.state).toBe("done");
    });

    it("the access ends with its time, without any act", async () => {
      const { id, tx } = await taken();
      expect(await code(openTransaction(later(bench.support, 31), tx, LOOK))).toBe("access.no-grant");
      const view = await getDispute(later(bench.support, 31), id);
      expect(view).toMatchObject({ no_access: "permission-ended", grant: { state: "expired" } });
      const over = await takeDispute(later(bench.deputy, 31), { id });
      expect(over).toMatchObject({ state: "taken", no_access: "permission-ended" });
    });

    it("a reviewer who revokes the grant ends the party's permission", async () => {
      const { id, tx, grant } = await taken();
      await revokeGrant(bench.approver, grant, "The desk is under review.");
      expect(await code(openTransaction(bench.support, tx, LOOK))).toBe("access.no-grant");
      const again = await takeDispute(bench.support, { id });
      expect(again).toMatchObject({ no_access: "taken-back", grant: { state: "revoked" } });
    });
  });

  describe("several support people", () => {
    it("only the person who takes a dispute sees its masks, and another takes over with the views that are left", async () => {
      const { id, tx, grant } = await taken();
      await openTransaction(bench.support, tx, LOOK);
      expect(await code(openTransaction(bench.deputy, tx, { ...LOOK, grant_id: grant }))).toBe(
        "access.no-grant",
      );
      const over = await takeDispute(bench.deputy, { id });
      expect(over.grant).toMatchObject({ holder: bench.deputy.principal.handle, max_views: 19 });
      expect(await code(openTransaction(bench.support, tx, LOOK))).toBe("access.no-grant");
      expect((await openTransaction(bench.deputy, tx, LOOK)).masked).toHaveLength(3);
      const held = await findLiveGrant(bench.deputy, { transactionId: tx, purpose: "dispute" });
      expect(held?.requestId).toBeUndefined();
    });

    it("taking one's own dispute again changes nothing", async () => {
      const { id, grant } = await taken();
      expect((await takeDispute(bench.support, { id })).grant?.id).toBe(grant);
    });

    it("a person who gave the access up can take it again", async () => {
      const { id, tx, grant } = await taken();
      await revokeGrant(bench.support, grant, "Not needed now.");
      expect((await takeDispute(bench.support, { id })).grant?.state).toBe("active");
      expect((await openTransaction(bench.support, tx, LOOK)).success).toBe(true);
    });

    it("two people who take it at once end with one live grant", async () => {
      const { id } = await opened();
      await Promise.allSettled([takeDispute(bench.support, { id }), takeDispute(bench.deputy, { id })]);
      const live = await query(
        "SELECT subject_user_id FROM access_grant WHERE dispute_id = $1 AND state IN ('pending', 'active')",
        [id],
      );
      const [row] = await query("SELECT taken_by FROM dispute WHERE id = $1", [id]);
      expect(live.map((grant) => grant.subject_user_id)).toEqual([row?.taken_by]);
    });

    it("support gets the access later when the custodian is away at first", async () => {
      const { id, tx } = await opened();
      expect(await code(takeDispute(away(bench.support), { id }))).toBe("custodian.unavailable");
      expect((await getDispute(bench.support, id)).grant?.state).toBe("pending");
      expect(await code(openTransaction(bench.support, tx, LOOK))).toBe("access.no-grant");
      expect((await takeDispute(bench.support, { id })).grant?.state).toBe("active");
      expect((await openTransaction(bench.support, tx, LOOK)).success).toBe(true);
    });

    it("support asks for more by a request that two people decide on, masked, never in full", async () => {
      const { tx } = await taken();
      const ask = { purpose: "dispute", justification: "The note names a settlement.", transactions: [tx] };
      const full = NewRequest.parse({ ...ask, fields: ["amount"] });
      expect(await code(fileRequest(bench.support, full))).toBe("access.level");
      const masked = NewRequest.parse({ ...ask, fields: ["settlement_details"], level: "masked" });
      const { id } = await fileRequest(bench.support, masked);
      expect((await submitRequest(bench.support, id)).state).toBe("stage_1");
    });
  });
});
