import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toBase64url } from "@/lib/crypto/bytes";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inSnapshot } from "@/lib/db/transaction";
import { changeKeyState } from "@/lib/keys/change-state";
import { challengeClientHeld } from "@/lib/keys/possession/challenge";
import { rotateKey } from "@/lib/keys/rotation/rotate-key";
import { getRotation } from "@/lib/keys/rotation/view";
import { type NewEntry, WrapsOrder } from "@/lib/keys/wraps/schema";
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
import { outcomeOf, refusalOf } from "@/lib/testing/benches/refusal";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { handOver } from "@/lib/transactions/client-held/hand-over";
import { listWraps } from "@/lib/transactions/client-held/list-wraps";
import { openTransaction } from "@/lib/transactions/open/open-transaction";
import { runRotations } from "@/lib/transactions/rewrap/run-rotations";

let bench: UseCaseBench;
beforeAll(async () => {
  bench = await createUseCaseBench();
});
afterAll(() => bench.close());

describe("handing a record over", () => {
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
});

describe("refusals of a hand-over", () => {
  const pointerOf = async (act: Promise<unknown>): Promise<string | undefined> => {
    const refused = await refusalOf(act);
    expect(refused.code).toBe("request.invalid");
    return refused.errors[0]?.pointer;
  };

  it("entries are replaced only with proof of the old key: no tag, a wrong or used one, and another session are refused", async () => {
    const { owner, old, next, ids } = await replaced(bench);
    const kids = await kidsOf(owner, first(ids));
    const entries = await made(owner, old, next);
    const rubbish = toBase64url(new Uint8Array(32).fill(7));
    expect(await outcomeOf(post(bench, owner, old, entries, rubbish))).toBe("key.proof");
    await challengeClientHeld(owner, old.keyId);
    expect(await outcomeOf(post(bench, owner, old, entries, rubbish))).toBe("key.proof");
    const tag = await answerOf(owner, old);
    expect(await outcomeOf(post(bench, elsewhere(owner), old, entries, tag))).toBe("key.proof");
    // The new key's answer does not prove the old key.
    const asked = await challengeClientHeld(owner, old.keyId);
    expect(() => next.holder.answer(asked.challenge)).toThrow();
    expect(await kidsOf(owner, first(ids))).toEqual(kids);
    const good = await answerOf(owner, old);
    expect(await outcomeOf(post(bench, owner, old, entries, good))).toBe("done");
    expect(await outcomeOf(post(bench, owner, old, entries, good))).toBe("key.proof");
  });

  it("an entry is refused for another's transaction, an unknown one, another's key, another group, generation or version", async () => {
    const { owner, other, old, next, ids } = await replaced(bench);
    const stranger = await replaced(bench);
    const kids = [await kidsOf(owner, first(ids)), await kidsOf(stranger.owner, first(stranger.ids))];
    const entries = await made(owner, old, next);
    const entry = first(entries);
    const theirs = first(await made(stranger.owner, stranger.old, stranger.next));
    const send = (...list: NewEntry[]) => post(bench, owner, old, list);
    for (const transaction_id of [first(stranger.ids), uuidv7(Date.now())]) {
      const refused = await refusalOf(send({ ...entry, transaction_id }));
      expect(refused.errors).toEqual([
        { pointer: "/entries/0/transaction_id", detail: "has no envelope for this key" },
      ]);
    }
    expect(await pointerOf(send(theirs))).toBe("/entries/0/transaction_id");
    expect(await pointerOf(send({ ...theirs, transaction_id: entry.transaction_id }))).toBe(
      "/entries/0/recipient/header/kid",
    );
    const group = entry.group === "amount" ? "narrative" : "amount";
    expect(await pointerOf(send({ ...entry, group }))).toBe("/entries/0/recipient/header");
    expect(await pointerOf(send({ ...entry, group: "parties" }))).toBe("/entries/0/transaction_id");
    expect(await pointerOf(send({ ...entry, gen: 2 }))).toBe("/entries/0/gen");
    for (const kid of [`${other.principal.participantId}#1`, "escrow#1"])
      expect(await pointerOf(send(changed(entry, { kid })))).toBe("/entries/0/recipient/header/kid");
    const rotated = await refusalOf(send(changed(entry, { kid: old.kid })));
    expect(rotated).toMatchObject({ code: "key.rotated", extra: { kid: next.kid } });
    // One bad entry among good ones: none is moved.
    expect(await pointerOf(send(...entries.slice(1), { ...entry, gen: 2 }))).toBe("/entries/1/gen");
    expect([await kidsOf(owner, first(ids)), await kidsOf(stranger.owner, first(stranger.ids))]).toEqual(
      kids,
    );
  });

  it("an entry is refused when its ephemeral key is of low order, not canonical or used twice, or its form is wrong", async () => {
    const { owner, old, next, ids } = await replaced(bench);
    const kids = await kidsOf(owner, first(ids));
    const entries = await made(owner, old, next);
    const [entry, second] = entries;
    if (entry === undefined || second === undefined) throw new TypeError("two entries expected");
    const send = (...list: NewEntry[]) => post(bench, owner, old, list);
    const epk = (x: string) => ({ crv: "X25519", kty: "OKP", x }) as const;
    const zero = new Uint8Array(32);
    const notCanonical = new Uint8Array(32).fill(0xff);
    for (const bytes of [zero, Uint8Array.of(1, ...zero.subarray(1)), notCanonical])
      expect(await pointerOf(send(changed(entry, { epk: epk(toBase64url(bytes)) })))).toBe(
        "/entries/0/recipient",
      );
    expect(await pointerOf(send(changed(entry, { epk: epk("AAAA") })))).toBe(
      "/entries/0/recipient/header/epk/x",
    );
    const used = second.recipient.header.epk;
    expect(await pointerOf(send(changed(entry, { epk: epk(used.x) }), second))).toBe(
      "/entries/1/recipient/header/epk",
    );
    const { groups } = await groupsOf(owner, entry.transaction_id);
    const stored =
      groups.find(({ row }) => row.group === entry.group)?.envelope.recipients[0]?.header.epk.x ?? "";
    expect(await pointerOf(send(changed(entry, { epk: epk(stored) })))).toBe(
      "/entries/0/recipient/header/epk",
    );
    expect(await pointerOf(send(changed(entry, {}, "AAAA")))).toBe("/entries/0/recipient/encrypted_key");
    expect(await pointerOf(send(changed(entry, { apu: second.recipient.header.apu })))).toBe(
      "/entries/0/recipient/header",
    );
    expect(await pointerOf(send(entry, entry))).toBe("/entries/1");
    expect(WrapsOrder.safeParse({ client_tag: "a", entries: [] }).success).toBe(false);
    expect(await kidsOf(owner, first(ids))).toEqual(kids);
    expect(await readWith(owner, old, entry.transaction_id)).toEqual(SENT);
  });

  it("only entries of the caller's own replaced client-held key are listed and handed over", async () => {
    const { owner, other, old, next } = await replaced(bench);
    const entries = await made(owner, old, next);
    expect(await outcomeOf(challengeClientHeld(owner, next.keyId))).toBe("key.state");
    const tag = await answerOf(owner, old);
    expect(await outcomeOf(post(bench, owner, next, entries, tag))).toBe("key.state");
    const admin = await bench.person({ role: "admin", duties: ["admin"] });
    for (const cx of [other, admin]) {
      expect(await outcomeOf(listWraps(cx, old.keyId, { limit: 50 }))).toBe("access.forbidden");
      expect(await outcomeOf(challengeClientHeld(cx, old.keyId))).toBe("access.forbidden");
      expect(await outcomeOf(post(bench, cx, old, entries, tag))).toBe("access.forbidden");
    }
    expect(await outcomeOf(listWraps(owner, uuidv7(Date.now()), { limit: 50 }))).toBe("key.not-found");
    const managed = await inSnapshot(bench.cx, (tx) =>
      tx.key_version.findFirstOrThrow({ where: { participant_id: other.principal.participantId } }),
    );
    expect(await outcomeOf(listWraps(other, managed.id, { limit: 50 }))).toBe("key.state");
    await changeKeyState(owner, old.keyId, { state: "compromised", reason: "stolen" });
    expect(await outcomeOf(post(bench, owner, old, entries, tag))).toBe("key.state");
    expect(await outcomeOf(challengeClientHeld(owner, old.keyId))).toBe("key.state");
  });

  it("a group that does not match the log is neither returned nor replaced, and is named", async () => {
    const { owner, old, next, ids } = await replaced(bench, 2);
    const [spoilt, sound] = ids;
    const entries = await made(owner, old, next);
    const admin = new Client({ connectionString: bench.database.adminUrl });
    await admin.connect();
    await admin.query("ALTER TABLE wrap DISABLE TRIGGER USER");
    await admin.query(
      "UPDATE wrap SET encrypted_key = $2 WHERE transaction_id = $1 AND kind = 'participant'",
      [spoilt, toBase64url(new Uint8Array(40).fill(3))],
    );
    await admin.query("ALTER TABLE wrap ENABLE TRIGGER USER");
    await admin.end();
    const page = await listWraps(owner, old.keyId, { limit: 50 });
    expect(page.not_in_log).toEqual([spoilt]);
    expect(new Set(page.items.map(({ transaction_id }) => transaction_id))).toEqual(new Set([sound]));
    const refused = await refusalOf(post(bench, owner, old, entries));
    expect(refused).toMatchObject({ code: "envelope.replaced", extra: { transaction_id: spoilt } });
    const rest = entries.filter(({ transaction_id }) => transaction_id === sound);
    expect(await post(bench, owner, old, rest)).toMatchObject({ rewrapped: 2, remaining_wraps: 2 });
  });
});
