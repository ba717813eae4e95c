import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { fixedClock } from "@/lib/clock";
import { fromHex, toBase64url, toHex } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import { generateX25519, x25519Shared } from "@/lib/crypto/primitives";
import type { TokenSettings } from "@/lib/env/custody";
import { RENEWAL_PAUSE_MS } from "@/lib/keystore/roots/leased-keks";
import type { Patience } from "@/lib/keystore/roots/persist";
import { ResidentKeys, SWEEP_AFTER_MS } from "@/lib/keystore/token/resident-keys";
import { TokenSession } from "@/lib/keystore/token/token-session";
import { makeSoftwareToken, type SoftwareToken } from "@/lib/testing/devices/software-token";

const PATIENT: Patience = { attempts: 3, callMs: 60_000, pauseMs: 1 };
const KEYSTORE = "ks-session";
const PROGRAM = path.resolve("lib/keystore/token/token-process.mjs");
const NONE = async () => [];

let token: SoftwareToken;
let module: string;
beforeAll(() => {
  token = makeSoftwareToken();
  module = /module-path=(.*)$/.exec(token.uri("none"))?.[1] ?? "";
});
afterAll(() => token?.close());

let dir: string;
let clock: ReturnType<typeof fixedClock>;
const open: TokenSession[] = [];
beforeEach(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), "sealport-session-"));
  clock = fixedClock(new Date("2026-11-26T10:00:00Z"));
});
afterEach(() => {
  for (const session of open.splice(0)) session.close();
  rmSync(dir, { recursive: true, force: true });
});

function bench(
  options: {
    readonly module?: string;
    readonly settings?: Partial<TokenSettings>;
    readonly patience?: Patience;
    readonly keystore?: string;
    readonly makes?: boolean;
  } = {},
) {
  const settings: TokenSettings = {
    pin: token.pin,
    pinFile: undefined,
    tool: "unused",
    environment: JSON.parse(token.environment),
    ...options.settings,
  };
  const place = { module: options.module ?? module, token: "sealport test" };
  const session = new TokenSession(place, settings, options.patience ?? PATIENT, clock.nowMs);
  open.push(session);
  const lister = new TokenSession(place, settings, PATIENT, clock.nowMs);
  open.push(lister);
  const { keystore = KEYSTORE, makes = true } = options;
  const keys = new ResidentKeys(session, lister, { dir, keystore, makes, nowMs: clock.nowMs });
  return { session, keys };
}

type Bench = ReturnType<typeof bench>;

async function expectDerives(
  { keys }: Bench,
  made: { object: Uint8Array; publicKey: Uint8Array },
): Promise<void> {
  const { publicKey, privateKey } = generateX25519();
  const expected = x25519Shared(privateKey, made.publicKey);
  expect(await keys.derive(made.object, made.publicKey, publicKey)).toEqual(expected);
}

function pidOf({ session }: Bench): number {
  const { pid } = session.figures();
  if (pid === undefined) throw new Error("a running token process expected");
  return pid;
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
};

test("a wrong PIN is tried exactly once for all callers, and again only after `forgive`", async () => {
  const spy = token.spied(path.join(dir, "calls"));
  const pin = { pin: "99887766", environment: JSON.parse(spy.environment) };
  const { session, keys } = bench({ module: spy.module, settings: pin });
  const asked = await Promise.allSettled([keys.make(), keys.make(), keys.sweep(NONE)]);
  for (const one of asked) {
    expect(one).toMatchObject({ status: "rejected", reason: { code: "keystore.denied" } });
    expect(JSON.stringify(one)).not.toContain("99887766");
  }
  clock.advance(10 * RENEWAL_PAUSE_MS);
  await expect(keys.make()).rejects.toMatchObject({ code: "keystore.denied" });
  expect([spy.count("C_Login"), session.figures().starts]).toEqual([1, 1]);
  session.forgive();
  await expect(keys.make()).rejects.toMatchObject({ code: "keystore.denied" });
  expect(spy.count("C_Login")).toBe(2);
});

test("one session serves many calls, with one login", async () => {
  const spy = token.spied(path.join(dir, "calls"));
  const one = bench({ module: spy.module, settings: { environment: JSON.parse(spy.environment) } });
  const made = await one.keys.make();
  await Promise.all(Array.from({ length: 20 }, () => expectDerives(one, made)));
  expect([spy.count("C_Login"), one.session.figures().starts]).toEqual([1, 1]);
});

test("the PIN is in neither arguments nor variables of the process, which has no variables of ours", async () => {
  process.env.SEALPORT_TEST_CANARY = "canary";
  const one = bench();
  await one.keys.make();
  const pid = pidOf(one);
  const shown = readFileSync(`/proc/${pid}/cmdline`, "utf8") + readFileSync(`/proc/${pid}/environ`, "utf8");
  expect(shown).toContain("token-process.mjs");
  expect(shown).toContain("SOFTHSM2_CONF");
  expect(shown).not.toContain(token.pin);
  expect(shown).not.toContain("SEALPORT_TEST_CANARY");
  delete process.env.SEALPORT_TEST_CANARY;
});

test("a missing module, token or PIN file is reported by name, after bounded attempts", async () => {
  const absent = bench({ module: "/absent/libabsent.so", patience: { ...PATIENT, attempts: 2 } });
  await expect(absent.keys.make()).rejects.toMatchObject({ code: "keystore.unavailable" });
  expect(absent.session.figures().starts).toBe(2);
  await expect(absent.keys.make()).rejects.toMatchObject({ code: "keystore.unavailable" });
  expect(absent.session.figures().starts).toBe(2);
  clock.advance(RENEWAL_PAUSE_MS);
  await expect(absent.keys.make()).rejects.toMatchObject({ code: "keystore.unavailable" });
  expect(absent.session.figures().starts).toBe(4);
  expect(absent.session.isUp).toBe(false);
  const pinless = bench({ settings: { pin: undefined, pinFile: path.join(dir, "absent") } });
  await expect(pinless.keys.make()).rejects.toMatchObject({ code: "keystore.denied" });
  expect(pinless.session.figures().starts).toBe(0);
});

test("a process killed in the middle of a call is replaced, and the call succeeds", async () => {
  const one = bench();
  const made = await one.keys.make();
  const pid = pidOf(one);
  process.kill(pid, "SIGSTOP");
  const derived = expectDerives(one, made);
  process.kill(pid, "SIGKILL");
  await derived;
  expect(one.session.figures().starts).toBe(2);
  expect(pidOf(one)).not.toBe(pid);
});

test("a process that hangs is killed after its time, and the next one answers", async () => {
  // On a busy machine a next one may take longer than its time to start, and is then replaced too.
  const one = bench({ patience: { attempts: 20, callMs: 5_000, pauseMs: 1 } });
  const made = await one.keys.make();
  const { starts } = one.session.figures();
  const pid = pidOf(one);
  process.kill(pid, "SIGSTOP");
  await expectDerives(one, made);
  expect(one.session.figures().starts).toBeGreaterThan(starts);
  expect(pidOf(one)).not.toBe(pid);
  await expect.poll(() => isAlive(pid)).toBe(false);
});

test("a module that always hangs is tried a few times, then all waiting callers get the error", async () => {
  const pipe = path.join(dir, "never-read");
  execFileSync("mkfifo", [pipe]);
  const spy = token.spied(pipe);
  const patience = { attempts: 2, callMs: 1_500, pauseMs: 1 };
  const one = bench({ module: spy.module, patience, settings: { environment: JSON.parse(spy.environment) } });
  const asked = await Promise.allSettled([one.keys.make(), one.keys.sweep(NONE), one.keys.make()]);
  for (const each of asked)
    expect(each).toMatchObject({ status: "rejected", reason: { code: "keystore.unavailable" } });
  expect(one.session.figures().pid).toBeUndefined();
});

test("a process ends after its parent has ended, also while its module hangs", async () => {
  const pipe = path.join(dir, "never-read");
  execFileSync("mkfifo", [pipe]);
  const spy = token.spied(pipe);
  const child = spawn(process.execPath, [PROGRAM], {
    env: { NODE_ENV: "test", PATH: "/usr/bin", ...JSON.parse(spy.environment) },
    stdio: ["pipe", "pipe", "ignore"],
  });
  const order = { n: 1, act: "open", module: spy.module, token: "sealport test", pin: token.pin };
  const ended = new Promise((resolve) => child.once("exit", (_code, signal) => resolve(signal)));
  child.stdin.end(`${JSON.stringify(order)}\n`);
  expect(await ended).toBe("SIGKILL");
});

test.each([
  "not JSON",
  "[]",
  '{"n":1,"act":"list","label":"x"}',
  '{"n":1,"act":"open","module":"m","token":"t"}',
  '{"n":1,"act":"open","module":"m","token":"t","pin":"1","more":1}',
  '{"n":1,"act":"constructor"}',
  '{"act":"open","module":"m","token":"t","pin":"1"}',
  `{"n":1,"act":"open","module":"${"m".repeat(9_000)}","token":"t","pin":"1"}`,
])("the process ends at a command outside the protocol: %#", async (line) => {
  const child = spawn(process.execPath, [PROGRAM], { stdio: ["pipe", "pipe", "ignore"] });
  let said = "";
  child.stdout.on("data", (chunk) => {
    said += chunk;
  });
  const ended = new Promise((resolve) => child.once("exit", (_code, signal) => resolve(signal)));
  child.stdin.write(`${line}\n`);
  expect(await ended).toBe("SIGKILL");
  expect(said).toBe("");
});

test("a key that another program destroyed is reported as destroyed, also in a session that used it", async () => {
  const one = bench();
  const [gone, stays] = [await one.keys.make(), await one.keys.make()];
  await expectDerives(one, gone);
  token.deleteKey(toHex(gone.object));
  await expect(one.keys.derive(gone.object, gone.publicKey, stays.publicKey)).rejects.toMatchObject({
    code: "keystore.disabled",
  });
  await expectDerives(one, stays);
  // The answer of an existing session is not trusted here.
  expect(one.session.figures().starts).toBe(2);
});

/** Code added to the token process's own, in its process: like a token that logs its users out after a while. */
const LOGGED_OUT = `
  import koffi from "koffi";
  import { Token } from "./lib/keystore/token/cryptoki.mjs";
  const [module, pin] = process.argv.slice(1);
  const [token, id, label] = [new Token(module), Buffer.alloc(16, 7), Buffer.from("a label")];
  await token.open("sealport test", Buffer.from(pin));
  await token.make(id, label);
  const logout = koffi.load(module).func("C_Logout", "ulong", ["ulong"]);
  if (logout(1) !== 0) throw new Error("the first session is number 1");
  const said = [];
  for (const act of ["destroy", "find", "list", "look"])
    said.push(await token[act](...(act === "list" ? [label, 9] : [id, label])).catch((error) => error.message));
  console.log(JSON.stringify(said));`;

test("a session that was logged out sees no private key, and reports the logout instead of a missing key", () => {
  const args = ["--input-type=module", "-e", LOGGED_OUT, module, token.pin];
  const env = { PATH: process.env.PATH, NODE_ENV: "test" as const, ...JSON.parse(token.environment) };
  const said = JSON.parse(execFileSync(process.execPath, args, { env, encoding: "utf8" }));
  expect(said).toEqual(Array(4).fill("C_GetSessionInfo: 0x101"));
  expect(token.listKeys()).toContain("07".repeat(16));
});

test("a public key that is not the object's own is refused before any derivation", async () => {
  const one = bench();
  const [made, other] = [await one.keys.make(), await one.keys.make()];
  await expect(one.keys.derive(made.object, other.publicKey, other.publicKey)).rejects.toMatchObject({
    code: "keystore.refused",
  });
  await expectDerives(one, made);
});

test.each([
  "00".repeat(32),
  `01${"00".repeat(31)}`,
  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  `f6${"ff".repeat(30)}7f`,
  `09${"00".repeat(30)}80`,
])("the ephemeral key %s is never sent to a token", async (hex) => {
  const one = bench();
  const { publicKey } = generateX25519();
  await expect(one.keys.derive(new Uint8Array(16), publicKey, fromHex(hex))).rejects.toThrow(FormatError);
  expect(one.session.figures().starts).toBe(0);
});

test("the sweep destroys an old key without a row, and never a key that a row names", async () => {
  const one = bench({ keystore: "ks-sweep" });
  const [named, orphan] = [await one.keys.make(), await one.keys.make()];
  const rows = async () => [named.object];
  expect(await one.keys.sweep(rows)).toBe(0);
  await expectDerives(one, orphan);
  clock.advance(SWEEP_AFTER_MS);
  const young = await one.keys.make();
  expect(await one.keys.sweep(rows)).toBe(1);
  expect(token.listKeys()).not.toContain(toHex(orphan.object));
  await expectDerives(one, named);
  await expectDerives(one, young);
  expect(await one.keys.sweep(rows)).toBe(0);
  expect(await one.keys.compare(rows)).toEqual({ unknown: 0, missing: 0 });
});

test("only a fresh session can report that a key to destroy is missing", async () => {
  const one = bench({ keystore: "ks-away" });
  const [made, orphan] = [await one.keys.make(), await one.keys.make()];
  await one.keys.sweep(async () => [made.object]);
  clock.advance(SWEEP_AFTER_MS);
  token.hide(true);
  try {
    await expect(one.keys.destroy(made.object)).rejects.toMatchObject({ code: "keystore.unavailable" });
    const rows = async () => [made.object];
    await expect(one.keys.sweep(rows)).rejects.toMatchObject({ code: "keystore.unavailable" });
  } finally {
    token.hide(false);
  }
  clock.advance(RENEWAL_PAUSE_MS);
  await expectDerives(one, made);
  expect(await one.keys.sweep(async () => [made.object])).toBe(1);
  expect(await one.keys.destroy(made.object)).toBe(1);
  expect(await one.keys.destroy(made.object)).toBe(0);
  for (const { object } of [made, orphan]) expect(token.listKeys()).not.toContain(toHex(object));
});

test("a key survives a clock that is set forward during its registration", async () => {
  const one = bench({ keystore: "ks-clock" });
  await one.keys.sweep(NONE);
  const made = await one.keys.make();
  clock.advance(10 * SWEEP_AFTER_MS);
  expect(await one.keys.sweep(NONE)).toBe(0);
  expect(await one.keys.sweep(async () => [made.object])).toBe(0);
  await expectDerives(one, made);
});

test("a registered key is not destroyed if the database is another, empty or older", async () => {
  const one = bench({ keystore: "ks-empty" });
  const made = await one.keys.make();
  await one.keys.sweep(async () => [made.object]);
  clock.advance(10 * SWEEP_AFTER_MS);
  expect(await one.keys.sweep(NONE)).toBe(0);
  expect(await one.keys.compare(NONE)).toEqual({ unknown: 1, missing: 0 });
  await expectDerives(one, made);
});

test("a key is no longer noted for destruction as soon as its row is seen, even before a sweep", async () => {
  const one = bench({ keystore: "ks-noted" });
  expect(await one.keys.sweepWhenDue(NONE)).toMatchObject({ destroyed: 0 });
  const [named, orphan] = [await one.keys.make(), await one.keys.make()];
  expect(await one.keys.sweepWhenDue(async () => [named.object])).toBeUndefined();
  clock.advance(SWEEP_AFTER_MS);
  expect(await one.keys.sweepWhenDue(NONE)).toEqual({ destroyed: 1, unknown: 0, missing: 0 });
  clock.advance(24 * 60 * 60_000);
  expect(await one.keys.sweepWhenDue(NONE)).toEqual({ destroyed: 0, unknown: 1, missing: 0 });
  await expectDerives(one, named);
  expect(token.listKeys()).not.toContain(toHex(orphan.object));
});

test("keys of others in the same token are not changed, whatever their ids", async () => {
  const [one, other] = [bench({ keystore: "ks-one" }), bench({ keystore: "ks-two", makes: false })];
  const made = await one.keys.make();
  const foreign = toHex(made.object).replace(/^../, "00");
  token.makeLooseKey("of another program", foreign);
  token.makeLooseKey("of the same id", toHex(made.object));
  writeFileSync(path.join(dir, "resident-made", foreign), "");
  await expectDerives(one, made);
  await other.keys.destroy(made.object);
  clock.advance(SWEEP_AFTER_MS);
  const rows = async () => [made.object, fromHex("ee".repeat(16))];
  expect(await one.keys.sweep(rows)).toBe(0);
  expect(await one.keys.compare(rows)).toEqual({ unknown: 0, missing: 1 });
  await expectDerives(one, made);
  expect(token.listKeys()).toContain("of another program");
  expect(token.listKeys()).toContain("of the same id");
});

test("the sweep destroys the key of an interrupted attempt, and the returned key is another", async () => {
  const one = bench({ keystore: "ks-broken" });
  const first = await one.keys.make();
  process.kill(pidOf(one), "SIGSTOP");
  const made = one.keys.make();
  process.kill(pidOf(one), "SIGKILL");
  const second = await made;
  expect(toBase64url(second.object)).not.toBe(toBase64url(first.object));
  await expectDerives(one, second);
  clock.advance(SWEEP_AFTER_MS);
  await one.keys.sweep(async () => [first.object, second.object]);
  await expectDerives(one, first);
  await expectDerives(one, second);
});
