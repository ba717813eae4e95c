import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fixedClock } from "@/lib/clock";
import { utf8 } from "@/lib/crypto/bytes";
import {
  ed25519PublicKey,
  ed25519Verify,
  generateX25519,
  randomBytes,
  x25519Handle,
  x25519Shared,
} from "@/lib/crypto/primitives";
import { DomainError } from "@/lib/errors";
import { folderKeystore } from "@/lib/keystore/files/folder-keystore";
import { createLocalKeystore } from "@/lib/keystore/files/local-keystore";
import type { KeyRef, Keystore } from "@/lib/keystore/keystore";
import { OpenedKeys } from "@/lib/keystore/opened-keys";
import { fixedKeks, leasedKeks } from "@/lib/keystore/roots/leased-keks";
import { openKeystoreFile } from "@/lib/keystore/roots/open-roots";

const ZERO: Uint8Array = new Uint8Array(32);
const START = new Date("2026-11-26T10:00:00Z");

const PEER = generateX25519();
/** The buffer's content when it was opened. */
const lastOf = new WeakMap<Uint8Array, number>();

/** A cache with a stopped clock and a manual timer. `take` returns the very buffer that is kept. */
function cacheOf(limits: Partial<{ keys: number; ms: number; uses: number }> = {}) {
  const clock = fixedClock(START);
  const timers: { act: () => void; ms: number }[] = [];
  const time = { nowMs: clock.nowMs, later: (act: () => void, ms: number) => void timers.push({ act, ms }) };
  const keys = new OpenedKeys(x25519Handle, { keys: 3, ms: 1_000, uses: 100, ...limits }, time);
  let opened = 0;
  const buffers = new Map<string, Uint8Array>();
  const open = (kid: string) => () => {
    opened += 1;
    const key = new Uint8Array(32).fill(opened);
    buffers.set(kid, key);
    return key;
  };
  const take = (kid: string, sealed = "blob"): Uint8Array => {
    const derived = keys.use({ kid, sealed }, open(kid), (key) => key.derive(PEER.publicKey));
    const taken = buffers.get(kid) ?? ZERO;
    const copy = new Uint8Array(32).fill(lastOf.get(taken) ?? opened);
    lastOf.set(taken, copy[0] ?? 0);
    expect(derived).toEqual(x25519Shared(copy, PEER.publicKey));
    return taken;
  };
  return { keys, clock, timers, take, opened: () => opened };
}

describe("the cache of opened keys", () => {
  it("a key is opened once and lent many times", () => {
    const { keys, take, opened } = cacheOf();
    const first = take("a#1");
    expect(take("a#1")).toBe(first);
    expect(opened()).toBe(1);
    expect(keys.figures()).toMatchObject({ kept: 1, hits: 1, misses: 1 });
  });

  it("keys beyond the maximum number are zeroed, the least recently used first", () => {
    const { keys, take } = cacheOf();
    const [a, b, c] = [take("a#1"), take("b#1"), take("c#1")];
    take("a#1");
    const d = take("d#1");
    expect(b).toEqual(ZERO);
    for (const kept of [a, c, d]) expect(kept).not.toEqual(ZERO);
    expect(keys.figures()).toMatchObject({ kept: 3, evictions: { keys: 1, time: 0, uses: 0, taken: 0 } });
  });

  it("expired keys are zeroed by the next use or, without one, by the timer", () => {
    const { keys, clock, timers, take, opened } = cacheOf();
    const a = take("a#1");
    clock.advance(999);
    expect(take("a#1")).toBe(a);
    clock.advance(1);
    const again = take("a#1");
    expect([a, opened()]).toEqual([ZERO, 2]);
    expect(timers.map(({ ms }) => ms)).toEqual([1_000]);
    timers.shift()?.act();
    expect(again).not.toEqual(ZERO);
    clock.advance(1_000);
    timers.shift()?.act();
    expect(again).toEqual(ZERO);
    expect(keys.figures()).toMatchObject({ kept: 0, evictions: { time: 2 } });
    expect(timers).toEqual([]);
  });

  it("a key is zeroed after its maximum uses, also when the last of them throws", () => {
    const { keys, take } = cacheOf({ uses: 2 });
    const a = take("a#1");
    const use = () =>
      keys.use(
        { kid: "a#1", sealed: "blob" },
        () => ZERO,
        () => {
          throw new TypeError("not derived");
        },
      );
    expect(use).toThrow(TypeError);
    expect(a).toEqual(ZERO);
    expect(keys.figures()).toMatchObject({ kept: 0, evictions: { uses: 1 } });
  });

  it("a key is lent only for the blob it was opened from; another blob is opened and the former key zeroed", () => {
    const { take, opened, keys } = cacheOf();
    const a = take("a#1", "blob");
    take("a#1", "another blob");
    expect([a, opened()]).toEqual([ZERO, 2]);
    expect(keys.figures()).toMatchObject({ hits: 0, misses: 2, evictions: { taken: 1 } });
  });

  it("the runtime's copy of a key is let go after seconds, and the key is imported again while it is kept", () => {
    const clock = fixedClock(START);
    const timers: { act: () => void; ms: number }[] = [];
    const time = {
      nowMs: clock.nowMs,
      later: (act: () => void, ms: number) => void timers.push({ act, ms }),
    };
    let imported = 0;
    const importKey = (key: Uint8Array) => {
      imported += 1;
      return x25519Handle(key);
    };
    const keys = new OpenedKeys(importKey, { keys: 3, ms: 300_000, uses: 100 }, time);
    const use = () =>
      keys.use(
        { kid: "a#1", sealed: "blob" },
        () => new Uint8Array(32).fill(1),
        (key) => key.derive(PEER.publicKey),
      );
    use();
    clock.advance(4_999);
    use();
    expect(imported).toBe(1);
    clock.advance(1);
    use();
    expect(imported).toBe(2);
    for (let at = 0; at < 3; at += 1) {
      const { act, ms } = timers.shift() ?? { act: () => undefined, ms: Number.NaN };
      expect(ms).toBeLessThanOrEqual(5_000);
      clock.advance(5_000);
      act();
    }
    expect(keys.figures()).toMatchObject({ kept: 1, misses: 1 });
  });

  it("a forgotten key is zeroed, and all are zeroed when all are removed", () => {
    const { keys, take } = cacheOf();
    const all = [take("a#1"), take("b#1"), take("c#1")];
    keys.forget("a#1");
    keys.forget("unknown#1");
    expect(all[0]).toEqual(ZERO);
    keys.clear();
    expect(all).toEqual([ZERO, ZERO, ZERO]);
    expect(keys.figures()).toMatchObject({ kept: 0, evictions: { taken: 3 } });
  });

  it("no key is kept with a limit of 0", () => {
    const { keys, take, opened } = cacheOf({ keys: 0 });
    expect([take("a#1"), take("a#1"), opened()]).toEqual([ZERO, ZERO, 2]);
    expect(keys.figures()).toMatchObject({ kept: 0, hits: 0, misses: 2 });
  });
});

describe("a keystore with opened keys", () => {
  let dir: string;
  const unlock = () => ({ keyFile: path.join(dir, "kek.key") });
  beforeEach(() => {
    dir = mkdtempSync(path.join(os.tmpdir(), "sealport-opened-"));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  async function makeFile() {
    await createLocalKeystore({ dir, unlock: unlock() });
    return openKeystoreFile(dir, unlock());
  }

  function sealOne(keystore: Keystore, participant = "client-456"): KeyRef {
    const { publicKey, privateKey } = generateX25519();
    const key = { purpose: "participant", participant, version: 1, publicKey } as const;
    return { ...key, ...keystore.sealPrivateKey({ ...key, privateKey }) };
  }

  function sealSigning(keystore: Keystore, version = 1): KeyRef {
    const privateKey = randomBytes(32);
    const publicKey = ed25519PublicKey(privateKey);
    const key = { purpose: "custodian", participant: "log.example/custodian", version, publicKey } as const;
    return { ...key, ...keystore.sealPrivateKey({ ...key, privateKey }) };
  }

  it("a key that signs is opened once and signs many times, and a changed blob or row is refused meanwhile", async () => {
    const keystore = folderKeystore(dir, fixedKeks(await makeFile(), makeFile));
    const [ref, other] = [sealSigning(keystore), sealSigning(keystore, 2)];
    for (const text of ["one", "two", "three"])
      expect(ed25519Verify(ref.publicKey, utf8(text), await keystore.sign(ref, utf8(text)))).toBe(true);
    for (const bad of [
      { ...ref, blob: other.blob },
      { ...ref, publicKey: other.publicKey },
      { ...ref, version: 2 },
      { ...ref, participant: "other.example/custodian" },
      { ...ref, purpose: "receipt" } as const,
    ])
      expect(() => keystore.signNow(bad, utf8("one"))).toThrow();
    expect(ed25519Verify(ref.publicKey, utf8("four"), keystore.signNow(ref, utf8("four")))).toBe(true);
  });

  it("a kept key derives the same, and a changed blob or row is refused", async () => {
    const opened = new OpenedKeys(x25519Handle);
    const keystore = folderKeystore(dir, fixedKeks(await makeFile(), makeFile), opened);
    const [ref, other] = [sealOne(keystore), generateX25519()];
    const expected = x25519Shared(other.privateKey, ref.publicKey);
    expect(await keystore.derive(ref, other.publicKey)).toEqual(expected);
    expect(await keystore.derive(ref, other.publicKey)).toEqual(expected);
    expect(opened.figures()).toMatchObject({ kept: 1, hits: 1, misses: 1 });
    const damaged = Uint8Array.from(ref.blob, (byte, at) => (at === 20 ? byte ^ 1 : byte));
    const foreign = sealOne(keystore, "client-789");
    for (const bad of [
      { ...ref, blob: damaged },
      { ...ref, blob: foreign.blob },
      { ...ref, publicKey: foreign.publicKey },
      { ...ref, version: 2 },
      { ...ref, participant: "client-789" },
    ])
      await expect(keystore.derive(bad, other.publicKey)).rejects.toThrow("could not be opened");
    await expect(keystore.derive({ ...ref, kek: "kek-x" }, other.publicKey)).rejects.toMatchObject({
      code: "keystore.unusable",
    });
  });

  it("the keystore keeps no key longer than the lease of the keys that opened it", async () => {
    const clock = fixedClock(START);
    const opened = new OpenedKeys(x25519Handle, undefined, { nowMs: clock.nowMs, later: () => undefined });
    const lease = {
      leaseMs: 60_000,
      nowMs: clock.nowMs,
      later: () => undefined,
      renew: () => Promise.reject(new Error("away")),
      onFailure: () => undefined,
    };
    const keystore = folderKeystore(dir, leasedKeks(await makeFile(), lease), opened);
    const ref = sealOne(keystore);
    const signing = sealSigning(keystore);
    const message = utf8("a message");
    await keystore.derive(ref, ref.publicKey);
    expect(ed25519Verify(signing.publicKey, message, keystore.signNow(signing, message))).toBe(true);
    expect(opened.figures()).toMatchObject({ kept: 1 });
    clock.advance(60_000);
    await expect(keystore.derive(ref, ref.publicKey)).rejects.toThrow(DomainError);
    expect(() => keystore.signNow(signing, message)).toThrow(DomainError);
    await expect(keystore.sign(signing, message)).rejects.toThrow(DomainError);
    expect(opened.figures()).toMatchObject({ kept: 0, evictions: { taken: 1 } });
  });

  it("participants' keys that were sealed are zeroed, and no renewal of the lease brings them back before they are unsealed", async () => {
    const clock = fixedClock(START);
    const opened = new OpenedKeys(x25519Handle);
    let isAway = false;
    const lent: Awaited<ReturnType<typeof makeFile>>[] = [await makeFile()];
    const renew = async () => {
      if (isAway) throw new Error("away");
      lent.push(await makeFile());
      return lent.at(-1) ?? makeFile();
    };
    const lease = {
      leaseMs: 60_000,
      nowMs: clock.nowMs,
      later: () => undefined,
      renew,
      onFailure: () => undefined,
    };
    const keystore = folderKeystore(dir, leasedKeks(lent[0] ?? (await makeFile()), lease), opened);
    const [ref, signing] = [sealOne(keystore), sealSigning(keystore)];
    await keystore.derive(ref, ref.publicKey);
    const isSealed = async () => {
      await expect(keystore.derive(ref, ref.publicKey)).rejects.toMatchObject({ code: "service.sealed" });
      expect(() => keystore.requireUnsealed()).toThrow(DomainError);
      expect(lent.at(-1)?.keks.get("participant")?.key).toEqual(new Uint8Array(32));
      expect(keystore.signNow(signing, utf8("the log goes on"))).toHaveLength(64);
    };
    await keystore.setSealed(true);
    expect(opened.figures().kept).toBe(0);
    await isSealed();
    clock.advance(60_000);
    await keystore.requireKeys();
    expect(lent).toHaveLength(2);
    await isSealed();
    isAway = true;
    await keystore.setSealed(false);
    await expect(keystore.derive(ref, ref.publicKey)).rejects.toMatchObject({ code: "service.sealed" });
    expect(keystore.signNow(signing, utf8("also while the service is away"))).toHaveLength(64);
    isAway = false;
    clock.advance(60_000);
    await keystore.requireKeys();
    expect(await keystore.derive(ref, ref.publicKey)).toHaveLength(32);
  });
});
