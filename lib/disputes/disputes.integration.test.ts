import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fileRequest } from "@/lib/access/file-request";
import { findLiveGrant } from "@/lib/access/find-grant";
import { finishPendingGrants } from "@/lib/access/finish-pending";
import { listGrants } from "@/lib/access/list-grants";
import { prepareOpening } from "@/lib/access/prepare-opening";
import { revokeGrant } from "@/lib/access/revoke-grant";
import { NewRequest } from "@/lib/access/schema";
import { submitRequest } from "@/lib/access/submit-request";
import { listAccessLogs } from "@/lib/audit/list-access-logs";
import { fixedClock } from "@/lib/clock";
import { toBase64url } from "@/lib/crypto/bytes";
import { signStatement } from "@/lib/crypto/statement";
import { uuidv7 } from "@/lib/crypto/uuid";
import { addNote } from "@/lib/disputes/add-note";
import { getDispute } from "@/lib/disputes/get-dispute";
import { listDisputes } from "@/lib/disputes/list-disputes";
import { openDispute } from "@/lib/disputes/open-dispute";
import { prepareDispute } from "@/lib/disputes/prepare-dispute";
import { resolveDispute } from "@/lib/disputes/resolve-dispute";
import { DisputeQuery, NewDispute } from "@/lib/disputes/schema";
import { takeDispute } from "@/lib/disputes/take-dispute";
import { DomainError } from "@/lib/errors";
import {
  CANARIES,
  createDisputeBench,
  type DisputeBench,
  type DisputePerson,
} from "@/lib/testing/dispute-bench";
import { queryAs } from "@/lib/testing/query-as";
import { refusalOf } from "@/lib/testing/refusal";
import { dropPasskey, signWithPasskey, storePasskey } from "@/lib/testing/statement-passkey";
import { getTransaction } from "@/lib/transactions/get-transaction";
import { openTransaction } from "@/lib/transactions/open-transaction";
import { setStatus } from "@/lib/transactions/set-status";

let bench: DisputeBench;
beforeAll(async () => {
  bench = await createDisputeBench();
});
afterAll(() => bench?.close());

const REASON = "The invoice is for another job than the one we ordered.";
const LOOK = { purpose: "dispute" } as const;

const code = async (act: Promise<unknown>): Promise<string> => (await refusalOf(act)).code;

const query = (text: string, values?: readonly unknown[]) => queryAs(bench.database.adminUrl, text, values);

async function opened(by: DisputePerson = bench.client): Promise<{ id: string; tx: string }> {
  const tx = await bench.transaction(by);
  const { id } = await openDispute(by, tx, NewDispute.parse({ reason: REASON }));
  return { id, tx };
}

async function taken(): Promise<{ id: string; tx: string; grant: string }> {
  const { id, tx } = await opened();
  const { grant } = await takeDispute(bench.support, { id });
  return { id, tx, grant: grant?.id ?? "" };
}

function away<T extends DisputePerson>(who: T): T {
  const gone = () => Promise.reject(new DomainError("custodian.unavailable"));
  return { ...who, escrow: { ...who.escrow, submitGrant: gone, revoke: gone, open: gone } };
}

function later<T extends DisputePerson>(who: T, days: number): T {
  return { ...who, clock: fixedClock(new Date(Date.now() + days * 86_400_000)) };
}

describe("a party that opens a dispute", () => {
  it("puts its transaction in dispute, and lets support see masks and no plaintext", async () => {
    const { client, support } = bench;
    const tx = await bench.transaction();
    const dispute = await openDispute(client, tx, NewDispute.parse({ reason: REASON }));
    expect(dispute).toMatchObject({
      transaction_id: tx,
      state: "open",
      party: client.principal.participantId,
      fields: ["amount", "settlement_details", "parties"],
      assurance: "evaluation",
      signed_by: "portal",
      no_access: "untaken",
      transaction_status: "disputed",
      acts: ["note", "withdraw"],
    });
    expect(await code(openTransaction(support, tx, LOOK))).toBe("access.no-grant");

    const mine = await takeDispute(support, { id: dispute.id });
    expect(mine).toMatchObject({ state: "taken", acts: ["take", "note", "resolve"] });
    expect(mine.grant).toMatchObject({ state: "active", max_views: 20, views_left: 20 });
    const grant_id = mine.grant?.id ?? "";
    const seen = await openTransaction(support, tx, { ...LOOK, grant_id });
    expect(seen).toMatchObject({
      success: true,
      assurance: "evaluation",
      masked: ["amount", "settlement_details", "parties"],
      data: {
        amount: "#",
        currency: "••••••••",
        settlement_details: { iban: "#" },
        parties: { payer: "••••••••", payee: "••••••••" },
      },
    });
    const views = JSON.stringify([dispute, mine, seen, await getDispute(support, dispute.id)]);
    for (const canary of CANARIES) expect(views).not.toContain(canary);
    const now = await getDispute(client, dispute.id);
    expect(now.openings).toMatchObject([
      { by: { handle: support.principal.handle }, fields: ["amount", "settlement_details", "parties"] },
    ]);
    expect(now.grant?.views_left).toBe(19);
    expect(await listGrants(support, { limit: 10 })).toMatchObject({
      items: [{ id: grant_id, dispute_id: dispute.id, level: "masked", purpose: "dispute" }],
    });
  });

  it("names the groups that support may see, and no other is shown", async () => {
    const tx = await bench.transaction();
    const body = NewDispute.parse({ reason: REASON, fields: ["parties", "narrative"] });
    const { id, fields } = await openDispute(bench.client, tx, body);
    expect(fields).toEqual(["parties"]);
    await takeDispute(bench.support, { id });
    const seen = await openTransaction(bench.support, tx, LOOK);
    expect(Object.keys(seen.data)).toEqual(["parties"]);
    const more = openTransaction(bench.support, tx, { ...LOOK, fields: ["amount"] });
    expect(await code(more)).toBe("access.groups");
    const none = NewDispute.parse({ reason: REASON, fields: ["narrative"] });
    expect(await code(openDispute(bench.client, await bench.transaction(), none))).toBe("request.invalid");
  });

  it("has one dispute of a transaction at a time, also under parallel calls of both parties", async () => {
    const tx = await bench.transaction();
    const body = NewDispute.parse({ reason: REASON });
    const results = await Promise.allSettled([
      openDispute(bench.client, tx, body),
      openDispute(bench.miner, tx, body),
      openDispute(bench.client, tx, body),
    ]);
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await code(openDispute(bench.miner, tx, body))).toBe("dispute.exists");
  });

  it("needs no permission where nothing is sealed", async () => {
    const plain = { confidential: false, parties: undefined, settlement_details: undefined };
    const tx = await bench.transaction(bench.client, plain);
    const dispute = await openDispute(bench.client, tx, NewDispute.parse({ reason: REASON }));
    expect(dispute).toMatchObject({ fields: [], no_access: "nothing-sealed" });
    expect(dispute.permitted_until).toBeUndefined();
    expect(await takeDispute(bench.support, { id: dispute.id })).toMatchObject({ state: "taken" });
    const end = await resolveDispute(bench.support, { id: dispute.id }, { resolution: "Settled." });
    expect(end).toMatchObject({ state: "resolved", transaction_status: "created" });
  });
});

describe("a party that opens a dispute in a browser", () => {
  const MINUTE_MS = 60_000;
  const body = NewDispute.parse({ reason: REASON });

  /** Signed in by password at first, with a second factor later or never. */
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

  it("proves afresh who it is, since the portal may sign what it lets support see", async () => {
    const tx = await bench.transaction();
    for (const act of [
      openDispute(inSession(21), tx, body),
      openDispute(inSession(15.01), tx, body),
      openDispute(inSession(-1), tx, body),
      prepareDispute(inSession(21), tx, {}),
    ]) {
      expect(await refusalOf(act)).toMatchObject({ code: "auth.step-up", status: 401 });
    }
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

  it("does so by every factor it has: a fresh password does not make up for an old passkey", async () => {
    const passkey = await storePasskey(bench.client, "http://localhost:3000");
    const tx = await bench.transaction();
    expect(await code(openDispute(inSession(1), tx, body))).toBe("auth.step-up");
    expect(await code(openDispute(inSession(1, 16), tx, body))).toBe("auth.step-up");
    expect(await openDispute(inSession(60, 1), tx, body)).toMatchObject({ state: "open" });
    await dropPasskey(bench.client, passkey);
  });

  it("learns first that it may not, and proves nothing for that", async () => {
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

describe("who may do what", () => {
  it("a stranger and an officer do not learn that a dispute exists", async () => {
    const { id, tx } = await opened();
    for (const who of [bench.stranger, bench.auditor]) {
      expect(await code(getDispute(who, id))).toBe("dispute.not-found");
      expect(await code(addNote(who, { id }, { text: "x" }))).toBe("dispute.not-found");
      expect(await code(resolveDispute(who, { id }, { resolution: "x" }))).toBe("dispute.not-found");
      const list = await listDisputes(who, DisputeQuery.parse({}));
      expect(list.items.filter((item) => item.id === id)).toEqual([]);
    }
    expect(await code(openDispute(bench.stranger, tx, NewDispute.parse({ reason: REASON })))).toBe(
      "transaction.not-found",
    );
    expect(await code(getDispute(bench.client, uuidv7(1)))).toBe("dispute.not-found");
    expect(await code(getDispute(bench.client, "not-an-id"))).toBe("dispute.not-found");
  });

  it("staff may know of a dispute and open none, support takes none for a party", async () => {
    const { id } = await opened();
    const other = await bench.transaction();
    const body = NewDispute.parse({ reason: REASON });
    for (const who of [bench.approver, bench.support]) {
      expect((await getDispute(who, id)).id).toBe(id);
      expect(await code(openDispute(who, other, body))).toBe("access.forbidden");
    }
    for (const who of [bench.client, bench.miner, bench.approver]) {
      expect(await code(takeDispute(who, { id }))).toBe("access.forbidden");
    }
    expect(await code(addNote(bench.approver, { id }, { text: "x" }))).toBe("access.forbidden");
    expect(await code(resolveDispute(bench.approver, { id }, { resolution: "x" }))).toBe("access.forbidden");
  });

  it("support of a party's own organisation is no support in its dispute", async () => {
    const { id } = await opened();
    expect((await getDispute(bench.insider, id)).acts).toEqual([]);
    expect(await code(takeDispute(bench.insider, { id }))).toBe("access.forbidden");
    expect(await code(addNote(bench.insider, { id }, { text: "x" }))).toBe("access.forbidden");
  });

  it("only the party that opened it withdraws; both parties and support write", async () => {
    const { id, tx } = await opened();
    expect(await code(resolveDispute(bench.miner, { id }, { resolution: "Nonsense" }))).toBe(
      "access.forbidden",
    );
    await addNote(bench.miner, { id }, { text: "We delivered what was ordered." });
    await addNote(bench.support, { id, transactionId: tx }, { text: "Which job number is meant?" });
    const { notes } = await addNote(bench.client, { id }, { text: "job-7." });
    expect(notes.map(({ party, by, text }) => [party, by.handle, text])).toEqual([
      [bench.miner.principal.participantId, bench.miner.principal.handle, "We delivered what was ordered."],
      [undefined, bench.support.principal.handle, "Which job number is meant?"],
      [bench.client.principal.participantId, bench.client.principal.handle, "job-7."],
    ]);
    const wrongPlace = addNote(bench.support, { id, transactionId: uuidv7(2) }, { text: "x" });
    expect(await code(wrongPlace)).toBe("dispute.not-found");
    const end = await resolveDispute(bench.client, { id }, { resolution: "We found the order." });
    expect(end).toMatchObject({ state: "withdrawn", transaction_status: "created", acts: [] });
    expect(await code(addNote(bench.client, { id }, { text: "x" }))).toBe("dispute.state");
  });

  it("lists open, mine and resolved ones, each to those who may know", async () => {
    const one = await opened();
    const two = await taken();
    await resolveDispute(bench.support, { id: two.id }, { resolution: "Settled." });
    const three = await taken();
    const ids = async (who: DisputePerson, view: string) =>
      (await listDisputes(who, DisputeQuery.parse({ view, limit: "200" }))).items.map((item) => item.id);
    expect(await ids(bench.support, "open")).toEqual(expect.arrayContaining([one.id, three.id]));
    expect(await ids(bench.support, "open")).not.toContain(two.id);
    expect(await ids(bench.support, "mine")).toContain(three.id);
    expect(await ids(bench.support, "mine")).not.toContain(one.id);
    expect(await ids(bench.client, "mine")).toEqual(expect.arrayContaining([one.id, two.id, three.id]));
    expect(await ids(bench.miner, "mine")).toEqual([]);
    expect(await ids(bench.miner, "resolved")).toContain(two.id);
    const first = await listDisputes(bench.client, DisputeQuery.parse({ limit: "1" }));
    expect(first.items).toHaveLength(1);
    expect(first.total).toBeGreaterThan(2);
    const next = DisputeQuery.parse({ limit: "1", cursor: first.next_cursor ?? "" });
    expect((await listDisputes(bench.client, next)).items[0]?.id).not.toBe(first.items[0]?.id);
  });
});

describe("the end of a dispute", () => {
  it("ends support's access at once, here and at the custodian, and gives the status back", async () => {
    const { client, support } = bench;
    const tx = await bench.transaction();
    await setStatus(client, tx, { status: "processing" });
    const { id } = await openDispute(client, tx, NewDispute.parse({ reason: REASON }));
    const { grant } = await takeDispute(support, { id });
    const grant_id = grant?.id ?? "";
    await openTransaction(support, tx, { ...LOOK, grant_id });
    expect(await code(setStatus(client, tx, { status: "processing" }))).toBe("transaction.status");
    const end = await resolveDispute(support, { id }, { resolution: "The order was for both jobs." });
    expect(end).toMatchObject({ state: "resolved", transaction_status: "processing" });
    expect(end.grant?.state).toBe("revoked");
    expect((await getTransaction(client, tx)).status).toBe("processing");
    expect(await code(openTransaction(support, tx, { ...LOOK, grant_id }))).toBe("access.no-grant");
    expect(await code(prepareOpening(support, { grant_id, transactions: [tx] }))).toBe("access.no-grant");
    expect(await code(takeDispute(support, { id }))).toBe("dispute.state");
    expect(await code(resolveDispute(support, { id }, { resolution: "again" }))).toBe("dispute.state");
    // A portal that lied would hand the same statement in again.
    const [row] = await query("SELECT statement, signature FROM dispute WHERE id = $1", [id]);
    const again: unknown = { statement: row?.statement, signature: row?.signature };
    const lie = { grant: uuidv7(Date.now()), dispute: again, holder: bench.deputy.principal.handle };
    const refused = await refusalOf(Reflect.apply(bench.escrow.submitGrant, undefined, [lie]));
    expect(refused.extra.reason).toBe("revoked");
  });

  it("counts while the custodian is away, which hears of it later", async () => {
    const { id, tx } = await taken();
    const end = await resolveDispute(away(bench.support), { id }, { resolution: "Settled." });
    expect(end.state).toBe("resolved");
    expect(await code(openTransaction(bench.support, tx, LOOK))).toBe("access.no-grant");
    const [waiting] = await query("SELECT state FROM job WHERE subject = $1", [id]);
    expect(waiting?.state).toBe("waiting");
    await finishPendingGrants(bench.support);
    const [done] = await query("SELECT state FROM job WHERE subject = $1", [id]);
    expect(done?.state).toBe("done");
  });

  it("comes by time, without anybody's doing", async () => {
    const { id, tx } = await taken();
    expect(await code(openTransaction(later(bench.support, 31), tx, LOOK))).toBe("access.no-grant");
    const view = await getDispute(later(bench.support, 31), id);
    expect(view).toMatchObject({ no_access: "permission-ended", grant: { state: "expired" } });
    const over = await takeDispute(later(bench.deputy, 31), { id });
    expect(over).toMatchObject({ state: "taken", no_access: "permission-ended" });
  });

  it("by a reviewer who takes the grant back is the end of the party's permission", async () => {
    const { id, tx, grant } = await taken();
    await revokeGrant(bench.approver, grant, "The desk is under review.");
    expect(await code(openTransaction(bench.support, tx, LOOK))).toBe("access.no-grant");
    const again = await takeDispute(bench.support, { id });
    expect(again).toMatchObject({ no_access: "taken-back", grant: { state: "revoked" } });
  });
});

describe("support among themselves", () => {
  it("the one who takes a dispute has its masks alone; another takes over with the views that are left", async () => {
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

  it("one who gave the access up takes it again", async () => {
    const { id, tx, grant } = await taken();
    await revokeGrant(bench.support, grant, "Not needed now.");
    expect((await takeDispute(bench.support, { id })).grant?.state).toBe("active");
    expect((await openTransaction(bench.support, tx, LOOK)).success).toBe(true);
  });

  it("two who take it at once end with one live grant", async () => {
    const { id } = await opened();
    await Promise.allSettled([takeDispute(bench.support, { id }), takeDispute(bench.deputy, { id })]);
    const live = await query(
      "SELECT subject_user_id FROM access_grant WHERE dispute_id = $1 AND state IN ('pending', 'active')",
      [id],
    );
    const [row] = await query("SELECT taken_by FROM dispute WHERE id = $1", [id]);
    expect(live.map((grant) => grant.subject_user_id)).toEqual([row?.taken_by]);
  });

  it("gets the access later when the custodian is away at first", async () => {
    const { id, tx } = await opened();
    expect(await code(takeDispute(away(bench.support), { id }))).toBe("custodian.unavailable");
    expect((await getDispute(bench.support, id)).grant?.state).toBe("pending");
    expect(await code(openTransaction(bench.support, tx, LOOK))).toBe("access.no-grant");
    expect((await takeDispute(bench.support, { id })).grant?.state).toBe("active");
    expect((await openTransaction(bench.support, tx, LOOK)).success).toBe(true);
  });

  it("asks for more by a request that two people decide on, masked, never in full", async () => {
    const { tx } = await taken();
    const ask = { purpose: "dispute", justification: "The note names a settlement.", transactions: [tx] };
    const full = NewRequest.parse({ ...ask, fields: ["amount"] });
    expect(await code(fileRequest(bench.support, full))).toBe("access.level");
    const masked = NewRequest.parse({ ...ask, fields: ["settlement_details"], level: "masked" });
    const { id } = await fileRequest(bench.support, masked);
    expect((await submitRequest(bench.support, id)).state).toBe("stage_1");
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

  it("is required outside evaluation, with words that say what to do", async () => {
    const tx = await bench.transaction();
    const error = await refusalOf(
      openDispute(strict(bench.client), tx, NewDispute.parse({ reason: REASON })),
    );
    expect(error.code).toBe("statement.required");
    expect(error.detail).toContain("passkey that stands in the custodian's roster");
    expect((await getTransaction(bench.client, tx)).status).toBe("created");
  });

  it("by a passkey that its owner removed is refused, and leaves what was prepared unspent", async () => {
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

  it("over what was prepared opens the dispute, once", async () => {
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

  it("over other groups, another transaction or by another key opens nothing", async () => {
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

  it("cannot be replaced by the portal's once the person holds a key", async () => {
    const tx = await bench.transaction(bench.keyed);
    const refused = await refusalOf(openDispute(bench.keyed, tx, NewDispute.parse({ reason: REASON })));
    expect(refused.code).toBe("statement.required");
  });
});

describe("what is written down", () => {
  it("every act has its entry, refusals too, and no words of the parties stand in it", async () => {
    const { id, tx } = await taken();
    await addNote(bench.miner, { id }, { text: "Zebrafink says no." });
    await code(takeDispute(bench.client, { id }));
    await resolveDispute(bench.support, { id }, { resolution: "Settled." });
    const rows = await query(
      "SELECT action, outcome, case_id FROM audit_index WHERE transaction_id = $1 ORDER BY at",
      [tx],
    );
    expect(rows.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
      "transaction.create done",
      "dispute.open done",
      "dispute.take done",
      "dispute.note done",
      "dispute.resolve done",
    ]);
    expect(rows.every((row) => row.case_id === null)).toBe(true);
    const [denied] = await query(
      "SELECT count(*)::int AS n FROM audit_index WHERE action = 'dispute.take' AND outcome = 'denied' AND actor = $1",
      [bench.client.principal.pseudonym],
    );
    expect(Number(denied?.n)).toBeGreaterThan(0);
    const logs = await listAccessLogs(bench.auditor, { limit: 100, offset: 0, transaction_id: tx });
    expect(JSON.stringify(logs)).not.toContain("Zebrafink");
  });

  it("the database refuses what no use case does", async () => {
    const { id, tx, grant } = await taken();
    const refused = async (text: string, values: readonly unknown[]) =>
      query(text, values).then(
        () => "accepted",
        (error: { code?: string }) => error.code,
      );
    expect(await refused("UPDATE dispute SET groups = '{narrative}' WHERE id = $1", [id])).toBe("SP004");
    expect(await refused("UPDATE dispute SET state = 'open' WHERE id = $1", [id])).toBe("SP002");
    expect(await refused("UPDATE dispute SET state = 'resolved' WHERE id = $1", [id])).toBe("23514");
    expect(await refused("UPDATE transaction SET status = 'created' WHERE id = $1", [tx])).toBe("SP002");
    expect(await refused("UPDATE access_grant SET level = 'full' WHERE id = $1", [grant])).toBe("SP002");
    expect(await refused("UPDATE access_grant SET dispute_id = NULL WHERE id = $1", [grant])).toBe("SP002");
    const copy = `INSERT INTO access_grant (id, tenant_id, dispute_id, subject_user_id, transactions, groups, level,
      purpose, not_before, not_after, max_views, max_exports, state, policy_version, assurance)
      SELECT gen_random_uuid(), tenant_id, dispute_id, $2::uuid, transactions, $3::text[], level, purpose, not_before,
      not_after, max_views, 0, 'revoked', policy_version, assurance FROM access_grant WHERE id = $1`;
    const wider = [grant, bench.support.principal.userId, ["narrative"]];
    expect(await refused(copy, wider)).toBe("SP002");
    expect(await refused(copy, [grant, bench.deputy.principal.userId, ["amount"]])).toBe("SP002");
    // Allowed by its shape, and refused for want of an audit entry.
    expect(await refused(copy, [grant, bench.support.principal.userId, ["amount"]])).toBe("SP001");
    const bare = copy.replace("dispute_id, subject", "request_id, dispute_id, subject");
    const both = bare.replace("tenant_id, dispute_id, $2", "tenant_id, gen_random_uuid(), dispute_id, $2");
    expect(await refused(both, [grant, bench.support.principal.userId, ["amount"]])).toBe("23514");
  });
});
