import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { toHex } from "@/lib/crypto/bytes";
import { readCustody } from "@/lib/env/custody";
import { BackupError } from "@/lib/keystore/backup/backup-error";
import { makeBackup } from "@/lib/keystore/backup/ceremony";
import { BACKUP_FILE, readBackupState, readBackups } from "@/lib/keystore/backup/record";
import { encodeShare, readShares, type Share, type ShareLabel } from "@/lib/keystore/backup/share";
import { drillBackup, restoreRoot } from "@/lib/keystore/backup/use-backup";
import { KEYSTORE_FILE, newKeyFileText, readRoots } from "@/lib/keystore/files/keystore-file";
import { createLocalKeystore } from "@/lib/keystore/files/local-keystore";
import { dropOldRoot, promoteRoot, stageRoot } from "@/lib/keystore/files/move-root";
import { KeystoreError } from "@/lib/keystore/keystore-types";
import { openKeystore } from "@/lib/keystore/open-keystore";
import { type Holder, localHolder, openKeystoreFile } from "@/lib/keystore/roots/open-roots";
import type { RootCustody } from "@/lib/keystore/roots/root-custody";

const AT = Date.parse("2026-11-26T10:00:00Z");
const PASSPHRASE = "a passphrase for tests";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), "sealport-backup-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const at = (name: string): string => path.join(dir, name);
const keystoreText = (): string => readFileSync(at(KEYSTORE_FILE), "utf8");

function holder(name: string): Holder {
  const keyFile = at(name);
  if (!existsSync(keyFile)) writeFileSync(keyFile, newKeyFileText(), { mode: 0o600 });
  return localHolder({ keyFile });
}

async function begin(name = "first.key"): Promise<Holder> {
  const made = holder(name);
  await createLocalKeystore({ dir, unlock: { keyFile: at(name) } });
  return made;
}

/** Runs a ceremony and returns the share of each person. */
async function ceremony(from: Holder, threshold = 3, shares = 5): Promise<Share[]> {
  const handed: Share[] = [];
  await makeBackup({
    dir,
    holder: from,
    threshold,
    shares,
    nowMs: AT,
    deliver: async (text) => void handed.push(...readShares(text, 0)),
  });
  return handed;
}

async function codeOf(act: Promise<unknown>): Promise<string> {
  const error = await act.then(
    () => undefined,
    (failure: unknown) => failure,
  );
  if (error instanceof BackupError || error instanceof KeystoreError) return error.code;
  throw new Error("a refusal by name was expected", { cause: error });
}

/** Moves the keys to another custody with shares. */
const restore = (shares: readonly Share[], to: Holder) => restoreRoot(dir, shares, async () => to);

const pick = (shares: readonly Share[], ...numbers: readonly number[]): Share[] =>
  shares.filter(({ number }) => numbers.includes(number));

async function secretsKek(unlock: Parameters<typeof openKeystoreFile>[1]): Promise<string> {
  const kek = (await openKeystoreFile(dir, unlock)).keks.get("secrets");
  if (kek === undefined) throw new Error("a key expected");
  return toHex(kek.key);
}

test("any three of five shares open the keystore's keys in a drill, which leaves only a record", async () => {
  const handed = await ceremony(await begin());
  const before = keystoreText();
  const sets = [1, 2, 3, 4, 5].flatMap((a) =>
    [1, 2, 3, 4, 5].flatMap((b) => [1, 2, 3, 4, 5].filter((c) => a < b && b < c).map((c) => [a, b, c])),
  );
  expect(sets).toHaveLength(10);
  for (const set of [...sets, [1, 2, 3, 4], [1, 2, 3, 4, 5]]) {
    const { keks } = await drillBackup(dir, pick(handed, ...set), AT);
    expect(keks).toEqual(["participant", "escrow", "log", "receipt", "custodian", "secrets"]);
  }
  expect(keystoreText()).toBe(before);
  const [backup] = readBackups(dir);
  expect(backup).toMatchObject({ threshold: 3, shares: 5, made_at: "2026-11-26T10:00:00Z" });
  expect(backup?.drills).toHaveLength(12);
  expect(backup?.drills[0]).toEqual({ at: "2026-11-26T10:00:00Z", shares: [1, 2, 3] });
  expect(statSync(at(BACKUP_FILE)).mode & 0o777).toBe(0o600);
});

test("the record contains no key, no share and no hint of either", async () => {
  const handed = await ceremony(await begin());
  const record = readFileSync(at(BACKUP_FILE), "utf8");
  const key = Buffer.from(readFileSync(at("first.key"), "utf8").trim(), "base64url");
  for (const secret of [key, ...handed.map(({ value }) => Buffer.from(value))])
    for (const form of ["hex", "base64", "base64url"] as const)
      expect(record).not.toContain(secret.toString(form));
});

test("too few, duplicate, mixed, foreign and changed shares are refused with their reason and change nothing", async () => {
  const from = await begin();
  const handed = await ceremony(from);
  const again = await ceremony(from);
  const record = readFileSync(at(BACKUP_FILE), "utf8");
  const [one, two, three, four] = handed;
  if (!one || !two || !three || !four) throw new Error("five shares expected");
  const flipped = (share: Share, place: number): Share => {
    const value = Uint8Array.from(share.value);
    value[place] = (value[place] ?? 0) ^ 1;
    return { ...share, value };
  };
  const lowered = [one, two].map((share) => ({ ...share, threshold: 2 }));
  const cases: [string, Share[]][] = [
    ["backup.too-few", []],
    ["backup.too-few", [one]],
    ["backup.too-few", [one, two]],
    ["backup.doubled", [one, two, two]],
    ["backup.doubled", [one, two, three, one]],
    ["backup.mixed", [one, two, ...pick(again, 3)]],
    ["backup.mixed", [one, two, { ...three, threshold: 2 }]],
    ["backup.foreign", [one, two, three].map((share) => ({ ...share, root: "ks-another#1" }))],
    ["backup.tampered", [one, two, flipped(three, 0)]],
    ["backup.tampered", [one, two, flipped(three, 31)]],
    ["backup.tampered", [one, two, flipped(three, 32)]],
    ["backup.tampered", [one, two, three, flipped(four, 5)]],
    ["backup.tampered", [one, two, { ...four, number: 3 }]],
    ["backup.tampered", lowered],
    [
      "backup.older-root",
      [one, two, three].map((share) => ({ ...share, root: share.root.replace("#1", "#7") })),
    ],
  ];
  const to = holder("second.key");
  const before = keystoreText();
  for (const [code, shares] of cases) {
    const label = `${code} ${shares.map(({ number }) => number)}`;
    expect(await codeOf(drillBackup(dir, shares, AT)), label).toBe(code);
    expect(await codeOf(restore(shares, to)), label).toBe(code);
  }
  expect(readFileSync(at(BACKUP_FILE), "utf8")).toBe(record);
  expect(keystoreText()).toBe(before);
});

test("without a record, changed shares, two shares of one place and a lowered threshold are still detected", async () => {
  const [one, two, three] = await ceremony(await begin());
  if (!one || !two || !three) throw new Error("shares expected");
  rmSync(at(BACKUP_FILE));
  const to = holder("second.key");
  const wrong = [
    [one, two, { ...three, value: three.value.map((byte, index) => (index === 3 ? byte ^ 128 : byte)) }],
    [one, two, { ...two, number: 3 }],
    [one, two].map((share) => ({ ...share, threshold: 2 })),
    [one, two, { ...three, value: three.value.map((byte, index) => (index === 32 ? 0 : byte)) }],
  ];
  for (const shares of wrong) expect(await codeOf(restore(shares, to))).toBe("backup.tampered");
  expect(await codeOf(drillBackup(dir, [one, two, three], AT))).toBe("backup.unknown");
  expect((await restore([one, two, three], to)).staged.n).toBe(2);
});

test("after a lost passphrase three shares move the keys to a new one, and the old opens nothing", async () => {
  const old = { passphrase: PASSPHRASE };
  const next = { passphrase: "another passphrase" };
  await createLocalKeystore({ dir, unlock: old });
  const kek = await secretsKek(old);
  const handed = await ceremony(localHolder(old));
  const restored = await restore(pick(handed, 2, 4, 5), localHolder(next));
  expect(restored).toMatchObject({ wasCurrent: true, staged: { n: 2, state: "staged" } });
  expect(restored.from).toBe(readBackups(dir)[0]?.root);
  await openKeystore({ dir, custody: readCustody({ KEK_PASSPHRASE: next.passphrase }) });
  expect(readRoots(dir).roots.map(({ n, state }) => `${n} ${state}`)).toEqual(["1 old", "2 current"]);
  expect(await secretsKek(next)).toBe(kek);
  await dropOldRoot(dir, localHolder(next));
  expect(await codeOf(openKeystoreFile(dir, old))).toBe("keystore.refused");
  expect(readBackupState(dir).isOfCurrentRoot).toBe(false);
  expect(await codeOf(drillBackup(dir, pick(handed, 1, 2, 3), AT))).toBe("backup.older-root");
  expect(await codeOf(restore(pick(handed, 1, 2, 3), localHolder(next)))).toBe("backup.older-root");
});

test("shares of the previous root fail a drill, and restore while the file keeps that root", async () => {
  const first = await begin();
  const kek = await secretsKek({ keyFile: at("first.key") });
  const handed = await ceremony(first);
  await stageRoot(dir, first, holder("second.key"));
  expect(readBackupState(dir).isOfCurrentRoot).toBe(true);
  promoteRoot(dir, 2);
  expect(readBackupState(dir)).toMatchObject({ isOfCurrentRoot: false, backup: { threshold: 3 } });
  expect(await codeOf(drillBackup(dir, handed, AT))).toBe("backup.older-root");
  const restored = await restore(handed, holder("third.key"));
  expect(restored).toMatchObject({ wasCurrent: false, staged: { n: 3 } });
  expect(await secretsKek({ keyFile: at("third.key") })).toBe(kek);
  expect(readBackups(dir)[0]?.drills).toEqual([]);
});

test("the check value detects a root with the same number from a keystore file of another time", async () => {
  const first = await begin();
  const before = keystoreText();
  await stageRoot(dir, first, holder("second.key"));
  promoteRoot(dir, 2);
  const handed = await ceremony(holder("second.key"));
  writeFileSync(at(KEYSTORE_FILE), before);
  await stageRoot(dir, first, holder("third.key"));
  promoteRoot(dir, 2);
  expect(readBackupState(dir).isOfCurrentRoot).toBe(false);
  expect(await codeOf(drillBackup(dir, handed, AT))).toBe("backup.tampered");
});

test("keystores of both formats in the sources are backed up and restored", async () => {
  for (const format of ["v1", "v2"]) {
    cpSync(path.join(import.meta.dirname, "..", "testdata", format), dir, { recursive: true });
    rmSync(at(BACKUP_FILE), { force: true });
    const kek = await secretsKek({ keyFile: at("kek.key") });
    const handed = await ceremony(localHolder({ keyFile: at("kek.key") }), 2, 3);
    await drillBackup(dir, pick(handed, 1, 3), AT);
    await restore(pick(handed, 2, 3), holder(`${format}.key`));
    expect(await secretsKek({ keyFile: at(`${format}.key`) })).toBe(kek);
  }
});

test("root key, shares and their texts are zeroed after the ceremony, whether it succeeds or fails", async () => {
  const from = await begin();
  await stageRoot(dir, from, holder("second.key"));
  promoteRoot(dir, 2);
  const lent: Uint8Array[] = [];
  const { custody } = holder("second.key");
  const watched: RootCustody = {
    kind: custody.kind,
    name: custody.name,
    wrap: (context, key) => custody.wrap(context, key),
    health: () => custody.health(),
    unwrap: async (context, wrapped) => {
      const key = await custody.unwrap(context, wrapped);
      lent.push(key);
      return key;
    },
  };
  const texts: Uint8Array[] = [];
  const order = { dir, holder: { custody: watched }, threshold: 2, shares: 3, nowMs: AT };
  await makeBackup({ ...order, deliver: async (text) => void texts.push(text) });
  const broken = makeBackup({
    ...order,
    deliver: async (text, { number }) => {
      texts.push(text);
      if (number === 2) throw Object.assign(new Error("no room"), { code: "ENOSPC" });
    },
  });
  await expect(broken).rejects.toThrow(
    /^share 2 of 3 could not be handed out \(ENOSPC\): nothing was recorded/,
  );
  expect(lent).toHaveLength(2);
  expect(texts).toHaveLength(5);
  for (const bytes of [...lent, ...texts]) expect(bytes.every((byte) => byte === 0)).toBe(true);
  expect(readBackups(dir)).toHaveLength(1);
});

test("impossible numbers, a custody without the root and an unavailable service issue no share", async () => {
  const from = await begin();
  const labels: ShareLabel[] = [];
  const order = {
    dir,
    nowMs: AT,
    deliver: async (_text: Uint8Array, label: ShareLabel) => void labels.push(label),
  };
  for (const [threshold, shares] of [
    [1, 3],
    [4, 3],
    [2, 33],
    [2.5, 3],
  ] as const)
    expect(await codeOf(makeBackup({ ...order, holder: from, threshold, shares }))).toBe("backup.numbers");
  const wrong = makeBackup({ ...order, holder: holder("second.key"), threshold: 2, shares: 3 });
  expect(await codeOf(wrong)).toBe("keystore.wrong-unlock");
  expect(labels).toEqual([]);
  expect(existsSync(at(BACKUP_FILE))).toBe(false);
});

test("no share is issued when a record cannot be written, and a failure at the end has its own error", async () => {
  const from = await begin();
  const lock = at(`${KEYSTORE_FILE}.lock`);
  let handed = 0;
  const order = { dir, holder: from, threshold: 2, shares: 3, nowMs: AT };
  const held = async (_text: Uint8Array, { number }: ShareLabel): Promise<void> => {
    handed += 1;
    if (number === 3) writeFileSync(lock, "");
  };
  writeFileSync(lock, "");
  expect(await codeOf(makeBackup({ ...order, deliver: held }))).toBe("keystore.unusable");
  expect(handed).toBe(0);
  rmSync(lock);
  expect(await codeOf(makeBackup({ ...order, deliver: held }))).toBe("backup.not-recorded");
  expect(handed).toBe(3);
  expect(readBackups(dir)).toEqual([]);
});

test("a damaged record is named, and stops ceremony and drill but no restore", async () => {
  const from = await begin();
  const handed = await ceremony(from);
  const whole = JSON.parse(readFileSync(at(BACKUP_FILE), "utf8"));
  const [backup] = whole.backups;
  for (const record of [
    "{",
    "{}",
    JSON.stringify({ ...whole, v: 2 }),
    JSON.stringify({ ...whole, backups: [{ ...backup, threshold: 1 }] }),
    JSON.stringify({ ...whole, backups: [{ ...backup, digests: backup.digests.slice(1) }] }),
    JSON.stringify({ ...whole, backups: [{ ...backup, made_at: "yesterday" }] }),
    JSON.stringify({ ...whole, backups: [{ ...backup, key: "x" }] }),
  ]) {
    writeFileSync(at(BACKUP_FILE), record);
    expect(await codeOf(drillBackup(dir, handed, AT))).toBe("backup.damaged");
    expect(await codeOf(ceremony(from))).toBe("backup.damaged");
    expect(readBackupState(dir)).toMatchObject({ isReadable: false, isOfCurrentRoot: false });
  }
  expect((await restore(handed, holder("second.key"))).staged.n).toBe(2);
});

test("a share with a changed number does not pass for another share", async () => {
  const [one, two, three] = await ceremony(await begin(), 2, 3);
  if (!one || !two || !three) throw new Error("shares expected");
  const relabelled = readShares(encodeShare({ ...three, number: 1 }), 0);
  expect(await codeOf(drillBackup(dir, [...relabelled, two], AT))).toBe("backup.tampered");
});
