import { afterAll, beforeAll, expect, it } from "vitest";
import { fromBase64url } from "@/lib/crypto/bytes";
import { verifyEscrowOk } from "@/lib/crypto/escrow-ok";
import { parseVkey } from "@/lib/crypto/log/signed-note";
import { inSnapshot } from "@/lib/db/transaction";
import { recordEpoch } from "@/lib/escrow/client/epochs";
import { registerPending } from "@/lib/escrow/client/registrar";
import { destroyEpoch } from "@/lib/keys/escrow-epochs/destroy-epoch";
import { listEscrowEpochs } from "@/lib/keys/escrow-epochs/list-escrow-epochs";
import { rotateEpoch } from "@/lib/keys/escrow-epochs/rotate-epoch";
import { rotateKey } from "@/lib/keys/rotation/rotate-key";
import { outcomeOf, refusalOf } from "@/lib/testing/benches/refusal";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { openTransaction } from "@/lib/transactions/open/open-transaction";
import { loadSealed } from "@/lib/transactions/read/load-sealed";
import { dropFormer } from "@/lib/transactions/rewrap/drop-former";
import { rewrapEscrow } from "@/lib/transactions/rewrap/rewrap-escrow";
import { runRotations } from "@/lib/transactions/rewrap/run-rotations";
import { NewTransaction } from "@/lib/transactions/schema";
import { findTransaction } from "@/lib/transactions/store";
import { submitTransaction } from "@/lib/transactions/submit/submit-transaction";

type Person = Awaited<ReturnType<UseCaseBench["person"]>>;

let bench: UseCaseBench;
let owner: Person;
let other: Person;
let admin: Person;
beforeAll(async () => {
  bench = await createUseCaseBench();
  owner = await bench.person({ role: "client" });
  other = await bench.person({ role: "miner" });
  admin = await bench.person({ role: "admin", duties: ["admin"] });
  await recordEpoch(owner);
});
afterAll(() => bench?.close());

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
    const transaction = await findTransaction(tx, bench.place.tenantId, id);
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
