import { randomUUID } from "node:crypto";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toBase64url } from "@/lib/crypto/bytes";
import { openEnvelope } from "@/lib/crypto/envelope/envelope";
import { generateX25519, x25519Shared } from "@/lib/crypto/primitives";
import { jwkThumbprint } from "@/lib/crypto/reply";
import { uuidv7 } from "@/lib/crypto/uuid";
import { within } from "@/lib/db/statement";
import { inSnapshot } from "@/lib/db/transaction";
import { rotateKey } from "@/lib/keys/rotation/rotate-key";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { loadSealed } from "@/lib/transactions/read/load-sealed";
import { runRotations } from "@/lib/transactions/rewrap/run-rotations";
import { NewTransaction } from "@/lib/transactions/schema";
import { findTransaction } from "@/lib/transactions/store";
import { submitTransaction } from "@/lib/transactions/submit/submit-transaction";

type Person = Awaited<ReturnType<UseCaseBench["person"]>>;

let bench: UseCaseBench;
beforeAll(async () => {
  bench = await createUseCaseBench();
});
afterAll(() => bench?.close());

/** Continues rotations as a portal does, with a worker that takes entries. */
async function run(cx: Person): Promise<void> {
  await bench.integrate();
  await runRotations({ ...cx, system: "portal" });
}

const SENT = { amount: "1000", currency: "EUR", narrative: "a narrative" };

async function submit(from: Person, to: Person): Promise<string> {
  const input = NewTransaction.parse({
    job_id: "job-1",
    confidential: true,
    participants: [to.principal.participantId],
    ...SENT,
  });
  return (await submitTransaction(from, input)).transaction_id;
}

/**
 * Writes what a person with only the app's database login can write: an entry without a part, and another public key.
 */
async function swapKey(participantId: string, publicKey: Uint8Array, entry: "none" | "own"): Promise<void> {
  const { log, tenantId } = bench.place;
  const id = uuidv7(Date.now());
  const at = new Date().toISOString().replace(/Z$/, "000Z");
  const thumbprint = jwkThumbprint(publicKey);
  const pub = entry === "own" ? `,"pub":{"thumbprint":"${thumbprint}"}` : "";
  const json = `{"at":"${at}","class":"key","id":"${id}","log":"${log}","outcome":"done"${pub},"sealed":[],"tenant":"t_x","v":1}`;
  const client = new Client({ connectionString: bench.database.appUrl });
  await client.connect();
  try {
    const { rows } = await client.query(
      "SELECT id FROM key_version WHERE participant_id = $1 AND state = 'active'",
      [participantId],
    );
    await client.query("BEGIN");
    await client.query(
      "INSERT INTO audit_entry (id, log, tenant_id, at, class, outcome, bytes) VALUES ($1, $2, $3, $4, 'key', 'done', $5)",
      [id, log, tenantId, at, Buffer.from(json)],
    );
    await client.query(
      "INSERT INTO audit_queue (entry_id, tenant_id, subject, action) VALUES ($1, $2, $3, 'key.state')",
      [id, tenantId, `key:${rows[0].id}`],
    );
    await client.query(
      "INSERT INTO audit_index (entry_id, tenant_id, at, actor, action, outcome) VALUES ($1, $2, $3, 'system:x', 'key.state', 'done')",
      [id, tenantId, at],
    );
    await client.query(
      "UPDATE key_version SET public_key = $2, thumbprint = $3, registration_entry_id = $4 WHERE id = $1",
      [rows[0].id, toBase64url(publicKey), thumbprint, entry === "own" ? id : randomUUID()],
    );
    await client.query("COMMIT");
  } finally {
    await client.end();
  }
}

/** Returns what the holder of this private key reads of a transaction, from database rows alone. */
async function readWith(privateKey: Uint8Array, kid: string, id: string): Promise<unknown> {
  const { tenantId } = bench.place;
  const transaction = await inSnapshot(bench.cx, (tx) => findTransaction(within(tx), tenantId, id));
  if (transaction === undefined) throw new TypeError("no transaction");
  const { groups } = await inSnapshot(bench.cx, (tx) => loadSealed(tx, transaction));
  const read: Record<string, unknown> = {};
  for (const { context, envelope, row } of groups) {
    const content = await openEnvelope({
      ...context,
      envelope,
      kid,
      derive: async (epk) => x25519Shared(privateKey, epk),
      list: transaction.digestList,
      fieldCount: row.fieldCount,
    });
    Object.assign(read, content.fields);
  }
  return read;
}

describe.each(["none", "own"] as const)("a key row whose registration entry is %s", (entry) => {
  it("the key gets no entry of a rotation", async () => {
    const owner = await bench.person({ role: "client" });
    const id = await submit(owner, await bench.person({ role: "miner" }));
    const { participantId } = owner.principal;
    await rotateKey(owner, { participantId }, "rewrap");
    const thief = generateX25519();
    await swapKey(participantId, thief.publicKey, entry);
    await run(owner);
    const read = await readWith(thief.privateKey, `${participantId}#2`, id).catch(() => "nothing");
    expect(read).toBe("nothing");
  });

  it("the key is not sealed to", async () => {
    const owner = await bench.person({ role: "client" });
    const { participantId } = owner.principal;
    const thief = generateX25519();
    await swapKey(participantId, thief.publicKey, entry);
    const id = await submit(await bench.person({ role: "miner" }), owner).catch(() => undefined);
    const read =
      id === undefined
        ? "nothing"
        : await readWith(thief.privateKey, `${participantId}#1`, id).catch(() => "nothing");
    expect(read).toBe("nothing");
  });
});
