import "server-only";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { fixedClock } from "@/lib/clock";
import { generateX25519, randomBytes, x25519Shared } from "@/lib/crypto/primitives";
import { type CustodySettings, readCustody } from "@/lib/env/custody";
import { DomainError } from "@/lib/errors";
import { makeBackup } from "@/lib/keystore/backup/ceremony";
import { BACKUP_FILE, readBackupState } from "@/lib/keystore/backup/record";
import { readShares, type Share } from "@/lib/keystore/backup/share";
import { drillBackup, restoreRoot } from "@/lib/keystore/backup/use-backup";
import { KEYSTORE_FILE, readRoots } from "@/lib/keystore/files/keystore-file";
import { dropOldRoot, stageRoot } from "@/lib/keystore/files/move-root";
import type { KeyRef, Keystore } from "@/lib/keystore/keystore";
import { KeystoreError } from "@/lib/keystore/keystore-types";
import { createKeystore, holderOf, type KeystorePlace, openKeystore } from "@/lib/keystore/open-keystore";
import { RENEWAL_PAUSE_MS } from "@/lib/keystore/roots/leased-keks";
import type { Patience } from "@/lib/keystore/roots/persist";
import type { RootCustody } from "@/lib/keystore/roots/root-custody";
import { isDeep } from "@/lib/testing/scale";
import type { Fault } from "@/lib/testing/servers/faulty-proxy";

/** One back end with its service, as the contract needs it. */
export interface CustodyBench {
  readonly settings: CustodySettings;
  /** The same service with another key. */
  readonly otherKey: CustodySettings;
  /** Error codes for a ciphertext of another key, if the emulator reports it differently from the service. */
  readonly refusals?: readonly string[];
  /** How many places of a wrapped key are damaged; fewer where each attempt is slow on purpose. */
  readonly damages?: number;
  /** Participants' keys are in the token itself, so a backup of the root key does not restore them elsewhere. */
  readonly areKeysResident?: boolean;
  /** What no message and no file may contain. */
  readonly secrets: readonly string[];
  /** Marks the key as disabled, while the service would still decrypt with it. */
  readonly disable?: () => Promise<void>;
  readonly enable?: () => Promise<void>;
  /** A service outside of this process, which can misbehave. */
  readonly service?: {
    fail(fault: Fault | undefined, times?: number): void;
    readonly calls: () => number;
  };
  close(): Promise<void>;
}

const PATIENT: Patience = { attempts: 3, callMs: 60_000, pauseMs: 1 };
const HASTY: Patience = { attempts: 2, callMs: 500, pauseMs: 1 };
const CONTEXT = { keystore: "ks-one", root: "1" };
const LEASE_MS = 900_000;

async function codeOf(act: Promise<unknown>): Promise<string | undefined> {
  const error = await act.catch((failure: unknown) => failure);
  if (error instanceof KeystoreError || error instanceof DomainError) return error.code;
  throw new Error("an expected failure was expected", { cause: error });
}

async function custodyOf(settings: CustodySettings, patience = PATIENT): Promise<RootCustody> {
  return (await holderOf(settings, patience)).custody;
}

interface SealedPair {
  readonly ref: KeyRef;
  readonly publicKey: Uint8Array;
}

async function makeOne(keystore: Keystore): Promise<SealedPair> {
  const owner = { purpose: "participant", participant: "client-456", version: 1 } as const;
  const made = await keystore.createKeyPair(owner);
  return { publicKey: made.publicKey, ref: { ...owner, ...made } };
}

/** Keystores that a test opened; the processes they started end with it. */
const open: Keystore[] = [];

async function opened(place: KeystorePlace): Promise<Keystore> {
  const keystore = await openKeystore(place);
  open.push(keystore);
  return keystore;
}

async function created(place: KeystorePlace): Promise<Keystore> {
  const keystore = await createKeystore(place);
  open.push(keystore);
  return keystore;
}

async function expectOpens(keystore: Keystore, { ref, publicKey }: SealedPair): Promise<void> {
  const other = generateX25519();
  expect(await keystore.derive(ref, other.publicKey)).toEqual(x25519Shared(other.privateKey, publicKey));
}

/** Returns a sample of the ways to flip one character of a text, outside its frame. */
function damages(text: string, count: number): string[] {
  const step = Math.max(1, Math.floor(text.length / count));
  const places = Array.from({ length: text.length }, (_none, at) => at).filter((at) => at % step === 0);
  return places.map((at) => text.slice(0, at) + (text[at] === "B" ? "C" : "B") + text.slice(at + 1));
}

/** A service and all that can be done to it. */
type ServiceBench = CustodyBench & Required<Pick<CustodyBench, "disable" | "enable" | "service">>;

function serviceOf(bench: CustodyBench): ServiceBench {
  const { disable, enable, service } = bench;
  if (disable === undefined || enable === undefined || service === undefined)
    throw new Error("the bench of a service must say how it misbehaves");
  return { ...bench, disable, enable, service };
}

type More = (name: string, fn: () => Promise<void>) => void;

/**
 * Describes the contract of every back end, with more for one that is a service outside of this process. `npm test` runs all of it for the
 * local ones, and the core for a service: it wraps, opens a keystore, denies, and is unavailable. The deep run runs all.
 */
export function describeCustody(
  name: string,
  { isService, start }: { readonly isService: boolean; readonly start: () => Promise<CustodyBench> },
): void {
  describe(name, () => {
    let bench: CustodyBench;
    let dir: string;
    beforeAll(async () => {
      bench = await start();
    });
    afterAll(() => bench?.close());
    beforeEach(() => {
      dir = mkdtempSync(path.join(os.tmpdir(), "sealport-custody-"));
    });
    afterEach(async () => {
      for (const keystore of open.splice(0)) keystore.close();
      bench?.service?.fail(undefined);
      rmSync(dir, { recursive: true, force: true });
    });

    const more: More = isDeep || !isService ? test : () => undefined;
    wrapTests(() => bench, more);
    const whose = [() => bench, () => dir] as const;
    keystoreTests(...whose, more);
    backupTests(...whose, more);
    if (!isService) return;
    serviceTests(() => serviceOf(bench), more);
    leaseTests(() => serviceOf(bench), whose[1], more);
  });
}

function wrapTests(bench: () => CustodyBench, more: More): void {
  test("a wrapped key can be unwrapped, two wraps of it differ, and the key used is named", async () => {
    const custody = await custodyOf(bench().settings);
    const key = randomBytes(32);
    const [one, two] = [await custody.wrap(CONTEXT, key), await custody.wrap(CONTEXT, key)];
    expect(await custody.unwrap(CONTEXT, one)).toEqual(key);
    expect(await custody.unwrap(CONTEXT, two)).toEqual(key);
    expect(one.wrapped).not.toBe(two.wrapped);
    expect(one.key).toBe((await custody.health()).key);
    for (const form of ["base64", "base64url", "hex"] as const)
      expect(JSON.stringify(one)).not.toContain(Buffer.from(key).toString(form));
  });

  more("a wrapped key is bound to its keystore and to its root", async () => {
    const custody = await custodyOf(bench().settings);
    const wrapped = await custody.wrap(CONTEXT, randomBytes(32));
    for (const other of [
      { ...CONTEXT, keystore: "ks-two" },
      { ...CONTEXT, root: "2" },
    ])
      expect(await codeOf(custody.unwrap(other, wrapped))).toBe("keystore.refused");
  });

  more("another key of the same service opens nothing", async () => {
    const wrapped = await (await custodyOf(bench().settings)).wrap(CONTEXT, randomBytes(32));
    const other = await custodyOf(bench().otherKey);
    const { key } = await other.health();
    expect(await codeOf(other.unwrap(CONTEXT, { ...wrapped, key }))).toBe("keystore.refused");
  });

  more("what another holder wrapped, what was damaged and what is nothing are refused by name", async () => {
    const custody = await custodyOf(bench().settings);
    const { key, wrapped } = await custody.wrap(CONTEXT, randomBytes(32));
    const foreign = [
      "vault:v1:c29tZXRoaW5nIHNvbWVib2R5IGVsc2Ugd3JhcHBlZCB3aXRoIGFub3RoZXIga2V5IGFuZCBjb250ZXh0",
      "1.AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
      Buffer.from(randomBytes(184)).toString("base64"),
      "{}",
      "x",
    ];
    for (const text of [...foreign, ...damages(wrapped, bench().damages ?? 12), wrapped.slice(0, -8)]) {
      const code = await codeOf(custody.unwrap(CONTEXT, { key, wrapped: text }));
      expect(bench().refusals ?? ["keystore.refused"], text).toContain(code);
    }
  });
}

function serviceTests(bench: () => ServiceBench, more: More): void {
  more("a key shown as disabled is refused, though the service would still decrypt with it", async () => {
    const { settings, disable, enable } = bench();
    const custody = await custodyOf(settings);
    const key = randomBytes(32);
    const wrapped = await custody.wrap(CONTEXT, key);
    await disable();
    expect(await codeOf(custody.unwrap(CONTEXT, wrapped))).toBe("keystore.disabled");
    expect(await custody.unwrap(CONTEXT, wrapped, false)).toEqual(key);
    await enable();
    expect(await custody.unwrap(CONTEXT, wrapped)).toEqual(key);
  });

  test.each<Fault>(isDeep ? ["error", "garbage", "gone", "cut", "slow"] : ["gone"])(
    "a service that is %s is asked a few times, then is unavailable; a passing fault is survived",
    async (fault) => {
      const { settings, service, secrets } = bench();
      const key = randomBytes(32);
      const wrapped = await (await custodyOf(settings)).wrap(CONTEXT, key);
      const custody = await custodyOf(settings, fault === "slow" ? HASTY : PATIENT);
      service.fail(fault);
      for (const act of [
        () => custody.unwrap(CONTEXT, wrapped),
        () => custody.wrap(CONTEXT, key),
        () => custody.health(),
      ]) {
        const error = await act().catch((failure: unknown) => failure);
        expect(error).toBeInstanceOf(KeystoreError);
        expect(error).toMatchObject({ code: "keystore.unavailable" });
        for (const secret of secrets) expect(String(error)).not.toContain(secret);
      }
      expect(service.calls()).toBe(3 * (fault === "slow" ? HASTY : PATIENT).attempts);
      if (fault === "slow") return;
      service.fail(fault, 1);
      expect(await custody.unwrap(CONTEXT, wrapped)).toEqual(key);
    },
  );

  test("a service that denies is asked once and reported as denying", async () => {
    const { settings, service } = bench();
    const custody = await custodyOf(settings);
    const wrapped = await custody.wrap(CONTEXT, randomBytes(32));
    service.fail("denied");
    expect(await codeOf(custody.unwrap(CONTEXT, wrapped))).toBe("keystore.denied");
    expect(service.calls()).toBe(1);
  });
}

/** Returns a place whose clock is stopped and whose timer the test runs. */
function placeOf(dir: string, custody: CustodySettings) {
  const clock = fixedClock(new Date("2026-11-26T10:00:00Z"));
  const timers: (() => void)[] = [];
  const failures: unknown[] = [];
  const place: KeystorePlace = {
    dir,
    custody: { ...custody, leaseMs: LEASE_MS },
    patience: { ...PATIENT, attempts: 2 },
    onFailure: (error) => failures.push(error),
    time: { nowMs: clock.nowMs, later: (act) => timers.push(act) },
  };
  return { place, clock, timers, failures };
}

function keystoreTests(bench: () => CustodyBench, dir: () => string, more: More): void {
  test("a keystore made with it opens again, and its file contains no secret", async () => {
    const { place } = placeOf(dir(), bench().settings);
    const sealed = await makeOne(await created(place));
    await expectOpens(await created(place), sealed);
    await expectOpens(await opened(place), sealed);
    const text = readFileSync(path.join(dir(), KEYSTORE_FILE), "utf8");
    for (const secret of bench().secrets) expect(text).not.toContain(secret);
  });

  more("keys move there from a key file and back, open all the while, and one old root is kept", async () => {
    const file: CustodySettings = {
      ...bench().settings,
      choice: { kind: "local", name: "" },
      unlock: { keyFile: path.join(dir(), "kek.key") },
    };
    const here = placeOf(dir(), file).place;
    const there = placeOf(dir(), {
      ...bench().settings,
      unlock: bench().settings.unlock ?? file.unlock,
    }).place;
    const running = await created(here);
    const sealed = await makeOne(running);
    const [from, to] = [await holderOf(file), await holderOf(there.custody, PATIENT)];
    await stageRoot(dir(), from, to);
    await expectOpens(await opened(here), sealed);
    await expectOpens(await opened(there), sealed);
    await expectOpens(running, sealed);
    expect(readRoots(dir()).roots.map(({ state }) => state)).toEqual(["old", "current"]);
    if (there.custody.choice.kind !== "local") await expectOpens(await opened(here), sealed);
    expect((await dropOldRoot(dir(), to))?.state).toBe("old");
    expect(readRoots(dir()).roots.map(({ state }) => state)).toEqual(["current"]);
    await expectOpens(await opened(there), sealed);
    await stageRoot(dir(), to, from);
    await expectOpens(await opened(here), sealed);
    await dropOldRoot(dir(), from);
    await expectOpens(await opened(here), sealed);
  });
}

function backupTests(bench: () => CustodyBench, dir: () => string, more: More): void {
  more(
    "its root key is divided among persons, and restored elsewhere when the back end is gone",
    async () => {
      const { settings, service, secrets } = bench();
      const sealed = await makeOne(await created(placeOf(dir(), settings).place));
      const handed: Share[] = [];
      const backup = await makeBackup({
        dir: dir(),
        holder: await holderOf(settings, PATIENT),
        threshold: 2,
        shares: 3,
        nowMs: Date.parse("2026-11-26T10:00:00Z"),
        deliver: async (text) => void handed.push(...readShares(text, 0)),
      });
      service?.fail("gone");
      const drilled = await drillBackup(dir(), handed.slice(1), Date.parse("2026-11-26T11:00:00Z"));
      expect(drilled.backup.id).toBe(backup.id);
      const local = readCustody({ KEK_PASSPHRASE: "another passphrase" });
      await restoreRoot(dir(), handed.slice(0, 2), () => holderOf(local));
      const elsewhere = await opened({ dir: dir(), custody: local });
      if (bench().areKeysResident === true)
        expect(await codeOf(elsewhere.derive(sealed.ref, sealed.publicKey))).toBe(
          "service.keystore-unavailable",
        );
      else await expectOpens(elsewhere, sealed);
      expect(readBackupState(dir()).isOfCurrentRoot).toBe(false);
      const record = readFileSync(path.join(dir(), BACKUP_FILE), "utf8");
      for (const secret of secrets) expect(record).not.toContain(secret);
    },
  );

  more("a custody that does not hold the root hands out no share", async () => {
    const { settings, otherKey } = bench();
    await created(placeOf(dir(), settings).place);
    const holder = await holderOf(otherKey, PATIENT);
    const deliver = () => Promise.reject(new Error("a share was handed out"));
    const order = { dir: dir(), holder, threshold: 2, shares: 3, nowMs: 0, deliver };
    expect(["keystore.wrong-unlock", "keystore.refused"]).toContain(await codeOf(makeBackup(order)));
    expect(readBackupState(dir()).backup).toBeUndefined();
  });
}

function leaseTests(bench: () => ServiceBench, dir: () => string, more: More): void {
  test("an unavailable service is tolerated until the lease ends, then every call is 503; its return restores service", async () => {
    const { service, settings } = bench();
    const { place, clock, timers, failures } = placeOf(dir(), settings);
    const keystore = await created(place);
    const sealed = await makeOne(keystore);
    const secret = keystore.sealSecret("totp:1", Uint8Array.of(1, 2, 3));
    service.fail("gone");
    clock.advance(LEASE_MS / 2);
    expect(keystore.serviceState()).toBe("up");
    timers.shift()?.();
    await expectOpens(keystore, sealed);
    await expect.poll(() => keystore.serviceState()).toBe("late");
    clock.advance(LEASE_MS);
    expect(keystore.serviceState()).toBe("down");
    expect(await codeOf(keystore.derive(sealed.ref, sealed.publicKey))).toBe("service.keystore-unavailable");
    expect(() => keystore.openSecret("totp:1", secret)).toThrow(DomainError);
    await expect(makeOne(keystore)).rejects.toThrow(DomainError);
    expect(failures.length).toBeGreaterThan(0);
    service.fail("gone");
    expect(await codeOf(keystore.derive(sealed.ref, sealed.publicKey))).toBe("service.keystore-unavailable");
    expect(service.calls()).toBe(0);
    service.fail(undefined);
    clock.advance(RENEWAL_PAUSE_MS);
    await expectOpens(keystore, sealed);
    expect(keystore.openSecret("totp:1", secret)).toEqual(Uint8Array.of(1, 2, 3));
    expect(keystore.serviceState()).toBe("up");
  });

  more("a service that denies ends the lease at once; after that only the timer asks it again", async () => {
    const { service, settings } = bench();
    const { place, clock, timers, failures } = placeOf(dir(), settings);
    const keystore = await created(place);
    const sealed = await makeOne(keystore);
    const use = () =>
      keystore.derive(sealed.ref, sealed.publicKey).then(
        () => "opens",
        (error: unknown) => Reflect.get(Object(error), "code"),
      );
    service.fail("denied");
    timers.shift()?.();
    await expect.poll(use).toBe("service.keystore-unavailable");
    expect(failures).toMatchObject([{ code: "keystore.denied" }]);
    service.fail(undefined);
    clock.advance(10 * RENEWAL_PAUSE_MS);
    expect(await use()).toBe("service.keystore-unavailable");
    expect(service.calls()).toBe(0);
    await expect.poll(() => timers.length).toBe(1);
    timers.shift()?.();
    await expect.poll(use).toBe("opens");
  });
}
