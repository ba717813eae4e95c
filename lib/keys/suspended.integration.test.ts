import { Client } from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { changeKeyState } from "@/lib/keys/change-state";
import { listKeys } from "@/lib/keys/list-keys";
import { registerKey } from "@/lib/keys/register/register-key";
import { rotateKey } from "@/lib/keys/rotation/rotate-key";
import { getRotation } from "@/lib/keys/rotation/view";
import { refusalOf } from "@/lib/testing/benches/refusal";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { openTransaction } from "@/lib/transactions/open/open-transaction";
import { runRotations } from "@/lib/transactions/rewrap/run-rotations";
import { NewTransaction } from "@/lib/transactions/schema";
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

async function submit(from: Person, to: Person): Promise<string> {
  const input = NewTransaction.parse({
    job_id: "job-1",
    confidential: true,
    participants: [to.principal.participantId],
    amount: "1000",
    currency: "EUR",
  });
  return (await submitTransaction(from, input)).transaction_id;
}

const opened = async (cx: Person, id: string): Promise<unknown> =>
  (await openTransaction(cx, id, { purpose: "settlement" })).data;

it("no key is registered while another is suspended, which would lock its data, and after resume and rotation all opens", async () => {
  const owner = await bench.person({ role: "client" });
  const other = await bench.person({ role: "miner" });
  const { participantId } = owner.principal;
  const first = await submit(owner, other);
  const { items } = await listKeys(owner, { participant_id: participantId, limit: 10 });
  const keyId = items[0]?.key_id ?? "";
  await changeKeyState(owner, keyId, { state: "suspended", reason: "lost" });
  const order = { participant_id: participantId, algorithm: "X25519", custody: "managed" } as const;
  expect(await refusalOf(registerKey(owner, order))).toMatchObject({ code: "key.state" });
  await changeKeyState(owner, keyId, { state: "active", reason: "found" });
  await rotateKey(owner, { participantId }, "rewrap");
  await run(owner);
  expect(await opened(owner, first)).toEqual({ amount: "1000", currency: "EUR" });
});

it("a participant's key that does not open does not block another's rotation", async () => {
  const broken = await bench.person({ role: "client" });
  const sound = await bench.person({ role: "client" });
  const other = await bench.person({ role: "miner" });
  await submit(broken, other);
  await submit(sound, other);
  await rotateKey(broken, { participantId: broken.principal.participantId }, "rewrap");
  const { rotation_id } = await rotateKey(sound, { participantId: sound.principal.participantId }, "rewrap");
  const admin = new Client({ connectionString: bench.database.adminUrl });
  await admin.connect();
  await admin.query("ALTER TABLE key_version DISABLE TRIGGER USER");
  await admin.query(
    `UPDATE key_version SET private_blob = set_byte(private_blob, 20, 255 - get_byte(private_blob, 20))
     WHERE participant_id = $1 AND version = 1`,
    [broken.principal.participantId],
  );
  await admin.query("ALTER TABLE key_version ENABLE TRIGGER USER");
  await admin.end();
  await run(sound);
  expect(await getRotation(sound, rotation_id)).toMatchObject({ state: "completed" });
});

it("a rotation waits while no worker takes entries, so newly bound data do not become unreadable", async () => {
  const owner = await bench.person({ role: "client" });
  const other = await bench.person({ role: "miner" });
  const { participantId } = owner.principal;
  const id = await submit(owner, other);
  await bench.integrate();
  const { rotation_id } = await rotateKey(owner, { participantId }, "rewrap");
  const admin = new Client({ connectionString: bench.database.adminUrl });
  await admin.connect();
  await admin.query("SET session_replication_role = replica");
  await admin.query("UPDATE audit_queue SET queued_at = queued_at - interval '1 minute'");
  await admin.end();
  await runRotations({ ...owner, system: "portal" });
  expect(await getRotation(owner, rotation_id)).toMatchObject({ state: "running", rewrapped: 0 });
  expect(await opened(other, id)).toEqual({ amount: "1000", currency: "EUR" });
  await run(owner);
  expect(await getRotation(owner, rotation_id)).toMatchObject({ state: "completed" });
});
