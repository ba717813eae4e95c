import { Client } from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { toBase64url } from "@/lib/crypto/bytes";
import { changeKeyState } from "@/lib/keys/change-state";
import { rotateKey } from "@/lib/keys/rotation/rotate-key";
import { getRotation } from "@/lib/keys/rotation/view";
import {
  answerOf,
  changed,
  elsewhere,
  first,
  groupsOf,
  kidsOf,
  made,
  type Person,
  post,
  readWith,
  replaced,
  SENT,
} from "@/lib/testing/benches/client-held-bench";
import { outcomeOf } from "@/lib/testing/benches/refusal";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { handOver } from "@/lib/transactions/client-held/hand-over";
import { listWraps } from "@/lib/transactions/client-held/list-wraps";
import { openTransaction } from "@/lib/transactions/open/open-transaction";
import { runRotations } from "@/lib/transactions/rewrap/run-rotations";

let bench: UseCaseBench;
beforeAll(async () => {
  bench = await createUseCaseBench();
});
afterAll(() => bench?.close());

const bodiesOf = async (cx: Person, id: string): Promise<unknown[]> =>
  (await groupsOf(cx, id)).groups.map(({ row }) => [
    row.bd,
    row.protected,
    row.iv,
    row.ciphertext,
    row.tag,
    row.gen,
  ]);

it("an owner's program hands over all entries of a replaced key: bodies stay, and each transaction has its log entry", async () => {
  const { owner, other, old, next, ids } = await replaced(bench, 3);
  const before = await Promise.all(ids.map((id) => bodiesOf(owner, id)));
  const page = await listWraps(owner, old.keyId, { limit: 2 });
  expect(page).toMatchObject({
    kid: old.kid,
    successor: { kid: next.kid, public_key: next.holder.publicKey },
    remaining_wraps: 6,
    not_in_log: [],
    next_cursor: ids[1],
  });
  const rest = await listWraps(owner, old.keyId, { limit: 2, cursor: page.next_cursor ?? "" });
  expect([page.items.length, rest.items.length, rest.next_cursor]).toEqual([4, 2, null]);
  const entries = await made(owner, old, next);
  const half = await post(bench, owner, old, entries.slice(0, 3));
  expect(half).toMatchObject({ new_kid: next.kid, rewrapped: 3, skipped: 0, remaining_wraps: 3 });
  const whole = await post(bench, owner, old, entries);
  expect(whole).toMatchObject({ rewrapped: 3, skipped: 3, remaining_wraps: 0 });
  expect(whole.results.every(({ receipt }) => receipt.signature.includes("/receipt"))).toBe(true);
  expect(whole.results.flatMap(({ groups }) => groups)).toHaveLength(3);
  expect(await Promise.all(ids.map((id) => bodiesOf(owner, id)))).toEqual(before);
  for (const id of ids) {
    expect(await kidsOf(owner, id)).not.toContain(old.kid);
    expect(await readWith(owner, next, id)).toEqual(SENT);
    expect((await openTransaction(other, id, { purpose: "settlement" })).data).toEqual(SENT);
  }
  await bench.integrate();
  for (const id of ids) expect(await readWith(owner, next, id)).toEqual(SENT);
  const destroyed = await changeKeyState(owner, old.keyId, { state: "destroyed", reason: "empty" });
  expect(destroyed.state).toBe("destroyed");
});

it("a batch sent twice, and two at once, move each entry once", async () => {
  const { owner, old, next, ids } = await replaced(bench, 2);
  const entries = await made(owner, old, next);
  const rivals = [owner, elsewhere(owner)];
  const tags = await Promise.all(rivals.map((cx) => answerOf(cx, old)));
  const done = await Promise.all(rivals.map((cx, at) => post(bench, cx, old, entries, tags[at])));
  expect(done.map(({ rewrapped }) => rewrapped).sort()).toEqual([0, 4]);
  expect(done.map(({ remaining_wraps }) => remaining_wraps)).toEqual([0, 0]);
  const again = await post(bench, owner, old, entries);
  expect(again).toMatchObject({ rewrapped: 0, skipped: 4, remaining_wraps: 0, results: [] });
  for (const id of ids) expect(await readWith(owner, next, id)).toEqual(SENT);
});

it("during another party's rotation, in either mode, no entry is lost and none is moved twice", async () => {
  for (const mode of ["rewrap", "reseal"] as const) {
    const { owner, other, old, next, ids } = await replaced(bench, 4);
    const entries = await made(owner, old, next);
    const { rotation_id } = await rotateKey(other, { participantId: other.principal.participantId }, mode);
    await bench.integrate();
    const tag = await answerOf(owner, old);
    const [posted] = await Promise.all([
      outcomeOf(post(bench, owner, old, entries, tag)),
      runRotations({ ...other, system: "portal" }),
    ]);
    expect(posted).toBe("done");
    await bench.integrate();
    await runRotations({ ...other, system: "portal" });
    expect(await getRotation(other, rotation_id)).toMatchObject({ state: "completed", rewrapped: 8 });
    const last = await post(bench, owner, old, entries);
    expect(last).toMatchObject({ rewrapped: 0, skipped: 8, remaining_wraps: 0 });
    for (const id of ids) {
      expect(await kidsOf(owner, id)).toEqual(
        [
          next.kid,
          next.kid,
          `${other.principal.participantId}#2`,
          `${other.principal.participantId}#2`,
          "escrow#1",
          "escrow#1",
        ].sort(),
      );
      expect(await readWith(owner, next, id)).toEqual(SENT);
      expect((await openTransaction(other, id, { purpose: "settlement" })).data).toEqual(SENT);
    }
  }
});

it("an entry that wraps no content key harms only its maker, and is bound in the log as it is", async () => {
  const { owner, other, old, next, ids } = await replaced(bench);
  const entries = await made(owner, old, next);
  const wrong = entries.map((entry) => changed(entry, {}, toBase64url(new Uint8Array(40).fill(9))));
  expect(await post(bench, owner, old, wrong)).toMatchObject({ rewrapped: 2 });
  await expect(readWith(owner, next, first(ids))).rejects.toThrow("could not be opened");
  expect((await openTransaction(other, first(ids), { purpose: "settlement" })).data).toEqual(SENT);
});

it("no entry is handed over while no worker takes log entries, and it works again when one does", async () => {
  const { owner, old, next, ids } = await replaced(bench);
  const kids = await kidsOf(owner, first(ids));
  const entries = await made(owner, old, next);
  const admin = new Client({ connectionString: bench.database.adminUrl });
  await admin.connect();
  await admin.query("UPDATE audit_queue SET queued_at = queued_at - interval '1 minute'");
  await admin.end();
  const order = async () => ({ client_tag: await answerOf(owner, old), entries });
  expect(await outcomeOf(handOver(owner, old.keyId, await order()))).toBe("service.audit-unavailable");
  expect(await kidsOf(owner, first(ids))).toEqual(kids);
  await bench.integrate();
  expect(await post(bench, owner, old, entries)).toMatchObject({ rewrapped: 2, remaining_wraps: 0 });
});
