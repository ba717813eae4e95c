import { randomUUID } from "node:crypto";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseEntry } from "@/lib/audit/entry/entry";
import { fromBase64url, toBase64url } from "@/lib/crypto/bytes";
import { openEnvelope } from "@/lib/crypto/envelope/envelope";
import { verifyEscrowOk } from "@/lib/crypto/escrow-ok";
import { parseVkey } from "@/lib/crypto/log/signed-note";
import { generateX25519, x25519Shared } from "@/lib/crypto/primitives";
import { jwkThumbprint } from "@/lib/crypto/reply";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inSnapshot } from "@/lib/db/transaction";
import { recordEpoch } from "@/lib/escrow/client/epochs";
import { registerPending } from "@/lib/escrow/client/registrar";
import { findActiveKeys } from "@/lib/keys/active-keys";
import { changeKeyState } from "@/lib/keys/change-state";
import { destroyEpoch } from "@/lib/keys/escrow-epochs/destroy-epoch";
import { listEscrowEpochs } from "@/lib/keys/escrow-epochs/list-escrow-epochs";
import { rotateEpoch } from "@/lib/keys/escrow-epochs/rotate-epoch";
import { listKeys } from "@/lib/keys/list-keys";
import { rotateDueKeys } from "@/lib/keys/rotation/rotate-due";
import { rotateKey } from "@/lib/keys/rotation/rotate-key";
import { getRotation } from "@/lib/keys/rotation/view";
import type { KeyView } from "@/lib/keys/schema";
import { outcomeOf, refusalOf } from "@/lib/testing/benches/refusal";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { writeAdministratorsRoster } from "@/lib/testing/custodian/administrators-roster";
import { openTransaction } from "@/lib/transactions/open/open-transaction";
import { loadSealed } from "@/lib/transactions/read/load-sealed";
import { dropFormer } from "@/lib/transactions/rewrap/drop-former";
import { rewrapEscrow } from "@/lib/transactions/rewrap/rewrap-escrow";
import { runRotations } from "@/lib/transactions/rewrap/run-rotations";
import { NewTransaction } from "@/lib/transactions/schema";
import { findTransaction } from "@/lib/transactions/store";
import { submitTransaction } from "@/lib/transactions/submit/submit-transaction";

let bench: UseCaseBench;
beforeAll(async () => {
  bench = await createUseCaseBench();
});
afterAll(() => bench.close());

describe("a rotation", () => {
  type Person = Awaited<ReturnType<UseCaseBench["person"]>>;

  /** Continues rotations as a portal does, with a worker that takes entries. */
  async function run(cx: Person): Promise<void> {
    await bench.integrate();
    await runRotations({ ...cx, system: "portal" });
  }

  /** A person with full access to the database, to read and change rows without the portal. */
  async function asOwner<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const client = new Client({ connectionString: bench.database.adminUrl });
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }

  const SENT = { amount: "1000", currency: "EUR", narrative: "a narrative", pricing: { rate: "1.25" } };

  async function submit(from: Person, to: Person): Promise<string> {
    const input = NewTransaction.parse({
      job_id: "job-1",
      confidential: true,
      participants: [to.principal.participantId],
      ...SENT,
    });
    return (await submitTransaction(from, input)).transaction_id;
  }

  const keysOf = async (cx: Person): Promise<KeyView[]> =>
    (await listKeys(cx, { participant_id: cx.principal.participantId, limit: 100 })).items;

  const activeOf = async (cx: Person): Promise<KeyView> => {
    const active = (await keysOf(cx)).find(({ state }) => state === "active");
    if (active === undefined) throw new Error("an active key expected");
    return active;
  };

  const rotate = async (cx: Person) => rotateKey(cx, { keyId: (await activeOf(cx)).key_id }, "rewrap");

  interface Body {
    grp: string;
    gen: number;
    protected: string;
    iv: string;
    ciphertext: string;
    tag: string;
    bd: string;
  }

  const bodiesOf = (transaction: string): Promise<Body[]> =>
    asOwner(async (client) => {
      const { rows } = await client.query<Body>(
        "SELECT grp, gen, protected, iv, ciphertext, tag, bd FROM transaction_group WHERE transaction_id = $1 ORDER BY grp",
        [transaction],
      );
      return rows;
    });

  const kidsOf = (transaction: string): Promise<string[]> =>
    asOwner(async (client) => {
      const { rows } = await client.query<{ kid: string }>(
        "SELECT kid FROM wrap WHERE transaction_id = $1 ORDER BY grp, position",
        [transaction],
      );
      return rows.map(({ kid }) => kid);
    });

  const opened = async (cx: Person, transaction: string): Promise<unknown> =>
    (await openTransaction(cx, transaction, { purpose: "settlement" })).data;

  describe("a rotation", () => {
    it("a rotation moves every entry to the new key, keeps payloads byte-identical, and both parties open as before", async () => {
      const owner = await bench.person({ role: "client" });
      const other = await bench.person({ role: "miner" });
      const ids = [await submit(owner, other), await submit(other, owner)];
      const bodies = await Promise.all(ids.map(bodiesOf));
      const begun = await rotate(owner);
      expect(begun).toMatchObject({
        state: "running",
        old_version: 1,
        new_version: 2,
        total: 6,
        rewrapped: 0,
      });
      expect(begun.receipt?.signature).toContain("/receipt");
      // Before the job has moved any entry, the old key opens, and new data is sealed to the new one.
      expect(await opened(owner, ids[0] ?? "")).toEqual(SENT);
      const later = await submit(other, owner);
      expect((await kidsOf(later)).filter((kid) => kid.startsWith(owner.principal.participantId))).toEqual(
        Array.from({ length: 3 }, () => `${owner.principal.participantId}#2`),
      );
      await run(owner);
      expect(await getRotation(owner, begun.rotation_id)).toMatchObject({ state: "completed", rewrapped: 6 });
      expect(await Promise.all(ids.map(bodiesOf))).toEqual(bodies);
      for (const id of [...ids, later]) {
        expect((await kidsOf(id)).join()).not.toContain(`${owner.principal.participantId}#1`);
        expect(await opened(owner, id)).toEqual(SENT);
        expect(await opened(other, id)).toEqual(SENT);
      }
      expect((await keysOf(owner)).map(({ state, remaining_wraps }) => [state, remaining_wraps])).toEqual([
        ["deactivated", 0],
        ["active", 9],
      ]);
    });

    it("a rotation writes an entry for each transaction that binds the moved groups by their digests", async () => {
      const owner = await bench.person({ role: "client" });
      const other = await bench.person({ role: "miner" });
      const id = await submit(owner, other);
      await rotate(owner);
      await run(owner);
      const [row] = await asOwner(async (client) => {
        const { rows } = await client.query<{ bytes: Buffer; bd: string }>(
          `SELECT e.bytes, g.bd FROM transaction_group g JOIN audit_entry e ON e.id = g.entry_id
         WHERE g.transaction_id = $1 AND g.grp = 'amount'`,
          [id],
        );
        return rows;
      });
      if (row === undefined) throw new Error("an entry expected");
      const { pub } = parseEntry(row.bytes);
      expect(pub?.envelopes?.map(({ grp, gen }) => [grp, gen])).toEqual([
        ["amount", 1],
        ["narrative", 1],
        ["pricing", 1],
      ]);
      expect(pub?.envelopes?.[0]?.bd).toBe(row.bd);
    });

    it("several calls at once start one rotation, with one active version", async () => {
      const owner = await bench.person({ role: "client" });
      await submit(owner, await bench.person({ role: "miner" }));
      const { participantId } = owner.principal;
      const asked = await Promise.all(
        Array.from({ length: 10 }, () => rotateKey(owner, { participantId }, "rewrap")),
      );
      expect(new Set(asked.map(({ rotation_id }) => rotation_id)).size).toBe(1);
      expect(asked.filter(({ receipt }) => receipt !== undefined)).toHaveLength(1);
      await Promise.all(Array.from({ length: 4 }, () => run(owner)));
      await run(owner);
      expect((await keysOf(owner)).map(({ state }) => state)).toEqual(["deactivated", "active"]);
      expect(await getRotation(owner, asked[0]?.rotation_id ?? "")).toMatchObject({ state: "completed" });
    });

    it("rotations of both parties of the same transactions at once lose no entry", async () => {
      const owner = await bench.person({ role: "client" });
      const other = await bench.person({ role: "miner" });
      const ids: string[] = [];
      while (ids.length < 12) ids.push(await submit(owner, other));
      await Promise.all([rotate(owner), rotate(other)]);
      await Promise.all(Array.from({ length: 3 }, () => run(owner)));
      await run(owner);
      for (const id of ids) {
        expect(new Set((await kidsOf(id)).filter((kid) => !kid.startsWith("escrow")))).toEqual(
          new Set([`${owner.principal.participantId}#2`, `${other.principal.participantId}#2`]),
        );
        expect(await opened(owner, id)).toEqual(SENT);
        expect(await opened(other, id)).toEqual(SENT);
      }
    });

    it("a rotation while a person seals loses no entry and leaves none under the old key", async () => {
      const owner = await bench.person({ role: "client" });
      const other = await bench.person({ role: "miner" });
      const writer = async () => {
        const made: string[] = [];
        while (made.length < 6) made.push(await submit(owner, other));
        return made;
      };
      const writing = Promise.all([writer(), writer(), writer()]);
      await rotate(owner);
      await run(owner);
      const ids = (await writing).flat();
      await rotate(owner);
      await run(owner);
      for (const id of ids) {
        expect((await kidsOf(id))[0]).toBeDefined();
        expect(await opened(owner, id)).toEqual(SENT);
      }
      expect((await keysOf(owner)).map(({ remaining_wraps }) => remaining_wraps)).toEqual([0, 0, 54]);
    });

    it("a rotation skips an envelope that does not match the log, reports it, and ends as failed", async () => {
      const owner = await bench.person({ role: "client" });
      const other = await bench.person({ role: "miner" });
      const [good, bad] = [await submit(owner, other), await submit(owner, other)];
      await asOwner(async (client) => {
        await client.query("SET session_replication_role = replica");
        await client.query("ALTER TABLE wrap DISABLE TRIGGER wrap_complete");
        await client.query(
          "UPDATE wrap SET encrypted_key = reverse(encrypted_key) WHERE transaction_id = $1 AND grp = 'amount' AND kid = $2",
          [bad, `${owner.principal.participantId}#1`],
        );
        await client.query("ALTER TABLE wrap ENABLE ALWAYS TRIGGER wrap_complete");
      });
      const before = await kidsOf(bad);
      const { rotation_id } = await rotate(owner);
      await run(owner);
      expect(await getRotation(owner, rotation_id)).toMatchObject({
        state: "failed",
        total: 6,
        rewrapped: 3,
      });
      expect(await kidsOf(bad)).toEqual(before);
      expect(await opened(owner, good)).toEqual(SENT);
      const retired = (await keysOf(owner)).find(({ state }) => state === "deactivated");
      const order = { state: "destroyed", reason: "over" } as const;
      const refused = await refusalOf(changeKeyState(owner, retired?.key_id ?? "", order));
      expect(refused).toMatchObject({ code: "key.state", extra: { remaining_wraps: 3 } });
    });

    it("a rotation is refused to strangers, for keys that are not active, and for unknown ones", async () => {
      const owner = await bench.person({ role: "client" });
      const stranger = await bench.person({ role: "miner" });
      const coordinator = await bench.person({ role: "coordinator", duties: ["approve"] });
      const { key_id: keyId } = await activeOf(owner);
      for (const cx of [stranger, coordinator])
        expect(await outcomeOf(rotateKey(cx, { keyId }, "rewrap"))).toBe("access.forbidden");
      const unknown = "01900000-0000-7000-8000-000000000000";
      expect(await outcomeOf(rotateKey(owner, { keyId: unknown }, "rewrap"))).toBe("key.not-found");
      const { rotation_id } = await rotate(owner);
      await run(owner);
      expect(await outcomeOf(rotateKey(owner, { keyId }, "rewrap"))).toBe("key.state");
      for (const id of [rotation_id, unknown])
        expect(await outcomeOf(getRotation(stranger, id))).toBe("key.rotation-not-found");
      const admin = await bench.person({ role: "admin", duties: ["admin"] });
      const byAdmin = await rotateKey(admin, { participantId: owner.principal.participantId }, "rewrap");
      expect(byAdmin).toMatchObject({ old_version: 2, new_version: 3 });
    });
  });

  it("a rotation starts automatically, once, and only for keys older than their limit", async () => {
    const young = await bench.person({ role: "client" });
    const old = await bench.person({ role: "client" });
    const { createdAt } = await asOwner(async (client) => {
      const { rows } = await client.query<{ createdAt: Date }>(
        "SELECT max(created_at) + interval '1 millisecond' AS \"createdAt\" FROM key_version",
      );
      return rows[0] ?? { createdAt: new Date(0) };
    });
    const late = await bench.person({ role: "miner" });
    await changeKeyState(young, (await activeOf(young)).key_id, { state: "suspended", reason: "away" });
    const schedule = { ...old, principal: undefined, system: "portal" };
    await Promise.all([rotateDueKeys(schedule, createdAt), rotateDueKeys(schedule, createdAt)]);
    while ((await rotateDueKeys(schedule, createdAt)) > 0);
    const statesOf = async (cx: Person) => (await keysOf(cx)).map(({ state }) => state);
    expect(await statesOf(old)).toEqual(["deactivated", "active"]);
    expect(await statesOf(young)).toEqual(["suspended"]);
    expect(await statesOf(late)).toEqual(["active"]);
  });

  describe("a key's state", () => {
    it("a key changes state only as allowed: destroyed at zero entries, erased for good, never active again", async () => {
      const owner = await bench.person({ role: "client" });
      await submit(owner, await bench.person({ role: "miner" }));
      const { key_id } = await activeOf(owner);
      const to = (state: "active" | "suspended" | "deactivated" | "destroyed") =>
        changeKeyState(owner, key_id, { state, reason: "a reason" });
      expect(await outcomeOf(to("destroyed"))).toBe("key.state");
      expect(await outcomeOf(to("deactivated"))).toBe("key.state");
      await rotate(owner);
      await run(owner);
      expect(await outcomeOf(to("suspended"))).toBe("key.state");
      expect(await to("destroyed")).toMatchObject({ was: "deactivated", state: "destroyed", opens: false });
      expect(await outcomeOf(to("active"))).toBe("key.state");
      const [row] = await asOwner(async (client) => {
        const { rows } = await client.query("SELECT private_blob, kek_id FROM key_version WHERE id = $1", [
          key_id,
        ]);
        return rows;
      });
      expect(row).toEqual({ private_blob: null, kek_id: null });
    });

    it("suspending a key stops sealing and opening at once, and activating it restores both", async () => {
      const owner = await bench.person({ role: "client" });
      const other = await bench.person({ role: "miner" });
      const id = await submit(owner, other);
      const { key_id } = await activeOf(owner);
      await changeKeyState(owner, key_id, { state: "suspended", reason: "a lost laptop" });
      expect(await outcomeOf(opened(owner, id))).toBe("key.state");
      expect(await outcomeOf(submit(other, owner))).toBe("participant.no-active-key");
      expect(
        await inSnapshot(owner, (tx) => findActiveKeys(owner, tx, [owner.principal.participantId])),
      ).toEqual([]);
      await changeKeyState(owner, key_id, { state: "active", reason: "found" });
      expect(await opened(owner, id)).toEqual(SENT);
    });

    it("an administrator may suspend a key, and other people may not", async () => {
      const owner = await bench.person({ role: "client" });
      const stranger = await bench.person({ role: "client" });
      const admin = await bench.person({ role: "admin", duties: ["admin"] });
      const { key_id } = await activeOf(owner);
      const suspend = { state: "suspended", reason: "stolen" } as const;
      expect(await outcomeOf(changeKeyState(stranger, key_id, suspend))).toBe("access.forbidden");
      await changeKeyState(admin, key_id, suspend);
      expect(await outcomeOf(changeKeyState(admin, key_id, { state: "active", reason: "x" }))).toBe(
        "access.forbidden",
      );
    });
  });
});

describe("an unvouched key", () => {
  type Person = Awaited<ReturnType<UseCaseBench["person"]>>;

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
    const transaction = await inSnapshot(bench.cx, (tx) => findTransaction(tx.run, tenantId, id));
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
});

describe("escrow", () => {
  type Person = Awaited<ReturnType<UseCaseBench["person"]>>;

  let owner: Person;
  let other: Person;
  let admin: Person;
  let bench: UseCaseBench;
  beforeAll(async () => {
    bench = await createUseCaseBench();
    owner = await bench.person({ role: "client" });
    other = await bench.person({ role: "miner" });
    admin = await bench.person({ role: "admin", duties: ["admin"] });
    await writeAdministratorsRoster(bench, [admin]);
    await recordEpoch(owner);
  });
  afterAll(() => bench.close());

  const SENT = { amount: "1000", currency: "EUR", narrative: "a narrative" };

  async function submit(from: Person, to: Person): Promise<string> {
    const participants = [to.principal.participantId];
    const input = NewTransaction.parse({ job_id: "job-1", confidential: true, participants, ...SENT });
    return (await submitTransaction(from, input)).transaction_id;
  }

  const portal = () => ({ ...owner, principal: undefined, system: "portal" });

  async function move(): Promise<number> {
    await bench.integrate();
    return rewrapEscrow(portal());
  }

  const groupsOf = (id: string) =>
    inSnapshot(bench.cx, async (tx) => {
      const transaction = await findTransaction(tx.run, bench.place.tenantId, id);
      if (transaction === undefined) throw new TypeError("no transaction");
      return (await loadSealed(tx, transaction)).groups;
    });

  const escrowKidsOf = async (id: string): Promise<string[]> =>
    (await groupsOf(id)).flatMap(({ wraps }) =>
      wraps.map(({ kid }) => kid).filter((kid) => kid.startsWith("escrow")),
    );

  const remaining = async (): Promise<(number | undefined)[]> =>
    (await listEscrowEpochs(admin)).items.map(({ remaining_wraps }) => remaining_wraps);

  /** Moves waiting entries, and starts the next epoch. */
  async function renew(): Promise<void> {
    await move();
    const { epoch } = await owner.escrow.epoch();
    expect((await rotateEpoch(admin)).epoch).toBe(epoch + 1);
  }

  async function registerAll(): Promise<void> {
    while ((await registerPending(owner)).registered > 0);
  }

  it("only an administrator starts the next escrow epoch, with an entry and a receipt", async () => {
    for (const role of ["client", "coordinator", "auditor", "regulator"] as const) {
      const cx = await bench.person({ role });
      expect(await outcomeOf(rotateEpoch(cx))).toBe("access.forbidden");
      expect(await outcomeOf(destroyEpoch(cx, 1))).toBe("access.forbidden");
    }
    const before = await submit(owner, other);
    const begun = await Promise.all(Array.from({ length: 4 }, () => rotateEpoch(admin)));
    expect(new Set(begun.map(({ kid }) => kid))).toEqual(new Set(["escrow#2"]));
    expect(begun.filter(({ receipt }) => receipt !== undefined)).toHaveLength(1);
    // While entries wait to be moved to it, it is the running one.
    expect(await rotateEpoch(admin)).toMatchObject({ kid: "escrow#2", state: "active" });
    const { items } = await listEscrowEpochs(admin);
    expect(items.filter(({ state }) => state === "active")).toHaveLength(1);
    expect(items[0]).toMatchObject({ kid: "escrow#1", state: "deactivated", remaining_wraps: 2 });
    expect((await listEscrowEpochs(owner)).items[0]?.remaining_wraps).toBeUndefined();
    const due = new Date(Date.parse(items[1]?.created_at ?? "") + 30 * 86_400_000).toISOString();
    expect(items.map(({ due_at }) => due_at)).toEqual([undefined, `${due.slice(0, 19)}Z`]);
    const after = await submit(owner, other);
    expect(new Set(await escrowKidsOf(before))).toEqual(new Set(["escrow#1"]));
    expect(new Set(await escrowKidsOf(after))).toEqual(new Set([items.at(-1)?.kid]));
    // The custodian can open both in between.
    await registerAll();
    for (const id of [before, after])
      expect((await openTransaction(other, id, { purpose: "settlement" })).data).toEqual(SENT);
  });

  it("entries move to the newest epoch with bodies unchanged, under an entry, and the custodian's statement is stored", async () => {
    await move();
    const id = await submit(owner, other);
    await renew();
    const newest = (await listEscrowEpochs(admin)).items.at(-1)?.kid ?? "";
    const before = await groupsOf(id);
    const moved = await Promise.all([move(), move()]);
    expect(moved[0] + moved[1]).toBeGreaterThanOrEqual(2);
    const after = await groupsOf(id);
    expect(after.map(({ row }) => [row.bd, row.protected, row.iv, row.ciphertext, row.tag, row.ep])).toEqual(
      before.map(({ row }) => [row.bd, row.protected, row.iv, row.ciphertext, row.tag, row.ep]),
    );
    expect(new Set(await escrowKidsOf(id))).toEqual(new Set([newest]));
    expect((await remaining()).slice(0, -1).every((count) => count === 0)).toBe(true);
    for (const cx of [owner, other]) {
      expect((await openTransaction(cx, id, { purpose: "settlement" })).data).toEqual(SENT);
    }
    const said = await inSnapshot(bench.cx, (tx) =>
      tx.escrow_registration.findMany({ where: { transaction_id: id } }),
    );
    expect(said.map(({ kid }) => kid)).toEqual([newest, newest]);
    const { publicKey } = parseVkey(bench.escrow.vkey);
    for (const { transaction_id, grp, gen, bd, kid, signature } of said) {
      const ok = { tx: transaction_id, grp, gen, bd, kid: kid ?? "" };
      expect(verifyEscrowOk(publicKey, ok, fromBase64url(signature ?? ""))).toBe(true);
    }
    expect(await move()).toBe(0);
  });

  it("an epoch is destroyed only at zero remaining entries, and then no client seals for it", async () => {
    const old = await owner.escrow.epoch();
    const id = await submit(owner, other);
    await renew();
    const refused = await refusalOf(destroyEpoch(admin, old.epoch));
    expect(refused).toMatchObject({ code: "key.state", extra: { remaining_wraps: expect.any(Number) } });
    expect(await outcomeOf(destroyEpoch(admin, 999))).toBe("key.not-found");
    expect(await outcomeOf(destroyEpoch(admin, (await owner.escrow.epoch()).epoch))).toBe("key.state");
    await move();
    const done = await destroyEpoch(admin, old.epoch);
    expect(done).toMatchObject({ state: "destroyed", kid: old.kid });
    expect(done.receipt.signature).toContain("/receipt");
    expect(await outcomeOf(destroyEpoch(admin, old.epoch))).toBe("key.state");
    const stale = { ...owner, escrow: { ...owner.escrow, epoch: async () => old } };
    await expect(submit(stale, other)).rejects.toThrow(/SP003/);
    // The custodian can open the moved entries, and moves them on.
    await renew();
    expect(await move()).toBeGreaterThanOrEqual(2);
    expect(new Set(await escrowKidsOf(id))).toEqual(new Set([(await owner.escrow.epoch()).kid]));
  });

  it("former entries of a reseal keep an epoch until the custodian has confirmed the new ones", async () => {
    const old = await owner.escrow.epoch();
    await registerAll();
    await submit(owner, other);
    await renew();
    await rotateKey(owner, { participantId: owner.principal.participantId }, "reseal");
    await bench.integrate();
    await runRotations(portal());
    await move();
    expect(await outcomeOf(destroyEpoch(admin, old.epoch))).toBe("key.state");
    await registerAll();
    while ((await dropFormer(portal())) > 0);
    await move();
    expect(await outcomeOf(destroyEpoch(admin, old.epoch))).toBe("done");
  });

  it("during a rotation of a party's key, and while people seal, no entry is lost", async () => {
    const ids: string[] = [];
    for (let made = 0; made < 6; made += 1) ids.push(await submit(owner, other));
    await renew();
    await rotateKey(other, { participantId: other.principal.participantId }, "rewrap");
    const sealing = Promise.all([submit(owner, other), submit(other, owner)]);
    await Promise.all([move(), runRotations(portal()), move()]);
    ids.push(...(await sealing));
    await move();
    await bench.integrate();
    await runRotations(portal());
    const { kid } = await owner.escrow.epoch();
    for (const id of ids) {
      expect(await escrowKidsOf(id)).toEqual([kid, kid]);
      for (const cx of [owner, other]) {
        expect((await openTransaction(cx, id, { purpose: "settlement" })).data).toEqual(SENT);
      }
    }
    await registerAll();
  });

  it("a move waits while the custodian is away, and parties still open what is under the former epoch", async () => {
    const id = await submit(owner, other);
    await renew();
    await bench.stopCustodian();
    await bench.integrate();
    expect(await outcomeOf(rewrapEscrow(portal()))).toBe("custodian.unavailable");
    expect((await openTransaction(owner, id, { purpose: "settlement" })).data).toEqual(SENT);
  });
});
