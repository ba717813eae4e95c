import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { fixedClock } from "@/lib/clock";
import { nameRegistrations } from "@/lib/custodian/core";
import { type Custodian, startCustodian } from "@/lib/custodian/custodian";
import {
  INDEX_FOLDER,
  JOURNAL_FILE,
  Journal,
  JournalError,
  REGISTRATIONS_FILE,
} from "@/lib/custodian/journal/journal";
import { Memory } from "@/lib/custodian/journal/memory";
import { Registrations } from "@/lib/custodian/journal/registrations";
import { TEST_LOG, TestCustodian } from "@/lib/testing/custodian/custodian";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), "sealport-journal-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const AT = "2026-11-24T15:00:00.000000Z";
const file = (): string => path.join(dir, JOURNAL_FILE);

/** Opens the journal and reads it to its end. */
function opened(): { journal: Journal; records: unknown[] } {
  const journal = Journal.open(dir);
  try {
    return { journal, records: [...journal.replay()] };
  } catch (error) {
    journal.close();
    throw error;
  }
}

function written(count: number): void {
  const { journal } = opened();
  for (let n = 0; n < count; n++) journal.append({ n });
  journal.close();
}

function replayed(): unknown[] {
  const { journal, records } = opened();
  journal.close();
  return records;
}

test("a new process reads all records in order, and only the owner can read the file", () => {
  written(3);
  expect(replayed()).toEqual([{ n: 0 }, { n: 1 }, { n: 2 }]);
  expect(statSync(file()).mode & 0o777).toBe(0o600);
});

test("a torn last line is cut off at every length, and writing continues", () => {
  written(2);
  const whole = readFileSync(file());
  const lastLine = whole.lastIndexOf(0x0a, whole.length - 2) + 1;
  for (let length = lastLine; length < whole.length; length += 7) {
    writeFileSync(file(), whole.subarray(0, length));
    expect(replayed()).toEqual([{ n: 0 }]);
    const { journal } = opened();
    journal.append({ n: "next" });
    journal.close();
    expect(replayed()).toEqual([{ n: 0 }, { n: "next" }]);
  }
});

test("any changed byte of a complete line stops the start", () => {
  written(3);
  const whole = readFileSync(file());
  for (let at = 0; at < whole.length - 1; at += 5) {
    const changed = Buffer.from(whole);
    changed[at] = (changed[at] ?? 0) ^ 0x01;
    writeFileSync(file(), changed);
    // A byte that becomes a line break, or a last byte that is no longer a line break, is damage too.
    expect(() => replayed(), `byte ${at}`).toThrow(JournalError);
  }
});

test("a missing or moved line stops the start", () => {
  written(3);
  const [a, b, c] = readFileSync(file(), "utf8").split("\n");
  for (const lines of [
    [a, c],
    [b, a, c],
    [b, c],
  ]) {
    writeFileSync(file(), `${lines.join("\n")}\n`);
    expect(() => replayed()).toThrow(JournalError);
  }
});

test("a journal whose lines cannot be synced stops the start", () => {
  symlinkSync("/dev/null", file());
  expect(() => replayed()).toThrow("cannot be synced (EINVAL)");
});

test("the journal names a registration after the number of lines that it is told", async () => {
  const registrations = await Registrations.open(dir);
  const { journal } = opened();
  const core = { clock: fixedClock(new Date(0)), journal, memory: new Memory(), registrations };
  const named = Array.from({ length: 8 }, () => {
    nameRegistrations(core, 3);
    registrations.add({ at: AT, items: [] });
    return core.memory.registered?.line;
  });
  expect(named).toEqual([undefined, undefined, undefined, 2, 2, 2, 5, 5]);
  journal.close();
  await registrations.close();
});

/** Starts a second custodian in a folder. */
function startIn(t: TestCustodian, folder: string): Promise<Custodian> {
  const { keystore, rosterFile, clock } = t;
  return startCustodian({ log: TEST_LOG, keystore, dir: folder, rosterFile, clock, isEvaluation: false });
}

test("registrations that are missing, older or other ones stop the start, also without their index", async () => {
  const t = await TestCustodian.start();
  const own = path.dirname(t.journalFile);
  const present = () => readFileSync(t.registrationsFile);
  /** Starts on a copy of the folder, as after a kill, with these registrations. Returns the journal of a start. */
  const startWith = async (registrations: Buffer | undefined) => {
    const copy = mkdtempSync(path.join(dir, "copy-"));
    cpSync(own, copy, { recursive: true });
    for (const name of [INDEX_FOLDER, REGISTRATIONS_FILE]) rmSync(path.join(copy, name), { recursive: true });
    if (registrations !== undefined) writeFileSync(path.join(copy, REGISTRATIONS_FILE), registrations);
    const custodian = await startIn(t, copy);
    const journal = readFileSync(path.join(copy, JOURNAL_FILE), "utf8");
    await custodian.close();
    return journal;
  };
  const expectRefused = (registrations: Buffer | undefined) =>
    expect(startWith(registrations)).rejects.toThrow("are older than the other journal, or other ones");
  try {
    await t.client.beginEpoch(t.order("begin", 2));
    await t.client.register(await t.seal());
    await t.client.destroyEpoch(t.order("destroy", 1));
    await expectRefused(undefined);
    const one = present();
    await t.client.register(await t.seal());
    await t.client.beginEpoch(t.order("begin", 3));
    await expectRefused(one);
    const two = present();
    await t.client.register(await t.seal());
    expect(await startWith(present())).toContain('"line":2,');
    await t.halt();
    await expectRefused(two);
    await expectRefused(present().subarray(0, -1));
    const other = await Registrations.open(path.join(dir, "other"));
    for (let n = 0; n < 100; n++) other.add({ at: AT, items: [] });
    await other.close();
    await expectRefused(readFileSync(path.join(dir, "other", REGISTRATIONS_FILE)));
  } finally {
    await t.stop();
  }
});

test("a second custodian changes nothing in the folder of a running one", async () => {
  const t = await TestCustodian.start();
  try {
    appendFileSync(t.journalFile, "a line that is being written");
    const before = readFileSync(t.journalFile);
    await expect(startIn(t, path.dirname(t.journalFile))).rejects.toThrow("another process uses");
    expect(readFileSync(t.journalFile)).toEqual(before);
  } finally {
    await t.stop();
  }
});

test("grants, views, nonces, revocations and bodies survive an abrupt end", async () => {
  const t = await TestCustodian.start();
  try {
    const { items, grant, submission } = await t.granted();
    const used = t.opening(grant, items);
    await t.client.open(used);
    const revoked = await t.granted();
    await t.client.revoke({ grant: revoked.grant, reason: "over", at: "2026-11-24T15:00:00Z" });
    await t.halt();
    appendFileSync(t.journalFile, "torn line without its en");
    await t.restart();
    const refusal = (act: Promise<unknown>) =>
      act.catch((error: { extra?: { reason?: string } }) => error.extra?.reason);
    expect(await refusal(t.client.open(used))).toBe("nonce");
    expect(await refusal(t.client.open(t.opening(revoked.grant, revoked.items)))).toBe("revoked");
    expect(await refusal(t.client.submitGrant({ ...submission, grant: revoked.submission.grant }))).toBe(
      "revoked",
    );
    const again = await t.seal({ amount: { amount: "2" } }, { tx: items[0]?.tx ?? "" });
    expect(await t.client.register(again)).toMatchObject([{ ok: false, reason: "body-digest" }]);
    expect((await t.client.open(t.opening(grant, items))).viewsLeft).toBe(1);
  } finally {
    await t.stop();
  }
});

test("the journal has the leaf of the intent before the answer is sent", async () => {
  const t = await TestCustodian.start();
  try {
    const { items, grant } = await t.granted();
    await t.client.open(t.opening(grant, items));
    const last = readFileSync(t.journalFile, "utf8").trimEnd().split("\n").at(-1) ?? "";
    expect(last).toContain('"kind":"open"');
    expect(last).toContain('"leaf":"');
    expect(readFileSync(t.journalFile, "utf8")).not.toContain('"1000"');
  } finally {
    await t.stop();
  }
});
