import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { JOURNAL_FILE, Journal, JournalError } from "@/lib/custodian/journal/journal";
import { TestCustodian } from "@/lib/testing/custodian/custodian";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), "sealport-journal-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

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

test("grants, views, nonces, revocations and bodies survive an abrupt end", async () => {
  const t = await TestCustodian.start();
  try {
    const { items, grant, submission } = await t.granted();
    const used = t.opening(grant, items);
    await t.client.open(used);
    const revoked = await t.granted();
    await t.client.revoke({ grant: revoked.grant, reason: "over", at: "2026-11-24T15:00:00Z" });
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
