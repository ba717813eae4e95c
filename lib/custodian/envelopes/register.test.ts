import { afterAll, beforeAll, expect, test } from "vitest";
import { fromBase64url, fromHex, fromUtf8, toBase64url, utf8 } from "@/lib/crypto/bytes";
import { sealEnvelopeForTests } from "@/lib/crypto/envelope/envelope";
import { apuText, wrappingKey } from "@/lib/crypto/envelope/envelope-format";
import { buildRecord } from "@/lib/crypto/envelope/record-digest";
import { verifyEscrowOk } from "@/lib/crypto/escrow-ok";
import { canonicalBytes } from "@/lib/crypto/json/canonical-json";
import { parseVkey } from "@/lib/crypto/log/signed-note";
import { aesKeyWrap, ephemeralX25519, randomBytes } from "@/lib/crypto/primitives";
import { uuidv7 } from "@/lib/crypto/uuid";
import { isOnTwist } from "@/lib/crypto/x25519-check";
import type { Jwe, RegistrationItem } from "@/lib/escrow/protocol/messages";
import { escrowKeyName } from "@/lib/keystore/files/create-keys";
import { TestCustodian } from "@/lib/testing/custodian/custodian";

let t: TestCustodian;
beforeAll(async () => {
  t = await TestCustodian.start();
});
afterAll(() => t.stop());

async function oneItem(): Promise<RegistrationItem> {
  const [item] = await t.seal({ amount: { amount: "1000", currency: "EUR" } });
  if (item === undefined) throw new Error("one item expected");
  return item;
}

async function outcome(item: RegistrationItem): Promise<string> {
  const [result] = await t.client.register([item]);
  if (result === undefined) throw new Error("one result expected");
  return result.ok ? "ok" : result.reason;
}

/** Changes the escrow's own entry, which is the last one. */
function withEscrowEntry(
  item: RegistrationItem,
  change: (entry: Jwe["recipients"][number]) => void,
): RegistrationItem {
  const jwe = structuredClone(item.jwe);
  const entry = jwe.recipients.find(({ header }) => header.kid.startsWith("escrow#"));
  if (entry === undefined) throw new Error("an escrow entry expected");
  change(entry);
  return { ...item, jwe };
}

function flip(base64url: string): string {
  const bytes = Uint8Array.from(fromBase64url(base64url));
  bytes[3] = (bytes[3] ?? 0) ^ 1;
  return toBase64url(bytes);
}

/** Changes the protected header of an envelope and encodes it canonically again. */
function withHeader(
  item: RegistrationItem,
  change: (cfx: Record<string, unknown>) => void,
): RegistrationItem {
  const header = JSON.parse(fromUtf8(fromBase64url(item.jwe.protected)));
  change(header.cfx);
  return { ...item, jwe: { ...item.jwe, protected: toBase64url(canonicalBytes(header)) } };
}

test("the pinned key confirms a registered group over its body, and a repetition gets the same answer", async () => {
  const item = await oneItem();
  const [first] = await t.client.register([item]);
  expect(await t.client.register([item])).toEqual([first]);
  if (first?.ok !== true) throw new Error("a confirmation expected");
  const { publicKey } = parseVkey(t.client.vkey);
  expect(verifyEscrowOk(publicKey, first, fromBase64url(first.signature))).toBe(true);
  expect(first).toMatchObject({ tx: item.tx, grp: "amount", gen: 1, kid: "escrow#1" });
});

test("a generation that no group reaches is refused", async () => {
  const [item] = await t.seal({ amount: { amount: "1" } }, { gen: 10_000 });
  if (item === undefined) throw new Error("one item expected");
  const refusal = t.client.register([{ ...item, gen: 10_001 }]);
  await expect(refusal).rejects.toMatchObject({ extra: { reason: "format" } });
  expect(await outcome(item)).toBe("ok");
});

test("another body for the same place is always refused, also within one batch", async () => {
  const a = await oneItem();
  const [b] = await t.seal({ amount: { amount: "7" } }, { tx: a.tx });
  if (b === undefined) throw new Error("one item expected");
  expect(await t.client.register([a, b])).toMatchObject([{ ok: true }, { ok: false, reason: "body-digest" }]);
  expect(await outcome(b)).toBe("body-digest");
});

const cheats: [string, (item: RegistrationItem) => RegistrationItem][] = [
  ["another transaction", (item) => ({ ...item, tx: uuidv7(1) })],
  ["another group", (item) => ({ ...item, grp: "pricing" })],
  ["another generation", (item) => ({ ...item, gen: 5 })],
  ["another epoch at sealing", (item) => ({ ...item, ep: "2" })],
  ["a field left out", (item) => ({ ...item, fields: 3 })],
  ["another digest list", (item) => ({ ...item, rd_list: item.rd_list.map(flip) })],
  ["a shorter digest list", (item) => ({ ...item, rd_list: item.rd_list.slice(1) })],
  [
    "a changed ciphertext",
    (item) => ({ ...item, jwe: { ...item.jwe, ciphertext: flip(item.jwe.ciphertext) } }),
  ],
  ["a changed tag", (item) => ({ ...item, jwe: { ...item.jwe, tag: flip(item.jwe.tag) } })],
  ["a changed iv", (item) => ({ ...item, jwe: { ...item.jwe, iv: flip(item.jwe.iv) } })],
  [
    "another commitment",
    (item) => withHeader(item, (cfx) => Object.assign(cfx, { cmt: toBase64url(randomBytes(32)) })),
  ],
  [
    "another record digest",
    (item) => withHeader(item, (cfx) => Object.assign(cfx, { rd: toBase64url(randomBytes(32)) })),
  ],
  [
    "another wrapped key",
    (item) => withEscrowEntry(item, (e) => Object.assign(e, { encrypted_key: flip(e.encrypted_key) })),
  ],
  [
    "another apv",
    (item) => withEscrowEntry(item, (e) => Object.assign(e.header, { apv: toBase64url(utf8("x#1")) })),
  ],
  [
    "a low-order ephemeral key",
    (item) =>
      withEscrowEntry(item, (e) => Object.assign(e.header.epk, { x: toBase64url(new Uint8Array(32)) })),
  ],
  [
    "a non-canonical ephemeral key",
    (item) =>
      withEscrowEntry(item, (e) => Object.assign(e.header.epk, { x: toBase64url(fromHex("ff".repeat(32))) })),
  ],
  [
    "an ephemeral key on the twist",
    (item) => withEscrowEntry(item, (e) => Object.assign(e.header.epk, { x: toBase64url(twistPoint()) })),
  ],
  [
    "no escrow entry",
    (item) => ({ ...item, jwe: { ...item.jwe, recipients: item.jwe.recipients.slice(0, 1) } }),
  ],
];
test.each(cheats)("registration refuses %s", async (_what, cheat) => {
  expect(await outcome(cheat(await oneItem()))).toBe("envelope");
});

test("an epoch that the custodian does not have is refused", async () => {
  const item = withEscrowEntry(await oneItem(), ({ header }) => {
    Object.assign(header, { kid: "escrow#9", apv: toBase64url(utf8("escrow#9")) });
  });
  expect(await outcome(item)).toBe("epoch");
});

test("refused items do not prevent the registration of other items", async () => {
  const good = await oneItem();
  const bad = { ...(await oneItem()), fields: 9 };
  expect(await t.client.register([bad, good])).toMatchObject([{ ok: false }, { ok: true }]);
});

function twistPoint(): Uint8Array {
  for (;;) {
    const bytes = randomBytes(32);
    bytes[31] = (bytes[31] ?? 0) & 0x3f;
    if (isOnTwist(bytes)) return bytes;
  }
}

test("an entry that would open is refused if its ephemeral key is on the twist", async () => {
  const tx = uuidv7(t.clock.nowMs());
  const groups = { amount: { amount: "1000" } };
  const { list, rd, salts } = buildRecord({ tx, groups });
  const context = { tx, group: "amount", ep: "1", gen: 1, rd };
  const escrow = await t.client.epoch();
  const cek = randomBytes(32);
  const { envelope } = sealEnvelopeForTests(
    { ...context, fields: groups.amount, salts: salts.amount ?? {}, recipients: [escrow] },
    { cek, iv: randomBytes(12), ephemeral: () => ephemeralX25519() },
  );
  const key = t.keystore.readNamedKey(escrowKeyName(1));
  if (key === undefined) throw new Error("an escrow key expected");
  const entryWith = async (epk: Uint8Array): Promise<RegistrationItem> => {
    const kek = wrappingKey(await t.keystore.derive(key, epk), utf8(apuText(context)), escrow.kid);
    const jwe = { ...envelope, recipients: envelope.recipients.map((entry) => structuredClone(entry)) };
    const item = { tx, grp: "amount" as const, ep: "1", gen: 1, fields: 1, rd_list: list, jwe };
    return withEscrowEntry(item, (entry) => {
      entry.header.epk.x = toBase64url(epk);
      entry.encrypted_key = toBase64url(aesKeyWrap(kek, cek));
    });
  };
  expect(await outcome(await entryWith(twistPoint()))).toBe("envelope");
  // The same entry with a point on the curve opens, so the twist caused the refusal.
  expect(await outcome(await entryWith(ephemeralX25519().publicKey))).toBe("ok");
});
