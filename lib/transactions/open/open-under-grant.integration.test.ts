import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listAccessLogs } from "@/lib/audit/reading/list-access-logs";
import { listCopies } from "@/lib/audit/reading/list-copies";
import { toBase64url } from "@/lib/crypto/bytes";
import { generateX25519, randomBytes } from "@/lib/crypto/primitives";
import { uuidv7 } from "@/lib/crypto/uuid";
import { writeEvaluationRoster } from "@/lib/custodian/roster/evaluation-roster";
import { inTransaction } from "@/lib/db/transaction";
import { signAsPortal } from "@/lib/escrow/client/portal-signature";
import {
  buildDecision,
  recordDigest,
  type StatementSignature,
  validityTime,
} from "@/lib/escrow/protocol/statements";
import { changeKeyState } from "@/lib/keys/change-state";
import { listKeys } from "@/lib/keys/list-keys";
import { managedDerivers } from "@/lib/keys/managed-deriver";
import { loadSigningKey } from "@/lib/keystore/signing-key";
import { outcomeOf } from "@/lib/testing/benches/refusal";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { called } from "@/lib/testing/called";
import { dropPasskey, signWithPasskey, storePasskey } from "@/lib/testing/devices/statement-passkey";
import { LOCK_WAITS } from "@/lib/testing/servers/database";
import { openTransaction } from "@/lib/transactions/open/open-transaction";
import { prepareOpening } from "@/lib/transactions/open/prepare-opening";
import { recordCopy } from "@/lib/transactions/open/record-copy";
import { getEnvelopes } from "@/lib/transactions/read/get-envelopes";
import { type AuditBody, type CopyBody, NewTransaction } from "@/lib/transactions/schema";
import { submitTransaction } from "@/lib/transactions/submit/submit-transaction";
import type { GroupName } from "@/lib/vocabulary";

let bench: UseCaseBench;
beforeAll(async () => {
  bench = await createUseCaseBench();
});
afterAll(() => bench.close());

describe("an opening under a grant", () => {
  type Person = Awaited<ReturnType<UseCaseBench["person"]>>;

  let client: Person;
  let regulator: Person;
  let legal: Person;
  let approver: Person;
  const FROM = new Date(Date.now() - 3_600_000);
  const UNTIL = new Date(Date.now() + 3_600_000);
  const WATCHED = ["access_request", "legal_authorization", "decision", "access_grant"];

  beforeAll(async () => {
    client = await bench.person({ role: "client" });
    regulator = await bench.person({ role: "regulator", hasKey: false });
    legal = await bench.person({ role: "coordinator", duties: ["legal"], hasKey: false });
    approver = await bench.person({ role: "coordinator", duties: ["approve"], hasKey: false });
    await writeEvaluationRoster(bench.rosterFile, {
      log: bench.place.log,
      persons: [client, regulator, legal, approver].map(({ principal }) => ({
        person: principal.handle,
        organisation: principal.organisationId,
        role: principal.role,
        duties: [...principal.duties],
      })),
      evaluationKey: loadSigningKey(bench.keystore, "evaluation").publicKey,
      sign: (statement) => signAsPortal(bench.keystore, "roster", statement),
    });
  });

  async function admin(
    statements: readonly (readonly [string, (readonly unknown[])?])[],
  ): Promise<Record<string, unknown>[]> {
    const connection = new Client({ connectionString: bench.database.adminUrl });
    await connection.connect();
    let rows: Record<string, unknown>[] = [];
    for (const [text, values = []] of statements) rows = (await connection.query(text, [...values])).rows;
    await connection.end();
    return rows;
  }

  interface GrantOptions {
    readonly groups: GroupName[];
    readonly maxViews?: number;
    readonly isKnownToCustodian?: boolean;
  }

  /** Stores a grant as the access feature does: rows here, and decisions with the custodian. */
  async function grantFor(transaction: string, options: GrantOptions): Promise<string> {
    const [request, authorization, grant] = [uuidv7(Date.now()), uuidv7(Date.now()), uuidv7(Date.now())];
    const record = {
      kind: "court_order" as const,
      valid_from: FROM.toISOString(),
      valid_until: UNTIL.toISOString(),
    };
    const maxViews = options.maxViews ?? 5;
    const statementOf = (person: Person, stage: "legal" | "coordinator") =>
      buildDecision({
        log: bench.place.log,
        request,
        request_digest: recordDigest({ request }),
        stage,
        decision: "approve",
        transactions: [transaction],
        groups: options.groups,
        level: "full",
        purpose: "audit",
        requester: regulator.principal.handle,
        approver: person.principal.handle,
        authorization: recordDigest(record),
        not_before: validityTime(FROM),
        not_after: validityTime(UNTIL),
        max_views: maxViews,
        nonce: toBase64url(randomBytes(32)),
      });
    const statements = [statementOf(legal, "legal"), statementOf(approver, "coordinator")];
    const decisions = await Promise.all(
      statements.map(async (statement) => ({
        statement,
        signature: await signAsPortal(bench.keystore, "decision", statement),
      })),
    );
    if (options.isKnownToCustodian !== false) {
      await regulator.escrow.submitGrant({ grant, decisions, authorization: record });
    }
    const tenant = bench.place.tenantId;
    await admin([
      ...WATCHED.map((table) => [`ALTER TABLE ${table} DISABLE TRIGGER USER`] as const),
      [
        `INSERT INTO access_request (id, tenant_id, reference, requester_user_id, organisation_id, purpose, justification,
        transactions, groups, level, state) VALUES ($1, $2, $1::uuid::text, $3, $4, 'audit', 'x', $5, $6, 'full', 'active')`,
        [
          request,
          tenant,
          regulator.principal.userId,
          regulator.principal.organisationId,
          [transaction],
          options.groups,
        ],
      ],
      [
        `INSERT INTO legal_authorization (id, tenant_id, request_id, kind, issuer, jurisdiction, case_number, valid_from,
        valid_until, state, record_digest, record) VALUES ($1, $2, $3, 'court_order', 'i', 'EU', 'c', $4, $5, 'active', 'd', '{}')`,
        [authorization, tenant, request, FROM, UNTIL],
      ],
      ...[legal, approver].map(
        (person, at) =>
          [
            `INSERT INTO decision (id, tenant_id, request_id, stage, decision, approver_user_id, comment, statement, proof_kind,
            proof, nonce) VALUES ($1, $2, $3, $4, 'approve', $5, 'ok', '{}', 'evaluation', '{}', $6)`,
            [
              uuidv7(Date.now()),
              tenant,
              request,
              at === 0 ? "legal" : "coordinator",
              person.principal.userId,
              uuidv7(Date.now()),
            ],
          ] as const,
      ),
      [
        `INSERT INTO access_grant (id, tenant_id, request_id, authorization_id, subject_user_id, transactions, groups, level,
        purpose, not_before, not_after, max_views, max_exports, state, policy_version, assurance)
       VALUES ($1, $2, $3, $4, $5, $6, $7, 'full', 'audit', $8, $9, $10, 1, 'active', 'p', 'evaluation')`,
        [
          grant,
          tenant,
          request,
          authorization,
          regulator.principal.userId,
          [transaction],
          options.groups,
          FROM,
          UNTIL,
          maxViews,
        ],
      ],
      ...WATCHED.map((table) => [`ALTER TABLE ${table} ENABLE TRIGGER USER`] as const),
    ]);
    return grant;
  }

  async function submit(): Promise<string> {
    const input = NewTransaction.parse({
      job_id: "job-123",
      confidential: true,
      amount: "1000",
      currency: "EUR",
      pricing: { rate: "1.25" },
      settlement_details: { iban: "DE00" },
      participants: [client.principal.participantId],
    });
    return (await submitTransaction(client, input)).transaction_id;
  }

  describe("a regulator's opening under a grant", () => {
    it("opens the granted groups through escrow, equal to what was sent, and no other", async () => {
      const id = await submit();
      const grant_id = await grantFor(id, { groups: ["amount", "pricing"] });
      const opened = await openTransaction(regulator, id, { purpose: "audit", grant_id });
      expect(opened.data).toEqual({ amount: "1000", currency: "EUR", pricing: { rate: "1.25" } });
      expect(opened.assurance).toBe("evaluation");
      const fields: GroupName[] = ["amount", "settlement_details"];
      expect(await outcomeOf(openTransaction(regulator, id, { purpose: "audit", grant_id, fields }))).toBe(
        "access.groups",
      );
      const [row] = await admin([
        ["SELECT via, outcome, groups FROM disclosure WHERE grant_id = $1", [grant_id]],
      ]);
      expect(row).toEqual({ via: "escrow", outcome: "done", groups: ["amount", "pricing"] });
    });

    it("is refused without a grant and for another purpose", async () => {
      const id = await submit();
      expect(await outcomeOf(openTransaction(regulator, id, { purpose: "audit" }))).toBe("access.no-grant");
      const grant_id = await grantFor(id, { groups: ["amount"] });
      expect(await outcomeOf(openTransaction(regulator, id, { purpose: "compliance", grant_id }))).toBe(
        "access.purpose",
      );
      expect(await outcomeOf(openTransaction(regulator, id, { purpose: "settlement", grant_id }))).toBe(
        "access.purpose",
      );
    });

    it("leaves no trace of its case in what other agencies and support read", async () => {
      const id = await submit();
      const outsider = await bench.person({ role: "auditor", hasKey: false });
      const support = await bench.person({ role: "coordinator", duties: ["support"], hasKey: false });
      const seenBy = async (who: Person) =>
        (await listAccessLogs(who, { limit: 100, offset: 0, transaction_id: id })).logs.map(
          (log) => log.error,
        );
      const open = (body: AuditBody) =>
        outcomeOf(
          called(regulator, "auditTransaction", { params: { id }, body }, () =>
            openTransaction(regulator, id, body),
          ),
        );
      await open({ purpose: "audit" });
      expect(await seenBy(outsider)).toEqual(["access.no-grant"]);
      const grant_id = await grantFor(id, { groups: ["amount"] });
      const fields: GroupName[] = ["pricing"];
      await open({ purpose: "audit", grant_id, fields });
      await open({ purpose: "audit", fields });
      await open({ purpose: "compliance" });
      await open({ purpose: "audit", grant_id: uuidv7(1) });
      await outcomeOf(
        called(regulator, "getTransactionEnvelopes", { params: { id } }, () => getEnvelopes(regulator, id)),
      );
      expect(await seenBy(outsider)).toEqual(["access.no-grant"]);
      expect(await seenBy(support)).toEqual(["access.no-grant"]);
      expect((await seenBy(regulator)).slice().reverse()).toEqual([
        "access.no-grant",
        "access.groups",
        "access.groups",
        "access.purpose",
        "access.no-grant",
        "access.forbidden",
      ]);
      expect(await seenBy(legal)).toHaveLength(6);
    });

    it("has exactly as many views as the grant, also under parallel calls", async () => {
      const id = await submit();
      const grant_id = await grantFor(id, { groups: ["amount"], maxViews: 3 });
      const codes = await Promise.all(
        Array.from({ length: 8 }, () =>
          outcomeOf(openTransaction(regulator, id, { purpose: "audit", grant_id })),
        ),
      );
      expect(codes.filter((code) => code === "done")).toHaveLength(3);
      expect(codes.filter((code) => code === "access.views-exhausted")).toHaveLength(5);
    });

    it("opens with the statement it signed, once, and for nothing but what it names", async () => {
      const id = await submit();
      const grant_id = await grantFor(id, { groups: ["amount", "pricing"] });
      const prepare = async () => {
        const prepared = await prepareOpening(regulator, {
          grant_id,
          transactions: [id],
          fields: ["amount"],
        });
        const signature = await signAsPortal(bench.keystore, "open", prepared.statement);
        return { opening_id: prepared.opening_id, signature };
      };
      const opening = await prepare();
      const body = { purpose: "audit" as const, grant_id, fields: ["amount" as const], opening };
      expect((await openTransaction(regulator, id, body)).data).toEqual({ amount: "1000", currency: "EUR" });
      expect(await outcomeOf(openTransaction(regulator, id, body))).toBe("statement.expired");
      const wider = { purpose: "audit" as const, grant_id, opening: await prepare() };
      expect(await outcomeOf(openTransaction(regulator, id, wider))).toBe("statement.invalid");
    });

    it("opens only in the session that prepared it, and another session leaves it unspent", async () => {
      const id = await submit();
      const grant_id = await grantFor(id, { groups: ["amount"] });
      const now = new Date();
      const inSession = (): Person => {
        const proof = {
          kind: "session",
          sessionId: uuidv7(Date.now()),
          method: "passkey",
          provedAt: now,
        } as const;
        return {
          ...regulator,
          principal: { ...regulator.principal, proof: { ...proof, multiFactorAt: now } },
        };
      };
      const mine = inSession();
      const prepared = await prepareOpening(mine, { grant_id, transactions: [id], fields: ["amount"] });
      const signature = await signAsPortal(bench.keystore, "open", prepared.statement);
      const opening = { opening_id: prepared.opening_id, signature };
      const body = { purpose: "audit" as const, grant_id, fields: ["amount" as const], opening };
      for (const other of [inSession(), regulator])
        expect(await outcomeOf(openTransaction(other, id, body))).toBe("statement.expired");
      expect((await openTransaction(mine, id, body)).data).toEqual({ amount: "1000", currency: "EUR" });
    });

    it("opens nothing by a passkey that its owner removed, and leaves the opening unspent", async () => {
      const id = await submit();
      const grant_id = await grantFor(id, { groups: ["amount"] });
      const passkey = await storePasskey(regulator, "http://localhost:3000");
      await dropPasskey(regulator, passkey);
      const prepared = await prepareOpening(regulator, { grant_id, transactions: [id], fields: ["amount"] });
      const open = (signature: StatementSignature) =>
        openTransaction(regulator, id, {
          purpose: "audit",
          grant_id,
          fields: ["amount"],
          opening: { opening_id: prepared.opening_id, signature },
        });
      const removed = signWithPasskey(passkey.device, "open", prepared.statement);
      expect(await outcomeOf(open(removed))).toBe("statement.passkey-removed");
      const signature = await signAsPortal(bench.keystore, "open", prepared.statement);
      expect((await open(signature)).data).toEqual({ amount: "1000", currency: "EUR" });
    });

    it("copies only what its own opening gave, while the grant lasts, and the log records it without the value", async () => {
      const id = await submit();
      const grant_id = await grantFor(id, { groups: ["amount", "pricing"] });
      const { access_id } = await openTransaction(regulator, id, {
        purpose: "audit",
        grant_id,
        fields: ["amount"],
      });
      const copied = await recordCopy(regulator, id, { access_id, fields: ["amount"] });
      const copy = (who: Person, body: CopyBody) =>
        outcomeOf(called(who, "recordCopy", { params: { id }, body }, () => recordCopy(who, id, body)));
      expect(await copy(regulator, { access_id, fields: ["pricing"] })).toBe("access.groups");
      expect(await copy(client, { access_id, fields: ["amount"] })).toBe("access.forbidden");
      const { logs } = await listAccessLogs(regulator, { limit: 100, offset: 0, transaction_id: id });
      expect(logs.map((log) => [log.action, log.error, log.data_accessed])).toEqual([
        ["disclosure.copy", "access.forbidden", []],
        ["disclosure.copy", "access.groups", []],
        ["disclosure.copy", undefined, ["amount"]],
        ["disclosure.open", undefined, ["amount"]],
      ]);
      const [entry] = await admin([
        ["SELECT action, grant_id FROM audit_index WHERE entry_id = $1", [copied.receipt.entry_id]],
      ]);
      expect(entry).toEqual({ action: "disclosure.copy", grant_id });
      // The grant's own list shows the permitted copy to its holder and its reviewers only.
      const made = { transactionId: id, fields: ["amount"], entryId: copied.receipt.entry_id };
      for (const reader of [regulator, approver])
        expect(await listCopies(reader, grant_id, 10)).toEqual([expect.objectContaining(made)]);
      expect(await listCopies(client, grant_id, 10)).toEqual([]);
      await admin([
        ["ALTER TABLE access_grant DISABLE TRIGGER USER"],
        ["UPDATE access_grant SET not_after = now() - interval '1 second' WHERE id = $1", [grant_id]],
        ["ALTER TABLE access_grant ENABLE TRIGGER USER"],
      ]);
      expect(await outcomeOf(recordCopy(regulator, id, { access_id, fields: ["amount"] }))).toBe(
        "access.no-grant",
      );
    });

    it("is refused by the custodian when only the database has a grant", async () => {
      const id = await submit();
      const grant_id = await grantFor(id, { groups: ["amount"], isKnownToCustodian: false });
      expect(await outcomeOf(openTransaction(regulator, id, { purpose: "audit", grant_id }))).toBe(
        "custodian.refused",
      );
      const [row] = await admin([["SELECT outcome FROM disclosure WHERE grant_id = $1", [grant_id]]]);
      expect(row?.outcome).toBe("failed");
    });

    it("gets 503 while the custodian is away, with the intent logged", async () => {
      const id = await submit();
      const grant_id = await grantFor(id, { groups: ["amount"] });
      await bench.stopCustodian();
      expect(await outcomeOf(openTransaction(regulator, id, { purpose: "audit", grant_id }))).toBe(
        "custodian.unavailable",
      );
      const rows = await admin([
        [
          "SELECT outcome FROM audit_index WHERE grant_id = $1 AND action = 'disclosure.open' ORDER BY at",
          [grant_id],
        ],
      ]);
      expect(rows.map((row) => row.outcome)).toEqual(["intent", "failed"]);
      expect(await submit()).not.toBe("");
    });
  });
});

describe("keys of openings", () => {
  type Person = Awaited<ReturnType<UseCaseBench["person"]>>;

  const SENT = { amount: "1000", currency: "EUR", narrative: "a narrative", pricing: { rate: "1.25" } };

  async function submit(from: Person, to: Person): Promise<string> {
    const participants = [to.principal.participantId];
    const input = NewTransaction.parse({ job_id: "job-1", confidential: true, participants, ...SENT });
    return (await submitTransaction(from, input)).transaction_id;
  }

  const opened = (cx: Person, id: string): Promise<string> =>
    outcomeOf(openTransaction(cx, id, { purpose: "settlement" }));

  const keyOf = async (cx: Person, version = 1): Promise<string> => {
    const { items } = await listKeys(cx, { participant_id: cx.principal.participantId, limit: 10 });
    return items.find(({ key_version }) => key_version === version)?.key_id ?? "";
  };

  async function scene() {
    const [owner, other] = [await bench.person({ role: "client" }), await bench.person({ role: "miner" })];
    return { owner, id: await submit(owner, other) };
  }

  /** Waits until a session waits for a lock in this database. */
  async function untilSomebodyWaits(): Promise<void> {
    const admin = new Client({ connectionString: bench.database.adminUrl });
    await admin.connect();
    await expect.poll(async () => (await admin.query(LOCK_WAITS)).rowCount, { timeout: 150_000 }).toBe(1);
    await admin.end();
  }

  describe("the cache of opened keys", () => {
    it("a cached key saves opening its blob for each further group and transaction", async () => {
      const { owner, id } = await scene();
      owner.keystore.forget({ participant: owner.principal.participantId, version: 1 });
      const before = owner.keystore.openedKeys();
      expect(await opened(owner, id)).toBe("done");
      expect(await opened(owner, id)).toBe("done");
      const after = owner.keystore.openedKeys();
      expect([after.hits - before.hits, after.misses - before.misses]).toEqual([5, 1]);
    });

    it.each(["suspended", "compromised"] as const)(
      "a cached key opens nothing from the moment its row says %s, even when another process wrote that",
      async (state) => {
        const { owner, id } = await scene();
        expect(await opened(owner, id)).toBe("done");
        const kept = owner.keystore.openedKeys();
        // Another portal writes this, so the keystore here is not notified.
        const admin = new Client({ connectionString: bench.database.adminUrl });
        await admin.connect();
        await admin.query("SET session_replication_role = replica");
        await admin.query("ALTER TABLE key_version DISABLE TRIGGER key_version_complete");
        await admin.query("UPDATE key_version SET state = $1 WHERE participant_id = $2", [
          state,
          owner.principal.participantId,
        ]);
        await admin.query("ALTER TABLE key_version ENABLE ALWAYS TRIGGER key_version_complete");
        await admin.end();
        expect(owner.keystore.openedKeys()).toMatchObject({ kept: kept.kept });
        expect(await opened(owner, id)).toBe("key.state");
        const after = owner.keystore.openedKeys();
        expect(after).toMatchObject({ kept: kept.kept - 1, hits: kept.hits, misses: kept.misses });
        expect(after.evictions.taken).toBe(kept.evictions.taken + 1);
      },
    );

    it("suspending a key zeroes it in memory, and it is opened again when it is active again", async () => {
      const { owner, id } = await scene();
      expect(await opened(owner, id)).toBe("done");
      const before = owner.keystore.openedKeys();
      await changeKeyState(owner, await keyOf(owner), { state: "suspended", reason: "lost" });
      expect(owner.keystore.openedKeys().evictions.taken).toBe(before.evictions.taken + 1);
      expect(await opened(owner, id)).toBe("key.state");
      await changeKeyState(owner, await keyOf(owner), { state: "active", reason: "found" });
      expect(await opened(owner, id)).toBe("done");
      expect(owner.keystore.openedKeys().misses).toBe(before.misses + 1);
    });

    it("a running opening locks its key: a suspension waits, and the next opening is refused", async () => {
      const { owner, id } = await scene();
      const { participantId } = owner.principal;
      const { publicKey } = generateX25519();
      const order: string[] = [];
      let suspension: Promise<unknown> | undefined;
      await inTransaction(owner, async (tx) => {
        const derivers = await managedDerivers(tx.run, owner, { participantId, versions: [1] });
        const key = await keyOf(owner);
        suspension = changeKeyState(owner, key, { state: "suspended", reason: "lost" }).then(() => {
          order.push("suspended");
        });
        await untilSomebodyWaits();
        await derivers.get(`${participantId}#1`)?.(publicKey);
        order.push("derived");
      });
      await suspension;
      expect(order).toEqual(["derived", "suspended"]);
      expect(await opened(owner, id)).toBe("key.state");
    });
  });
});
