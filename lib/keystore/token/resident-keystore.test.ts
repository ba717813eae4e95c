import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { toHex } from "@/lib/crypto/bytes";
import { OpenError } from "@/lib/crypto/format-error";
import { generateX25519, x25519Shared } from "@/lib/crypto/primitives";
import { type CustodySettings, readCustody } from "@/lib/env/custody";
import { stageRoot } from "@/lib/keystore/files/move-root";
import type { KeyRef, Keystore } from "@/lib/keystore/keystore";
import { createKeystore, holderOf, openKeystore } from "@/lib/keystore/open-keystore";
import { type CustodyBench, describeCustody } from "@/lib/testing/contracts/custody-contract";
import { makeSoftwareToken, type SoftwareToken } from "@/lib/testing/devices/software-token";

const PATIENT = { attempts: 3, callMs: 60_000, pauseMs: 1 };
const OWNER = { purpose: "participant", participant: "client-456", version: 1 } as const;

let token: SoftwareToken;
beforeAll(() => {
  token = makeSoftwareToken();
  for (const [name, id] of [
    ["root", "01"],
    ["other", "02"],
  ] as const)
    token.makeKey(name, id, "--sensitive", "--private");
});
afterAll(() => token?.close());

let dir: string;
const open: Keystore[] = [];
beforeEach(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), "sealport-resident-"));
});
afterEach(() => {
  for (const keystore of open.splice(0)) keystore.close();
  rmSync(dir, { recursive: true, force: true });
});

function settingsOf(kind: "pkcs11" | "pkcs11-resident", object = "root"): CustodySettings {
  return readCustody({
    SEALPORT_CUSTODY: `${kind}:${token.uri(object)}`,
    PKCS11_PIN: token.pin,
    PKCS11_ENV: token.environment,
    PKCS11_TOOL: token.tool,
  });
}

async function keystoreOf(custody: CustodySettings): Promise<Keystore> {
  const keystore = await createKeystore({ dir, custody, patience: PATIENT });
  open.push(keystore);
  return keystore;
}

async function makeOne(
  keystore: Keystore,
  owner: Pick<KeyRef, "purpose" | "participant" | "version"> = OWNER,
) {
  return { ...owner, ...(await keystore.createKeyPair(owner)) };
}

async function expectDerives(keystore: Keystore, ref: KeyRef): Promise<void> {
  const { publicKey, privateKey } = generateX25519();
  expect(await keystore.derive(ref, publicKey)).toEqual(x25519Shared(privateKey, ref.publicKey));
}

const isResident = (ref: KeyRef): boolean => ref.blob[0] === 0x02;
const objectOf = (ref: KeyRef): string => toHex(ref.blob.subarray(1, 17));

async function tokenBench(): Promise<CustodyBench> {
  return {
    settings: settingsOf("pkcs11-resident"),
    otherKey: settingsOf("pkcs11-resident", "other"),
    areKeysResident: true,
    secrets: [token.pin],
    disable: async () => token.fail("blind"),
    enable: async () => token.fail(undefined),
    service: { fail: token.fail, calls: token.calls },
    close: async () => undefined,
  };
}

describeCustody("PKCS#11 with resident keys, SoftHSM", { isService: true, start: tokenBench });

describe("a resident key", () => {
  test("a resident key is made in the token, sensitive and never extractable, and derives there", async () => {
    const keystore = await keystoreOf(settingsOf("pkcs11-resident"));
    const ref = await makeOne(keystore);
    expect([isResident(ref), ref.blob.length]).toEqual([true, 45]);
    await expectDerives(keystore, ref);
    await expectDerives(await keystoreOf(settingsOf("pkcs11-resident")), ref);
    const blocks = token.listKeys().split("Private Key Object");
    const own = blocks.find((block) => block.includes(objectOf(ref)));
    expect(own).toContain("sensitive, always sensitive, never extractable, local");
    expect(own).toContain(`sealport resident/1 ${keystore.id}`);
    expect(keystore.openedKeys()).toMatchObject({ kept: 0, hits: 0, misses: 0 });
  });

  test.each<[string, Partial<KeyRef>]>([
    ["participant", { participant: "client-123" }],
    ["version", { version: 2 }],
    ["purpose", { purpose: "escrow" }],
    ["public key", { publicKey: generateX25519().publicKey }],
  ])("a resident key with another %s is refused", async (_what, change) => {
    const keystore = await keystoreOf(settingsOf("pkcs11-resident"));
    const ref = { ...(await makeOne(keystore)), ...change };
    const swapped = { ...ref, kek: keystore.kekId(ref.purpose) };
    await expect(keystore.derive(swapped, generateX25519().publicKey)).rejects.toThrow(OpenError);
    await expect(keystore.destroyPrivateKey(swapped)).rejects.toThrow(OpenError);
  });

  test("a blob with any changed bit names no key", async () => {
    const keystore = await keystoreOf(settingsOf("pkcs11-resident"));
    const ref = await makeOne(keystore);
    for (let at = 1; at < ref.blob.length; at += 1) {
      const blob = ref.blob.map((byte, index) => (index === at ? byte ^ 1 : byte));
      await expect(keystore.derive({ ...ref, blob }, ref.publicKey), String(at)).rejects.toThrow(OpenError);
    }
    await expect(keystore.derive({ ...ref, blob: ref.blob.subarray(0, 44) }, ref.publicKey)).rejects.toThrow(
      OpenError,
    );
  });

  test("a key that its token destroyed derives nothing, and destroying it again succeeds", async () => {
    const keystore = await keystoreOf(settingsOf("pkcs11-resident"));
    const [gone, stays] = [await makeOne(keystore), await makeOne(keystore, { ...OWNER, version: 2 })];
    await expectDerives(keystore, gone);
    await keystore.destroyPrivateKey(gone);
    expect(token.listKeys()).not.toContain(objectOf(gone));
    await expect(keystore.derive(gone, gone.publicKey)).rejects.toMatchObject({
      code: "service.keystore-unavailable",
      cause: { code: "keystore.disabled" },
    });
    await keystore.destroyPrivateKey(gone);
    await expectDerives(keystore, stays);
  });

  test("resident and sealed keys both work under either setting, and new keys follow the setting", async () => {
    const local = readCustody({ KEK_FILE: path.join(dir, "kek.key") });
    const sealed = await makeOne(await keystoreOf(local));
    await stageRoot(dir, await holderOf(local), await holderOf(settingsOf("pkcs11-resident"), PATIENT));
    const resident = await keystoreOf(settingsOf("pkcs11-resident"));
    const made = await makeOne(resident, { ...OWNER, version: 2 });
    expect([isResident(sealed), isResident(made)]).toEqual([false, true]);
    const wrapped = await keystoreOf(settingsOf("pkcs11"));
    for (const keystore of [resident, wrapped]) {
      await expectDerives(keystore, sealed);
      await expectDerives(keystore, made);
    }
    expect(isResident(await makeOne(wrapped, { ...OWNER, version: 3 }))).toBe(false);
    const away = await openKeystore({ dir, custody: local });
    await expectDerives(away, sealed);
    await expect(away.derive(made, made.publicKey)).rejects.toMatchObject({
      code: "service.keystore-unavailable",
      cause: { message: expect.stringContaining("client-456#2 is in a token") },
    });
  });

  test("only participants' keys are resident: keys of other purposes are sealed with the root", async () => {
    const keystore = await keystoreOf(settingsOf("pkcs11-resident"));
    const escrow = await makeOne(keystore, { purpose: "escrow", participant: "log.example", version: 1 });
    expect(isResident(escrow)).toBe(false);
    await expectDerives(keystore, escrow);
  });

  test("an object with the same id that another program made or that can leave is refused", async () => {
    const keystore = await keystoreOf(settingsOf("pkcs11-resident"));
    const [first, second] = [await makeOne(keystore), await makeOne(keystore, { ...OWNER, version: 2 })];
    const refusal = { code: "service.keystore-unavailable", cause: { code: "keystore.refused" } };
    token.deleteKey(objectOf(first));
    token.makeLooseKey(`sealport resident/1 ${keystore.id}`, objectOf(first));
    await expect(keystore.derive(first, first.publicKey)).rejects.toMatchObject(refusal);
    await expectDerives(keystore, second);
    token.makeLooseKey(`sealport resident/1 ${keystore.id}`, objectOf(second));
    await expect(
      (await keystoreOf(settingsOf("pkcs11-resident"))).derive(second, second.publicKey),
    ).rejects.toMatchObject(refusal);
  });
});

test("the keystore's folder contains neither PIN nor key", async () => {
  const keystore = await keystoreOf(settingsOf("pkcs11-resident"));
  await makeOne(keystore);
  expect(readFileSync(path.join(dir, "keystore.json"), "utf8")).not.toContain(token.pin);
});
