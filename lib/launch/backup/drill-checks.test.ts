import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { checkpointText } from "@/lib/audit/entry/checkpoint";
import { signWholeNote } from "@/lib/audit/entry/note-line";
import { toBase64url } from "@/lib/crypto/bytes";
import { loadSigningKey } from "@/lib/keystore/signing-key";
import { type DrilledLog, readCheckpointFile, readWitnessHead } from "@/lib/launch/backup/drill-checks";
import { createTestKeystore } from "@/lib/testing/benches/audit-bench";
import { makeTempFolder } from "@/lib/testing/data-folder";

const LOG = "drill.test/log1";
const ROOT = new Uint8Array(32).fill(7);
let dir: string;
let drilled: DrilledLog;
let note: string;

beforeAll(async () => {
  dir = await makeTempFolder("sp-drill-checks-");
  const key = loadSigningKey(await createTestKeystore("signer", LOG), "log");
  drilled = { url: "", log: LOG, tenantId: "", logVkey: key.vkey };
  note = await signWholeNote(key, checkpointText({ origin: LOG, size: 9, root: ROOT }));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function read(text: string) {
  const file = path.join(dir, "file");
  await writeFile(file, text);
  const { size, root } = await readCheckpointFile(file, drilled);
  return { size, root };
}

const head = (log: string) =>
  JSON.stringify({ v: 1, log, size: 9, root: toBase64url(ROOT), cosigned_at: 1_764_547_200 });

it("an outside checkpoint is a note of the log's key, or the file of a witness's head", async () => {
  expect(await read(note)).toEqual({ size: 9, root: ROOT });
  expect(await read(`${head(LOG)}\n`)).toEqual({ size: 9, root: ROOT });
});

it("a file of another log, without a signature or of another kind is refused with one line", async () => {
  await expect(read(head("other.test/log1"))).rejects.toThrow("belongs to another log");
  await expect(read('{"v":1}')).rejects.toThrow("the witness's store cannot be read");
  await expect(read(note.replace(LOG, "other.test/log1"))).rejects.toThrow("is not a checkpoint of");
  await expect(read("x")).rejects.toThrow(`is not a checkpoint of ${LOG} signed by its key`);
});

it("looking for the own witness's head makes no folder", async () => {
  const none = path.join(dir, "none/witness");
  expect(await readWitnessHead(none, LOG)).toBeUndefined();
  expect(existsSync(path.dirname(none))).toBe(false);
});
