import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toHex } from "@/lib/crypto/bytes";
import { randomBytes } from "@/lib/crypto/primitives";
import { outcomeOf } from "@/lib/testing/benches/refusal";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { called } from "@/lib/testing/called";
import { openTransaction } from "@/lib/transactions/open/open-transaction";
import { getEnvelopes } from "@/lib/transactions/read/get-envelopes";
import { listTransactions } from "@/lib/transactions/read/list-transactions";
import { getTransaction } from "@/lib/transactions/read/load-known";
import { NewTransaction, TransactionQuery } from "@/lib/transactions/schema";
import { setStatus } from "@/lib/transactions/status/set-status";
import { submitBatch } from "@/lib/transactions/submit/submit-batch";
import { submitTransaction } from "@/lib/transactions/submit/submit-transaction";

type Person = Awaited<ReturnType<UseCaseBench["person"]>>;

let bench: UseCaseBench;
let client: Person;
let miner: Person;

beforeAll(async () => {
  bench = await createUseCaseBench();
  client = await bench.person({ role: "client" });
  miner = await bench.person({ role: "miner" });
});
afterAll(async () => {
  await bench?.close();
});

function canary(): string {
  return `canary-${toHex(randomBytes(12))}`;
}

function body(members: Record<string, unknown> = {}): NewTransaction {
  return NewTransaction.parse({
    job_id: "job-123",
    confidential: true,
    participants: [client.principal.participantId, miner.principal.participantId],
    ...members,
  });
}

async function admin(text: string, values: unknown[] = []) {
  const { openPool } = await import("@/lib/db/pool");
  const pool = openPool({ url: bench.database.adminUrl, maxConnections: 1 });
  try {
    return (await pool.query(text, values)).rows;
  } finally {
    await pool.end();
  }
}

/** Changes rows without the portal, as a person with full access to the database. */
async function tamper(statement: string, values: unknown[]): Promise<void> {
  const { openPool } = await import("@/lib/db/pool");
  const pool = openPool({ url: bench.database.adminUrl, maxConnections: 1 });
  try {
    await pool.query("SET session_replication_role = replica");
    for (const table of ["transaction", "transaction_group", "wrap"]) {
      await pool.query(`ALTER TABLE ${table} DISABLE TRIGGER USER`);
    }
    await pool.query(statement, values);
    for (const table of ["transaction", "transaction_group", "wrap"]) {
      await pool.query(`ALTER TABLE ${table} ENABLE ALWAYS TRIGGER ${table}_complete`);
    }
  } finally {
    await pool.end();
  }
}

describe("submitting and opening", () => {
  it("a participant gets every value back as it was sent", async () => {
    const sent = {
      amount: "1000",
      currency: "EUR",
      pricing: { rate: "1.25", tiers: [1, 2.5, { to: null }] },
      settlement_details: { iban: canary() },
      parties: { payer: { name: canary() } },
      narrative: "zweite Lieferung – ✓",
      external_references: [{ scheme: "invoice", value: "4711" }],
    };
    const answer = await submitTransaction(client, body(sent));
    expect(answer.has_encrypted_data).toBe(true);
    for (const name of Object.keys(sent)) expect(answer).not.toHaveProperty(name);
    expect(answer.receipt.signature).toContain(`${bench.place.log}/receipt`);
    const opened = await openTransaction(miner, answer.transaction_id, { purpose: "settlement" });
    expect(opened.data).toEqual(sent);
    const some = await openTransaction(client, answer.transaction_id, {
      purpose: "dispute",
      fields: ["amount", "narrative"],
    });
    expect(some.data).toEqual({ amount: "1000", currency: "EUR", narrative: sent.narrative });
  });

  it("no table contains plaintext", async () => {
    const words = Array.from({ length: 6 }, canary);
    const [a, b, c, d, e, f] = words;
    const { transaction_id } = await submitTransaction(
      client,
      body({
        pricing: { note: a },
        settlement_details: { [String(b)]: 1 },
        parties: [c],
        narrative: d,
        external_references: [{ scheme: e, value: f }],
      }),
    );
    await openTransaction(miner, transaction_id, { purpose: "settlement" });
    const tables = await admin("SELECT tablename FROM pg_tables WHERE schemaname = 'public'");
    for (const { tablename } of tables) {
      const rows = await admin(`SELECT t::text AS row FROM "${tablename}" t`);
      const text = rows.map((row) => String(row.row)).join("\n");
      for (const word of words) {
        expect(text.includes(word), `${word} in ${tablename}`).toBe(false);
        expect(text.includes(toHex(new TextEncoder().encode(word))), `${word} in hex in ${tablename}`).toBe(
          false,
        );
      }
    }
  });

  it("plain groups of a transaction that is not confidential are stored and shown, and open the same way", async () => {
    const sent = { amount: "5", currency: "EUR", pricing: "flat", narrative: canary() };
    const answer = await submitTransaction(client, body({ ...sent, confidential: undefined }));
    expect(answer).toMatchObject({
      confidential: false,
      has_encrypted_data: true,
      amount: "5",
      pricing: "flat",
    });
    expect(answer).not.toHaveProperty("narrative");
    const opened = await openTransaction(miner, answer.transaction_id, { purpose: "settlement" });
    expect(opened.data).toEqual(sent);
    const bare = await submitTransaction(client, body({ confidential: false, amount: "7" }));
    expect(bare.has_encrypted_data).toBe(false);
    expect((await openTransaction(miner, bare.transaction_id, { purpose: "settlement" })).data).toEqual({
      amount: "7",
    });
  });

  it("a transaction with a natural person is confidential by default", async () => {
    const person = await bench.person({ role: "client", kind: "natural" });
    const input = body({
      amount: "1",
      confidential: undefined,
      participants: [person.principal.participantId],
    });
    expect((await submitTransaction(client, input)).confidential).toBe(true);
  });

  it("participants of an operator or agency, which decide or supervise, are refused as parties", async () => {
    for (const role of ["coordinator", "auditor", "regulator"] as const) {
      const { participantId } = (await bench.person({ role, hasKey: false })).principal;
      const named = submitTransaction(client, body({ amount: "1", participants: [participantId] }));
      expect(await outcomeOf(named)).toBe("participant.not-a-party");
    }
    const office = await bench.person({ role: "client", organisation: "operator" });
    const theirs = body({ amount: "1", participants: [office.principal.participantId] });
    const refusal = await submitTransaction(client, theirs).catch((error: unknown) => error);
    expect(refusal).toMatchObject({
      code: "participant.not-a-party",
      status: 422,
      errors: [{ pointer: "/participants/0" }],
    });
  });

  it("the submitter is added, and unknown participants and those without a key are refused with nothing stored", async () => {
    const keyless = await bench.person({ role: "miner", hasKey: false });
    const before = (await listTransactions(client, TransactionQuery.parse({}))).items.length;
    const without = body({ amount: "1", participants: [keyless.principal.participantId] });
    expect(await outcomeOf(submitTransaction(client, without))).toBe("participant.no-active-key");
    expect(await outcomeOf(submitTransaction(client, body({ participants: ["unknown-1"] })))).toBe(
      "participant.unknown",
    );
    expect((await listTransactions(client, TransactionQuery.parse({}))).items.length).toBe(before);
    const answer = await submitTransaction(
      client,
      body({ amount: "1", participants: [miner.principal.participantId] }),
    );
    expect(answer.participants).toEqual([miner.principal.participantId, client.principal.participantId]);
  });

  it("an id that is taken is refused", async () => {
    const { transaction_id } = await submitTransaction(client, body({ amount: "1" }));
    expect(await outcomeOf(submitTransaction(client, body({ amount: "2", transaction_id })))).toBe(
      "transaction.exists",
    );
  });
});

describe("permission to open", () => {
  it("a stranger gets 404 and a wrong purpose 403, and both are recorded", async () => {
    const stranger = await bench.person({ role: "client" });
    const { transaction_id: id } = await submitTransaction(client, body({ amount: "1" }));
    const input = { params: { id } };
    const open = (who: Person, body: { purpose: "settlement" | "audit" }) =>
      outcomeOf(called(who, "openTransaction", { ...input, body }, () => openTransaction(who, id, body)));
    expect(await open(stranger, { purpose: "settlement" })).toBe("transaction.not-found");
    const read = called(stranger, "getTransaction", input, () => getTransaction(stranger, id));
    expect(await outcomeOf(read)).toBe("transaction.not-found");
    const envelopes = called(stranger, "getTransactionEnvelopes", input, () => getEnvelopes(stranger, id));
    expect(await outcomeOf(envelopes)).toBe("transaction.not-found");
    expect(await open(miner, { purpose: "audit" })).toBe("access.purpose");
    const rows = await admin(
      "SELECT action, outcome, is_access FROM audit_index WHERE transaction_id = $1 AND outcome = 'denied' ORDER BY at",
      [id],
    );
    expect(rows.map((row) => row.action)).toEqual([
      "disclosure.open",
      "transaction.read",
      "transaction.envelopes",
      "disclosure.open",
    ]);
    expect(rows.every((row) => row.is_access)).toBe(true);
  });

  it("commits an intent before and an outcome after each opening", async () => {
    const { transaction_id: id } = await submitTransaction(client, body({ amount: "1" }));
    const { access_id } = await openTransaction(miner, id, { purpose: "settlement" });
    const [row] = await admin(
      "SELECT outcome, intent_entry_id, outcome_entry_id, via FROM disclosure WHERE id = $1",
      [access_id],
    );
    expect(row).toMatchObject({ outcome: "done", via: "managed" });
    const entries = await admin("SELECT outcome FROM audit_entry WHERE id = ANY ($1) ORDER BY at", [
      [row.intent_entry_id, row.outcome_entry_id],
    ]);
    expect(entries.map((entry) => entry.outcome)).toEqual(["intent", "done"]);
  });

  it("a party's list has its own transactions and the staff's list has all, page by page", async () => {
    const other = await bench.person({ role: "client" });
    const auditor = await bench.person({ role: "auditor", hasKey: false });
    const ids: string[] = [];
    for (const amount of ["1", "2", "3"])
      ids.unshift(
        (await submitTransaction(other, body({ amount, participants: [other.principal.participantId] })))
          .transaction_id,
      );
    const first = await listTransactions(other, TransactionQuery.parse({ limit: "2" }));
    const second = await listTransactions(
      other,
      TransactionQuery.parse({ limit: "2", cursor: first.next_cursor }),
    );
    expect([...first.items, ...second.items].map((item) => item.transaction_id)).toEqual(ids);
    expect(second.next_cursor).toBeNull();
    const named = TransactionQuery.parse({ participant: other.principal.participantId });
    expect((await listTransactions(auditor, named)).items).toHaveLength(3);
    expect((await listTransactions(client, named)).items).toHaveLength(0);
  });
});

describe("changes by a person with database access", () => {
  async function made() {
    const one = await submitTransaction(client, body({ amount: "1", narrative: "first" }));
    const two = await submitTransaction(client, body({ amount: "2", narrative: "second" }));
    return [one.transaction_id, two.transaction_id] as const;
  }
  const open = (id: string) =>
    outcomeOf(
      called(miner, "openTransaction", { params: { id } }, () =>
        openTransaction(miner, id, { purpose: "settlement" }),
      ),
    );

  it("a body swapped for another is detected", async () => {
    const [one, two] = await made();
    await tamper(
      `UPDATE transaction_group g SET protected = o.protected, iv = o.iv, ciphertext = o.ciphertext, tag = o.tag, bd = o.bd
       FROM transaction_group o WHERE g.transaction_id = $1 AND g.grp = 'amount' AND o.transaction_id = $2 AND o.grp = 'amount'`,
      [one, two],
    );
    expect(await open(one)).toBe("envelope.replaced");
    expect(await open(two)).toBe("done");
    const rows = await admin(
      "SELECT action, outcome FROM audit_index WHERE transaction_id = $1 AND outcome = 'failed'",
      [one],
    );
    expect(rows).toHaveLength(1);
  });

  it("an entry without a leaf after a minute is treated the same: nothing opens until it has one", async () => {
    const [one] = await made();
    const ms = () => Date.now() + 61_000;
    const clock = { nowMs: ms, now: () => new Date(ms()), nowMicros: () => BigInt(ms()) * 1000n };
    const later = () => outcomeOf(openTransaction({ ...miner, clock }, one, { purpose: "settlement" }));
    expect([await open(one), await later()]).toEqual(["done", "envelope.replaced"]);
    await bench.integrate();
    expect(await later()).toBe("done");
  });

  it("a body swapped together with the entry it points to is detected", async () => {
    const [one, two] = await made();
    await tamper(
      `UPDATE transaction_group g SET protected = o.protected, iv = o.iv, ciphertext = o.ciphertext, tag = o.tag, bd = o.bd,
       entry_id = o.entry_id FROM transaction_group o WHERE g.transaction_id = $1 AND o.transaction_id = $2 AND g.grp = o.grp`,
      [one, two],
    );
    await tamper(
      `UPDATE wrap w SET epk = o.epk, encrypted_key = o.encrypted_key FROM wrap o
       WHERE w.transaction_id = $1 AND o.transaction_id = $2 AND w.grp = o.grp AND w.kid = o.kid`,
      [one, two],
    );
    expect(["envelope.replaced", "envelope.open-failed"]).toContain(await open(one));
  });

  it("a wrapped key that is swapped, dropped or given to another is detected", async () => {
    const [one, two] = await made();
    await tamper(
      `UPDATE wrap w SET epk = o.epk, encrypted_key = o.encrypted_key FROM wrap o
       WHERE w.transaction_id = $1 AND w.grp = 'amount' AND o.transaction_id = $2 AND o.grp = 'amount' AND w.kid = o.kid`,
      [one, two],
    );
    expect(await open(one)).toBe("envelope.replaced");
    await tamper("DELETE FROM wrap WHERE transaction_id = $1 AND grp = 'narrative' AND kind = 'escrow'", [
      two,
    ]);
    expect(await open(two)).toBe("envelope.replaced");
  });

  it("a dropped group and changed participants are detected", async () => {
    const [one, two] = await made();
    await tamper("DELETE FROM transaction_group WHERE transaction_id = $1 AND grp = 'narrative'", [one]);
    expect(await open(one)).toBe("envelope.replaced");
    const stranger = await bench.person({ role: "miner" });
    await tamper("UPDATE transaction SET participants = participants || $2::text WHERE id = $1", [
      two,
      stranger.principal.participantId,
    ]);
    expect(await outcomeOf(openTransaction(stranger, two, { purpose: "settlement" }))).toBe(
      "envelope.replaced",
    );
  });
});

describe("a batch", () => {
  const good = () => ({
    job_id: "job-b",
    amount: "1",
    confidential: true,
    participants: [miner.principal.participantId],
  });

  it("a batch stores the good items and reports each refused one", async () => {
    const { results } = await submitBatch(client, {
      transactions: [good(), { ...good(), amount: "x" }, { ...good(), participants: ["unknown-1"] }, good()],
      atomic: false,
    });
    expect(results.map((result) => result.status)).toEqual([201, 422, 422, 201]);
    expect(results[1]?.problem).toMatchObject({
      code: "request.invalid",
      errors: [{ pointer: "/transactions/1/amount" }],
    });
    expect(results[2]?.problem).toMatchObject({ code: "participant.unknown" });
    for (const at of [0, 3]) {
      const id = results[at]?.transaction_id ?? "";
      expect((await openTransaction(miner, id, { purpose: "settlement" })).data).toEqual({ amount: "1" });
    }
  });

  it("an atomic batch with one bad item stores nothing", async () => {
    const count = async () =>
      (await listTransactions(client, TransactionQuery.parse({ job_id: "job-atomic", limit: "100" }))).items
        .length;
    const item = { ...good(), job_id: "job-atomic" };
    const { results } = await submitBatch(client, {
      transactions: [item, { ...item, participants: [] }, item],
      atomic: true,
    });
    expect(results.map((result) => result.status)).toEqual([424, 422, 424]);
    expect(await count()).toBe(0);
    await submitBatch(client, { transactions: [item, item], atomic: true });
    expect(await count()).toBe(2);
  });
});

describe("status and envelopes", () => {
  it("a transaction moves along the state machine, and back from a dispute", async () => {
    const { transaction_id: id } = await submitTransaction(client, body({ amount: "1" }));
    expect(await outcomeOf(setStatus(client, id, { status: "settled" }))).toBe("transaction.status");
    for (const status of ["processing", "completed", "disputed", "completed", "settled"] as const) {
      expect((await setStatus(miner, id, { status })).status).toBe(status);
    }
    expect((await getTransaction(client, id)).status).toBe("settled");
  });

  it("parties and coordinators who approve move a transaction, and people with the support duty cannot", async () => {
    const { transaction_id: id } = await submitTransaction(client, body({ amount: "1" }));
    const move = async (duties: Person["principal"]["duties"]) =>
      outcomeOf(
        setStatus(await bench.person({ role: "coordinator", duties, hasKey: false }), id, {
          status: "processing",
        }),
      );
    expect(await move(["support"])).toBe("access.forbidden");
    expect(await move(["support", "approve"])).toBe("access.forbidden");
    expect(await move(["legal"])).toBe("access.forbidden");
    expect((await getTransaction(client, id)).status).toBe("created");
    expect(await move(["approve"])).toBe("done");
  });

  it("a recipient gets the envelopes with the entries that bind them", async () => {
    const { transaction_id: id } = await submitTransaction(client, body({ amount: "1", pricing: { a: 1 } }));
    const { items } = await getEnvelopes(miner, id);
    expect(items.map((item) => item.group)).toEqual(["amount", "pricing"]);
    expect(items[0]?.digests).toHaveLength(16);
    const coordinator = await bench.person({ role: "coordinator", hasKey: false });
    expect(await outcomeOf(getEnvelopes(coordinator, id))).toBe("access.forbidden");
  });
});
