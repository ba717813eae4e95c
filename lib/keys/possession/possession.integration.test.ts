import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fromHex, toBase64, toBase64url } from "@/lib/crypto/bytes";
import { inSnapshot } from "@/lib/db/transaction";
import { recordEpoch } from "@/lib/escrow/client/epochs";
import { findActiveKeys } from "@/lib/keys/active-keys";
import { changeKeyState } from "@/lib/keys/change-state";
import { getKey } from "@/lib/keys/list-keys";
import { proveKey } from "@/lib/keys/possession/prove-key";
import { registerKey } from "@/lib/keys/register/register-key";
import { rotateKey } from "@/lib/keys/rotation/rotate-key";
import { KeyProof, KeyRegistration } from "@/lib/keys/schema";
import { outcomeOf, refusalOf } from "@/lib/testing/benches/refusal";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { createKeyHolder, heldBy, proofOf } from "@/lib/testing/devices/key-holder";

type Person = Awaited<ReturnType<UseCaseBench["person"]>>;

let bench: UseCaseBench;
beforeAll(async () => {
  bench = await createUseCaseBench();
});
afterAll(() => bench?.close());

const activeOf = ({ principal }: Person): Promise<string[]> =>
  inSnapshot(bench.cx, async (tx) =>
    (await findActiveKeys(bench, tx, [principal.participantId])).map(({ kid }) => kid),
  );

const deniedCount = ({ principal }: Person): Promise<number> =>
  inSnapshot(bench.cx, (tx) =>
    tx.audit_index.count({
      where: { action: "key.prove", outcome: "denied", participant_id: principal.participantId },
    }),
  );

/** The same person after this time, or in another session. */
const later = (cx: Person, ms: number): Person => {
  const { clock } = cx;
  const nowMs = () => clock.nowMs() + ms;
  return {
    ...cx,
    clock: { nowMs, now: () => new Date(nowMs()), nowMicros: () => clock.nowMicros() + BigInt(ms) * 1000n },
  };
};
const elsewhere = (cx: Person): Person => {
  const { principal } = cx;
  const proof = { kind: "api-key", keyId: principal.userId, prefix: "other", signed: false } as const;
  return { ...cx, principal: { ...principal, proof } };
};

async function registered(cx: Person) {
  const holder = createKeyHolder();
  const { key } = await registerKey(cx, heldBy(holder, cx.principal.participantId));
  return { holder, key };
}

describe("possession of a client-held key", () => {
  it("possession is asked for and proven as privacy.md describes, and makes the key active", async () => {
    const cx = await bench.person({ role: "client", hasKey: false });
    const { participantId } = cx.principal;
    const holder = createKeyHolder();
    const first = await registerKey(cx, heldBy(holder, participantId));
    expect(first).toMatchObject({ isNew: true, key: { state: "pre_active", key_version: 1 } });
    expect(first.key.receipt?.signature).toContain("/receipt");
    expect(first.key.replaces).toBeUndefined();
    const said = JSON.parse(first.key.challenge?.context ?? "{}");
    expect(said).toMatchObject({
      log: bench.place.log,
      participant: participantId,
      key_id: first.key.key_id,
      actor: cx.principal.pseudonym,
      session: "test",
    });
    expect(Date.parse(said.expires_at) - Date.now()).toBeGreaterThan(4 * 60_000);
    expect(Date.parse(said.expires_at) - Date.now()).toBeLessThanOrEqual(5 * 60_000);
    expect(await activeOf(cx)).toEqual([]);
    const proven = await proveKey(cx, first.key.key_id, proofOf(first.key, holder));
    expect(proven).toMatchObject({ state: "active", kid: `${participantId}#1` });
    expect(proven.receipt.signature).toContain("/receipt");
    expect(await activeOf(cx)).toEqual([`${participantId}#1`]);
    expect(await getKey(cx, first.key.key_id)).toMatchObject({ custody: "client", state: "active" });
    const again = await registerKey(cx, heldBy(holder, participantId));
    expect(again).toMatchObject({ isNew: false, key: { key_id: first.key.key_id, state: "active" } });
    expect(again.key.challenge).toBeUndefined();
  });

  it("the database stores nothing that answers a challenge: neither the tag nor the ephemeral private key", async () => {
    const cx = await bench.person({ role: "client", hasKey: false });
    const { holder, key } = await registered(cx);
    const tag = holder.answer(key.challenge);
    const stored = await inSnapshot(cx, (tx) =>
      tx.key_challenge.findMany({ where: { key_version_id: key.key_id } }),
    );
    expect(stored).toHaveLength(1);
    expect(toBase64url(stored[0]?.expected_tag ?? new Uint8Array())).not.toBe(tag);
    expect(JSON.stringify(stored)).not.toContain(tag);
  });

  it("a wrong tag is refused and uses the challenge up, and the log has every refusal", async () => {
    const cx = await bench.person({ role: "client", hasKey: false });
    const { holder, key } = await registered(cx);
    const { client_tag } = proofOf(key, holder);
    const wrong = `${client_tag.startsWith("A") ? "B" : "A"}${client_tag.slice(1)}`;
    expect(await outcomeOf(proveKey(cx, key.key_id, { client_tag: wrong }))).toBe("key.proof");
    expect(await outcomeOf(proveKey(cx, key.key_id, { client_tag }))).toBe("key.proof");
    expect(await outcomeOf(proveKey(cx, key.key_id, { client_tag: key.challenge?.server_tag ?? "" }))).toBe(
      "key.proof",
    );
    expect(await deniedCount(cx)).toBe(3);
    const again = await registerKey(cx, heldBy(holder, cx.principal.participantId));
    expect(again).toMatchObject({ isNew: false, key: { key_id: key.key_id, state: "pre_active" } });
    expect(again.key.challenge?.ephemeral_key).not.toBe(key.challenge?.ephemeral_key);
    expect(
      await outcomeOf(proveKey(cx, key.key_id, { client_tag: holder.answer(again.key.challenge) })),
    ).toBe("done");
  });

  it("an answer is refused five minutes later, from another session, and from another person", async () => {
    const cx = await bench.person({ role: "client", hasKey: false });
    const { holder, key } = await registered(cx);
    const proof = proofOf(key, holder);
    expect(await outcomeOf(proveKey(elsewhere(cx), key.key_id, proof))).toBe("key.proof");
    for (const role of ["miner", "coordinator", "admin", "auditor", "regulator"] as const) {
      const other = await bench.person({ role });
      expect(await outcomeOf(proveKey(other, key.key_id, proof))).toBe("access.forbidden");
      expect(await outcomeOf(registerKey(other, heldBy(createKeyHolder(), cx.principal.participantId)))).toBe(
        "access.forbidden",
      );
    }
    const unknown = "01900000-0000-7000-8000-000000000000";
    expect(await outcomeOf(proveKey(cx, unknown, proof))).toBe("key.not-found");
    const refused = await refusalOf(proveKey(later(cx, 5 * 60_000), key.key_id, proof));
    expect(refused).toMatchObject({ code: "key.proof", detail: expect.stringContaining("expired") });
    expect(await outcomeOf(proveKey(cx, key.key_id, proof))).toBe("key.proof");
    expect(await activeOf(cx)).toEqual([]);
  });

  it("an answer given ten times at once is taken once", async () => {
    const cx = await bench.person({ role: "client", hasKey: false });
    const { holder, key } = await registered(cx);
    const proof = proofOf(key, holder);
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, () => outcomeOf(proveKey(cx, key.key_id, proof))),
    );
    expect(outcomes.filter((outcome) => outcome === "done")).toHaveLength(1);
    expect(await outcomeOf(proveKey(cx, key.key_id, proof))).toBe("key.state");
  });

  it("such a key becomes active only by proof of possession", async () => {
    const cx = await bench.person({ role: "client", hasKey: false });
    const { key } = await registered(cx);
    const order = { state: "active", reason: "by hand" } as const;
    expect(await outcomeOf(changeKeyState(cx, key.key_id, order))).toBe("key.state");
    const client = await bench.appPool.connect();
    const forced = client.query("UPDATE key_version SET state = 'active' WHERE id = $1", [key.key_id]);
    await expect(forced).rejects.toThrow(/key_version_client_proven/);
    client.release(true);
    expect(await outcomeOf(changeKeyState(cx, key.key_id, { state: "destroyed", reason: "x" }))).toBe("done");
  });
});

describe("refusals of a client-held key", () => {
  it.each([
    ["of order 1", "00".repeat(32)],
    ["of order 2", `01${"00".repeat(31)}`],
    ["of order 8", "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"],
    ["p, not canonical", `ed${"ff".repeat(30)}7f`],
    ["with the top bit set", `${"09".padEnd(62, "0")}80`],
    ["of 31 bytes", "11".repeat(31)],
    ["of 33 bytes, a compressed P-256 point", `02${"11".repeat(32)}`],
    ["empty", ""],
  ])("%s", async (_what, hex) => {
    const cx = await bench.person({ role: "client", hasKey: false });
    const body = heldBy({ publicKey: toBase64url(fromHex(hex)) }, cx.principal.participantId);
    expect(await outcomeOf(registerKey(cx, body))).toBe("key.invalid");
  });

  it("a key is refused with another curve's name, without a public key, or with a tag of another form", async () => {
    const cx = await bench.person({ role: "client", hasKey: false });
    const body = heldBy(createKeyHolder(), cx.principal.participantId);
    for (const algorithm of ["Ed25519", "X448", "P-256"])
      expect(KeyRegistration.safeParse({ ...body, algorithm }).success).toBe(false);
    const { public_key: _none, ...without } = body;
    expect(await outcomeOf(registerKey(cx, without))).toBe("key.invalid");
    for (const client_tag of ["", "A".repeat(42), "A".repeat(44), `${"A".repeat(42)}=`])
      expect(KeyProof.safeParse({ client_tag }).success).toBe(false);
    const { key } = await registerKey(cx, body);
    // 43 characters whose last bits are not zero: not an encoding of 32 bytes.
    expect(await outcomeOf(proveKey(cx, key.key_id, { client_tag: "B".repeat(43) }))).toBe("key.proof");
  });

  it("a key of another participant or of the escrow, or a managed key, is refused", async () => {
    const cx = await bench.person({ role: "client" });
    const other = await bench.person({ role: "client", hasKey: false });
    const { participantId } = cx.principal;
    const { holder } = await registered(other);
    expect(await outcomeOf(registerKey(cx, heldBy(holder, participantId)))).toBe("key.taken");
    await recordEpoch(cx);
    const escrow = { publicKey: toBase64url((await cx.escrow.epoch()).publicKey) };
    expect(await outcomeOf(registerKey(cx, heldBy(escrow, participantId)))).toBe("key.taken");
    const [managed] = await inSnapshot(cx, (tx) => findActiveKeys(cx, tx, [participantId]));
    const own = { publicKey: toBase64(managed?.publicKey ?? new Uint8Array()) };
    expect(await outcomeOf(registerKey(cx, heldBy(own, participantId)))).toBe("key.state");
    expect(await outcomeOf(registerKey(other, heldBy(own, other.principal.participantId)))).toBe("key.taken");
  });

  it("when two participants register the same public key at once, one is refused", async () => {
    const people = [
      await bench.person({ role: "client", hasKey: false }),
      await bench.person({ role: "client", hasKey: false }),
    ];
    const holder = createKeyHolder();
    const outcomes = await Promise.all(
      people.map((cx) => outcomeOf(registerKey(cx, heldBy(holder, cx.principal.participantId)))),
    );
    expect(outcomes.sort()).toEqual(["done", "key.taken"]);
  });

  it("a sixth waiting key is refused, and so is any key while another is suspended", async () => {
    const cx = await bench.person({ role: "client", hasKey: false });
    const { participantId } = cx.principal;
    for (let made = 0; made < 5; made += 1) await registered(cx);
    expect(await outcomeOf(registerKey(cx, heldBy(createKeyHolder(), participantId)))).toBe("key.state");
    const paused = await bench.person({ role: "client" });
    const managed = {
      participant_id: paused.principal.participantId,
      algorithm: "X25519",
      custody: "managed",
    } as const;
    const { key } = await registerKey(paused, managed);
    await changeKeyState(paused, key.key_id, { state: "suspended", reason: "away" });
    expect(
      await outcomeOf(registerKey(paused, heldBy(createKeyHolder(), paused.principal.participantId))),
    ).toBe("key.state");
  });

  it("the service cannot rotate a client-held key", async () => {
    const cx = await bench.person({ role: "client", hasKey: false });
    const { holder, key } = await registered(cx);
    await proveKey(cx, key.key_id, proofOf(key, holder));
    expect(await outcomeOf(rotateKey(cx, { keyId: key.key_id }, "rewrap"))).toBe("key.state");
    await changeKeyState(cx, key.key_id, { state: "compromised", reason: "lost" });
    expect(await outcomeOf(rotateKey(cx, { keyId: key.key_id }, "reseal"))).toBe("key.state");
  });
});
