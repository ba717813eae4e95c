import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { systemClock } from "@/lib/clock";
import type { Context } from "@/lib/context/context";
import { openNote, vkey } from "@/lib/crypto/log/signed-note";
import { loadSigningKey } from "@/lib/keystore/signing-key";
import { createTestKeystore, pinnedKeys } from "@/lib/testing/benches/audit-bench";
import { createRecoveryBench, type RecoveryBench } from "@/lib/testing/benches/recovery-bench";
import { parseCheckpointText } from "../entry/checkpoint";
import { exportLog } from "../export/export-log";
import { ExportQuery } from "../schema";
import { insertCheckpoint } from "../sequencer/checkpoint-store";
import { integrateBatch } from "../sequencer/sequencer";
import { openEntryFile } from "../signer/entry-file";
import { signCheckpoint } from "../signer/sign-checkpoint";
import { startNewLog } from "./start-new-log";

let bench: RecoveryBench;
let auditor: Context;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "sp-words-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(async () => {
  bench = await createRecoveryBench();
  auditor = await bench.person({ role: "auditor" });
});
afterEach(() => bench?.close());

/** The portal is configured with this key of its log. */
function asPortal(log: string, logVkey: string): void {
  const pinned = { ...pinnedKeys(log, bench.cx.audit.receiptSigner.publicKey), log: logVkey };
  Object.assign(bench.cx.instance, { dataDir: folder, pinned });
}

/** Returns what `npm run verify` prints about a whole bundle, with the keys of these logs. */
async function words(cx: Context, logKeys: readonly string[]) {
  const { response } = await exportLog(cx, ExportQuery.parse({ format: "bundle" }));
  const { name, publicKey } = bench.cx.audit.receiptSigner;
  const [bundle, policy] = [path.join(folder, "log.zip"), path.join(folder, "policy.json")];
  await writeFile(bundle, Buffer.from(await response.arrayBuffer()));
  await writeFile(policy, JSON.stringify({ log: logKeys, receipts: [vkey(name, publicKey)] }));
  const run = ["--import", "tsx", "scripts/verify.ts", bundle, "--policy", policy];
  const { status, stdout } = spawnSync(process.execPath, run, { encoding: "utf8" });
  return { status, stdout };
}

it("a recovered log never counts as verified again: the verifier says what was restored and names what is lost", async () => {
  const { log } = bench.place;
  asPortal(log, bench.key.vkey);
  await bench.grow(5);
  await bench.backUp();
  await bench.grow(4);
  const { size } = await bench.sign();
  await bench.restore();
  const done = await bench.recover(size - 4, size);
  await bench.sequence();
  await bench.sign();
  const { status, stdout } = await words(auditor, [bench.key.vkey]);
  expect([status, stdout.split("\n")[0]]).toEqual([1, expect.stringMatching(/^WRONG/)]);
  expect(stdout).toContain(`entries ${size - 4}..${size - 1} were appended again byte for byte; lost: `);
  for (const name of done.lost) expect(stdout).toContain(name);
  expect(stdout.match(/^ *part/gm)).toBeNull();
}, 90_000);

it("a log that follows a lost one never counts as verified: the verifier names the range and who signed for it", async () => {
  await bench.grow(4);
  await bench.backUp();
  await bench.grow(5);
  const from = { pool: bench.signerPool, file: bench.file, log: bench.place.log, signer: bench.key };
  const checkpoint = await signCheckpoint({ ...from, clock: systemClock });
  const { size } = parseCheckpointText(openNote(checkpoint, [bench.key.vkey]).text);
  await bench.restore();
  const log = `${bench.place.log}/2`;
  await startNewLog(bench.owner, bench.place, { origin: log, checkpoint, oldVkey: bench.key.vkey });
  const signer = loadSigningKey(await createTestKeystore("signer", log), "log");
  const file = await openEntryFile(`${bench.dir}-2`, log);
  const note = await signCheckpoint({ ...from, clock: systemClock, file, log, signer });
  await file.close();
  const signed = parseCheckpointText(openNote(note, [signer.vkey]).text);
  const place = { ...bench.place, log };
  await insertCheckpoint(bench.sequencerPool, place, { ...signed, note }, []);
  asPortal(log, signer.vkey);
  const cx = { ...auditor, instance: { ...auditor.instance, log } };
  const { status, stdout } = await words(cx, [signer.vkey, bench.key.vkey]);
  expect([status, stdout.split("\n")[0]]).toEqual([1, expect.stringMatching(/^WRONG/)]);
  expect(stdout).toContain(`lost ${size - 5}..${size - 1} of the log ${bench.place.log}`);
  expect(stdout).toContain("that log's key signed the checkpoint it names");
  const alone = await words(cx, [signer.vkey]);
  expect([alone.status, alone.stdout]).toEqual([1, expect.stringContaining("is not checked")]);
  await integrateBatch(bench.sequencerPool, place);
}, 90_000);
