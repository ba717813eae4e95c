import { Client } from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { toBase64url } from "@/lib/crypto/bytes";
import { type EnvelopeRecipient, openEnvelope } from "@/lib/crypto/envelope";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inSnapshot } from "@/lib/db/transaction";
import { changeKeyState } from "@/lib/keys/change-state";
import { challengeHeld } from "@/lib/keys/possession/challenge-held";
import { proveKey } from "@/lib/keys/possession/prove-key";
import { registerKey } from "@/lib/keys/register-key";
import { getRotation } from "@/lib/keys/rotation/get-rotation";
import { rotateKey } from "@/lib/keys/rotation/rotate-key";
import { type NewEntry, WrapsOrder } from "@/lib/keys/wraps/schema";
import { entriesFor } from "@/lib/testing/held-program";
import { createKeyHolder, heldBy, type KeyHolder, proofOf } from "@/lib/testing/key-holder";
import { outcomeOf, refusalOf } from "@/lib/testing/refusal";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/use-case-bench";
import { handOver } from "@/lib/transactions/held/hand-over";
import { listWraps } from "@/lib/transactions/held/list-wraps";
import { loadSealed } from "@/lib/transactions/load-sealed";
import { openTransaction } from "@/lib/transactions/open-transaction";
import { runRotations } from "@/lib/transactions/rewrap/run-rotations";
import { NewTransaction } from "@/lib/transactions/schema";
import { findTransaction } from "@/lib/transactions/store";
import { submitTransaction } from "@/lib/transactions/submit-transaction";

type Person = Awaited<ReturnType<UseCaseBench["person"]>>;

let bench: UseCaseBench;
beforeAll(async () => {
  bench = await createUseCaseBench();
});
afterAll(() => bench?.close());

const SENT = { amount: "1000", currency: "EUR", narrative: "a narrative" };

async function submit(from: Person, to: Person): Promise<string> {
  const participants = [to.principal.participantId];
  const input = NewTransaction.parse({ job_id: "job-1", confidential: true, participants, ...SENT });
  return (await submitTransaction(from, input)).transaction_id;
}

async function groupsOf(id: string) {
  return inSnapshot(bench.cx, async (tx) => {
    const transaction = await findTransaction(tx, bench.place.tenantId, id);
    if (transaction === undefined) throw new TypeError("no transaction");
    return { transaction, groups: (await loadSealed(tx, transaction)).groups };
  });
}

const bodiesOf = async (id: string): Promise<unknown[]> =>
  (await groupsOf(id)).groups.map(({ row }) => [
    row.bd,
    row.protected,
    row.iv,
    row.ciphertext,
    row.tag,
    row.gen,
  ]);

const kidsOf = async (id: string): Promise<string[]> =>
  (await groupsOf(id)).groups.flatMap(({ wraps }) => wraps.map(({ kid }) => kid)).sort();

/** What a holder reads with his own private half, from the rows that `GET …/envelopes` gives. */
async function readWith(holder: KeyHolder, kid: string, id: string): Promise<unknown> {
  const { transaction, groups } = await groupsOf(id);
  const read: Record<string, unknown> = {};
  for (const { context, envelope, row } of groups) {
    const own = { derive: holder.derive, kid, list: transaction.digestList, fieldCount: row.fieldCount };
    Object.assign(read, (await openEnvelope({ ...context, envelope, ...own })).fields);
  }
  return read;
}

interface Held {
  readonly holder: KeyHolder;
  readonly keyId: string;
  readonly kid: string;
}

async function hold(cx: Person, former?: KeyHolder): Promise<Held> {
  const holder = createKeyHolder();
  const { key } = await registerKey(cx, heldBy(holder, cx.principal.participantId));
  const { key_id: keyId, kid } = await proveKey(cx, key.key_id, proofOf(key, holder, former));
  return { holder, keyId, kid };
}

/** An owner whose held key was replaced by another one, with transactions sealed for the first. */
async function replaced(count = 1) {
  const owner = await bench.person({ role: "client", hasKey: false });
  const other = await bench.person({ role: "miner" });
  const old = await hold(owner);
  const ids: string[] = [];
  while (ids.length < count) {
    const isOwn = ids.length % 2 === 0;
    ids.push(await submit(isOwn ? owner : other, isOwn ? other : owner));
  }
  const next = await hold(owner, old.holder);
  return { owner, other, old, next, ids: ids.sort() };
}

const answerOf = async (cx: Person, { keyId, holder }: Held): Promise<string> =>
  holder.answer((await challengeHeld(cx, keyId)).challenge);

/** What the owner's program makes of everything that is listed. */
const made = async (cx: Person, old: Held, next: Held): Promise<NewEntry[]> =>
  entriesFor(old.holder, await listWraps(cx, old.keyId, { limit: 50 }), next.holder);

async function post(cx: Person, old: Held, entries: readonly NewEntry[], tag?: string) {
  const client_tag = tag ?? (await answerOf(cx, old));
  return handOver(cx, old.keyId, WrapsOrder.parse({ client_tag, entries }));
}

const first = <T>(list: readonly T[]): T => {
  const [one] = list;
  if (one === undefined) throw new TypeError("an empty list");
  return one;
};

/** The entry with other members in its recipient. */
function changed(
  entry: NewEntry,
  header: Partial<EnvelopeRecipient["header"]>,
  encrypted_key?: string,
): NewEntry {
  const { recipient } = entry;
  return {
    ...entry,
    recipient: {
      header: { ...recipient.header, ...header },
      encrypted_key: encrypted_key ?? recipient.encrypted_key,
    },
  };
}

const pointerOf = async (act: Promise<unknown>): Promise<string | undefined> => {
  const refused = await refusalOf(act);
  expect(refused.code).toBe("request.invalid");
  return refused.errors[0]?.pointer;
};

it("an owner's program hands over what lies under a replaced key: bodies stay, each transaction has its entry, nothing is left", async () => {
  const { owner, other, old, next, ids } = await replaced(3);
  const before = await Promise.all(ids.map(bodiesOf));
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
  const half = await post(owner, old, entries.slice(0, 3));
  expect(half).toMatchObject({ new_kid: next.kid, rewrapped: 3, skipped: 0, remaining_wraps: 3 });
  const whole = await post(owner, old, entries);
  expect(whole).toMatchObject({ rewrapped: 3, skipped: 3, remaining_wraps: 0 });
  expect(whole.results.every(({ receipt }) => receipt.signature.includes("/receipt"))).toBe(true);
  expect(whole.results.flatMap(({ groups }) => groups)).toHaveLength(3);
  expect(await Promise.all(ids.map(bodiesOf))).toEqual(before);
  for (const id of ids) {
    expect(await kidsOf(id)).not.toContain(old.kid);
    expect(await readWith(next.holder, next.kid, id)).toEqual(SENT);
    expect((await openTransaction(other, id, { purpose: "settlement" })).data).toEqual(SENT);
  }
  await bench.integrate();
  for (const id of ids) expect(await readWith(next.holder, next.kid, id)).toEqual(SENT);
  const destroyed = await changeKeyState(owner, old.keyId, { state: "destroyed", reason: "empty" });
  expect(destroyed.state).toBe("destroyed");
});

/** The same person by another key of the API. */
const elsewhere = (cx: Person): Person => {
  const { principal } = cx;
  const proof = { kind: "api-key", keyId: principal.userId, prefix: "other", signed: false } as const;
  return { ...cx, principal: { ...principal, proof } };
};

it("a batch sent twice, and two at once, move each entry once", async () => {
  const { owner, old, next, ids } = await replaced(2);
  const entries = await made(owner, old, next);
  const rivals = [owner, elsewhere(owner)];
  const tags = await Promise.all(rivals.map((cx) => answerOf(cx, old)));
  const done = await Promise.all(rivals.map((cx, at) => post(cx, old, entries, tags[at])));
  expect(done.map(({ rewrapped }) => rewrapped).sort()).toEqual([0, 4]);
  expect(done.map(({ remaining_wraps }) => remaining_wraps)).toEqual([0, 0]);
  const again = await post(owner, old, entries);
  expect(again).toMatchObject({ rewrapped: 0, skipped: 4, remaining_wraps: 0, results: [] });
  for (const id of ids) expect(await readWith(next.holder, next.kid, id)).toEqual(SENT);
});

it("nobody puts entries in place who does not prove the old key: no tag, a wrong one, a used one, another's session", async () => {
  const { owner, old, next, ids } = await replaced();
  const kids = await kidsOf(first(ids));
  const entries = await made(owner, old, next);
  const rubbish = toBase64url(new Uint8Array(32).fill(7));
  expect(await outcomeOf(post(owner, old, entries, rubbish))).toBe("key.proof");
  await challengeHeld(owner, old.keyId);
  expect(await outcomeOf(post(owner, old, entries, rubbish))).toBe("key.proof");
  const tag = await answerOf(owner, old);
  expect(await outcomeOf(post(elsewhere(owner), old, entries, tag))).toBe("key.proof");
  // The new key's answer is not the old key's.
  const asked = await challengeHeld(owner, old.keyId);
  expect(() => next.holder.answer(asked.challenge)).toThrow();
  expect(await kidsOf(first(ids))).toEqual(kids);
  const good = await answerOf(owner, old);
  expect(await outcomeOf(post(owner, old, entries, good))).toBe("done");
  expect(await outcomeOf(post(owner, old, entries, good))).toBe("key.proof");
});

it("an entry is refused for another's transaction, an unknown one, another's key, another group, generation or version", async () => {
  const { owner, other, old, next, ids } = await replaced();
  const stranger = await replaced();
  const kids = [await kidsOf(first(ids)), await kidsOf(first(stranger.ids))];
  const entries = await made(owner, old, next);
  const entry = first(entries);
  const theirs = first(await made(stranger.owner, stranger.old, stranger.next));
  const send = (...list: NewEntry[]) => post(owner, old, list);
  for (const transaction_id of [first(stranger.ids), uuidv7(Date.now())]) {
    const refused = await refusalOf(send({ ...entry, transaction_id }));
    expect(refused.errors).toEqual([
      { pointer: "/entries/0/transaction_id", detail: "no entry of this key stands in this group" },
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
  // One bad entry among good ones: nothing is moved.
  expect(await pointerOf(send(...entries.slice(1), { ...entry, gen: 2 }))).toBe("/entries/1/gen");
  expect([await kidsOf(first(ids)), await kidsOf(first(stranger.ids))]).toEqual(kids);
});

it("an entry is refused whose ephemeral key is of low order, not canonical or used twice, and one of another form", async () => {
  const { owner, old, next, ids } = await replaced();
  const kids = await kidsOf(first(ids));
  const entries = await made(owner, old, next);
  const [entry, second] = entries;
  if (entry === undefined || second === undefined) throw new TypeError("two entries expected");
  const send = (...list: NewEntry[]) => post(owner, old, list);
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
  const { groups } = await groupsOf(entry.transaction_id);
  const stored =
    groups.find(({ row }) => row.group === entry.group)?.envelope.recipients[0]?.header.epk.x ?? "";
  expect(await pointerOf(send(changed(entry, { epk: epk(stored) })))).toBe("/entries/0/recipient/header/epk");
  expect(await pointerOf(send(changed(entry, {}, "AAAA")))).toBe("/entries/0/recipient/encrypted_key");
  expect(await pointerOf(send(changed(entry, { apu: second.recipient.header.apu })))).toBe(
    "/entries/0/recipient/header",
  );
  expect(await pointerOf(send(entry, entry))).toBe("/entries/1");
  expect(WrapsOrder.safeParse({ client_tag: "a", entries: [] }).success).toBe(false);
  expect(await kidsOf(first(ids))).toEqual(kids);
  expect(await readWith(old.holder, old.kid, entry.transaction_id)).toEqual(SENT);
});

it("only what lies under a replaced key that the caller's participant holds is listed and handed over", async () => {
  const { owner, other, old, next } = await replaced();
  const entries = await made(owner, old, next);
  expect(await outcomeOf(challengeHeld(owner, next.keyId))).toBe("key.state");
  const tag = await answerOf(owner, old);
  expect(await outcomeOf(post(owner, next, entries, tag))).toBe("key.state");
  const admin = await bench.person({ role: "admin", duties: ["admin"] });
  for (const cx of [other, admin]) {
    expect(await outcomeOf(listWraps(cx, old.keyId, { limit: 50 }))).toBe("access.forbidden");
    expect(await outcomeOf(challengeHeld(cx, old.keyId))).toBe("access.forbidden");
    expect(await outcomeOf(post(cx, old, entries, tag))).toBe("access.forbidden");
  }
  expect(await outcomeOf(listWraps(owner, uuidv7(Date.now()), { limit: 50 }))).toBe("key.not-found");
  const managed = await inSnapshot(bench.cx, (tx) =>
    tx.key_version.findFirstOrThrow({ where: { participant_id: other.principal.participantId } }),
  );
  expect(await outcomeOf(listWraps(other, managed.id, { limit: 50 }))).toBe("key.state");
  await changeKeyState(owner, old.keyId, { state: "compromised", reason: "stolen" });
  expect(await outcomeOf(post(owner, old, entries, tag))).toBe("key.state");
  expect(await outcomeOf(challengeHeld(owner, old.keyId))).toBe("key.state");
});

it("beside another party's rotation, by either mode, no entry is lost and none is moved twice", async () => {
  for (const mode of ["rewrap", "reseal"] as const) {
    const { owner, other, old, next, ids } = await replaced(4);
    const entries = await made(owner, old, next);
    const { rotation_id } = await rotateKey(other, { participantId: other.principal.participantId }, mode);
    await bench.integrate();
    const tag = await answerOf(owner, old);
    const [posted] = await Promise.all([
      outcomeOf(post(owner, old, entries, tag)),
      runRotations({ ...other, system: "portal" }),
    ]);
    expect(posted).toBe("done");
    await bench.integrate();
    await runRotations({ ...other, system: "portal" });
    expect(await getRotation(other, rotation_id)).toMatchObject({ state: "completed", rewrapped: 8 });
    const last = await post(owner, old, entries);
    expect(last).toMatchObject({ rewrapped: 0, skipped: 8, remaining_wraps: 0 });
    for (const id of ids) {
      expect(await kidsOf(id)).toEqual(
        [
          next.kid,
          next.kid,
          `${other.principal.participantId}#2`,
          `${other.principal.participantId}#2`,
          "escrow#1",
          "escrow#1",
        ].sort(),
      );
      expect(await readWith(next.holder, next.kid, id)).toEqual(SENT);
      expect((await openTransaction(other, id, { purpose: "settlement" })).data).toEqual(SENT);
    }
  }
});

it("an entry that wraps no content key harms nobody but its maker, and is bound in the log as it is", async () => {
  const { owner, other, old, next, ids } = await replaced();
  const entries = await made(owner, old, next);
  const wrong = entries.map((entry) => changed(entry, {}, toBase64url(new Uint8Array(40).fill(9))));
  expect(await post(owner, old, wrong)).toMatchObject({ rewrapped: 2 });
  await expect(readWith(next.holder, next.kid, first(ids))).rejects.toThrow("could not be opened");
  expect((await openTransaction(other, first(ids), { purpose: "settlement" })).data).toEqual(SENT);
});

it("nothing is handed over while no worker takes entries into the log, and it is done when one does", async () => {
  const { owner, old, next, ids } = await replaced();
  const kids = await kidsOf(first(ids));
  const entries = await made(owner, old, next);
  const admin = new Client({ connectionString: bench.database.adminUrl });
  await admin.connect();
  await admin.query("UPDATE audit_queue SET queued_at = queued_at - interval '1 minute'");
  await admin.end();
  expect(await outcomeOf(post(owner, old, entries))).toBe("service.audit-unavailable");
  expect(await kidsOf(first(ids))).toEqual(kids);
  await bench.integrate();
  expect(await post(owner, old, entries)).toMatchObject({ rewrapped: 2, remaining_wraps: 0 });
});

it("a group that is not the one in the log is neither given nor replaced, and is named", async () => {
  const { owner, old, next, ids } = await replaced(2);
  const [spoilt, sound] = ids;
  const entries = await made(owner, old, next);
  const admin = new Client({ connectionString: bench.database.adminUrl });
  await admin.connect();
  await admin.query("ALTER TABLE wrap DISABLE TRIGGER USER");
  await admin.query("UPDATE wrap SET encrypted_key = $2 WHERE transaction_id = $1 AND kind = 'participant'", [
    spoilt,
    toBase64url(new Uint8Array(40).fill(3)),
  ]);
  await admin.query("ALTER TABLE wrap ENABLE TRIGGER USER");
  await admin.end();
  const page = await listWraps(owner, old.keyId, { limit: 50 });
  expect(page.not_in_log).toEqual([spoilt]);
  expect(new Set(page.items.map(({ transaction_id }) => transaction_id))).toEqual(new Set([sound]));
  const refused = await refusalOf(post(owner, old, entries));
  expect(refused).toMatchObject({ code: "envelope.replaced", extra: { transaction_id: spoilt } });
  const rest = entries.filter(({ transaction_id }) => transaction_id === sound);
  expect(await post(owner, old, rest)).toMatchObject({ rewrapped: 2, remaining_wraps: 2 });
});
