import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { leafHash, treeRoot } from "@/lib/crypto/merkle";
import { cosignerVkey, openNote, vkey } from "@/lib/crypto/signed-note";
import { loadSigningKey } from "@/lib/custody/signing-key";
import { type AuditBench, createAuditBench, createTestKeyFolder, TEST_PASSPHRASE } from "@/lib/testing/audit";
import type { AuditEvent } from "./event";
import { recordEvent } from "./record-event";
import { readHead, readLastCheckpoint } from "./worker/store";

const EVENT: AuditEvent = { class: "log", outcome: "done", action: "audit.read", subjects: [] };
const TSX = path.resolve("node_modules/.bin/tsx");

let bench: AuditBench;
let variables: Record<string, string>;
let logVkey: string;
let witnessVkey: string;
const running = new Set<ChildProcess>();

/** Starts a process in a group of its own, so that a kill reaches tsx's child too. */
function start(script: string, more: Record<string, string> = {}): ChildProcess {
  const child = spawn(TSX, ["--conditions=react-server", `scripts/${script}.ts`], {
    env: { NODE_ENV: "test", PATH: process.env.PATH, ...variables, ...more },
    stdio: "ignore",
    detached: true,
  });
  running.add(child);
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  running.delete(child);
  const gone = new Promise((resolve) => child.once("exit", resolve));
  if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  await gone;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(50);
}

beforeAll(async () => {
  bench = await createAuditBench();
  const { log } = bench.place;
  const [signer, witness, portal] = await Promise.all(
    (["signer", "witness", "portal"] as const).map((name) => createTestKeyFolder(name, log)),
  );
  if (signer === undefined || witness === undefined || portal === undefined) throw new TypeError("no keys");
  const dir = await mkdtemp(path.join(tmpdir(), "sealport-run-"));
  const cosigner = loadSigningKey(witness.keystore, "cosigner");
  logVkey = loadSigningKey(signer.keystore, "log").vkey;
  witnessVkey = cosignerVkey(cosigner.name, cosigner.publicKey);
  variables = {
    LOG_LEVEL: "error",
    LOG_ORIGIN: log,
    TENANT_ID: bench.place.tenantId,
    KEK_PASSPHRASE: TEST_PASSPHRASE,
    DATA_DIR: dir,
    DATABASE_URL: bench.database.workerUrl,
    SEQUENCER_DATABASE_URL: bench.database.sequencerUrl,
    SIGNER_DATABASE_URL: bench.database.signerUrl,
    SIGNER_URL: `unix:${dir}/s.sock`,
    WITNESS_URL: `unix:${dir}/w.sock`,
    CUSTODIAN_URL: `unix:${dir}/c.sock`,
    CUSTODIAN_VKEY: vkey(`${log}/custodian`, cosigner.publicKey),
    LOG_VKEY: logVkey,
    WITNESS_VKEY: witnessVkey,
    RECEIPT_VKEY: vkey(bench.cx.audit.receiptSigner.name, bench.cx.audit.receiptSigner.publicKey),
    KEY_DIR: portal.dir,
  };
  start("start-signer", { KEY_DIR: signer.dir });
  start("start-witness", { KEY_DIR: witness.dir });
});
afterAll(async () => {
  await Promise.all([...running].map(kill));
  await bench.close();
});

describe("the processes of the log", () => {
  it("kill -9 of competing workers loses, doubles and reorders nothing, and the tree is signed and cosigned", async () => {
    let isWriting = true;
    let written = 0;
    const writers = Array.from({ length: 8 }, async () => {
      while (isWriting) {
        await recordEvent(bench.cx, EVENT);
        written += 1;
        await sleep(5);
      }
    });
    const workers = [start("start-worker"), start("start-worker"), start("start-worker")];
    const size = async () => (await readHead(bench.sequencerPool, bench.place.log))?.size ?? 0;
    for (let round = 0; round < 6; round += 1) {
      const before = await size();
      await until(async () => (await size()) > before);
      const victim = workers.shift();
      if (victim !== undefined) await kill(victim);
      workers.push(start("start-worker"));
    }
    isWriting = false;
    await Promise.all(writers);
    await until(async () => (await size()) === written);
    const { rows } = await bench.appPool.query(
      "SELECT l.seq, e.bytes FROM audit_leaf l JOIN audit_entry e ON e.id = l.entry_id ORDER BY l.seq",
    );
    expect(rows.map((row) => Number(row.seq))).toEqual(Array.from({ length: written }, (_, seq) => seq));
    const root = treeRoot(rows.map((row) => leafHash(row.bytes)));
    await until(
      async () => (await readLastCheckpoint(bench.sequencerPool, bench.place.log))?.size === written,
    );
    const last = await readLastCheckpoint(bench.sequencerPool, bench.place.log);
    expect(Buffer.from(last?.root ?? []).equals(root)).toBe(true);
    expect(openNote(last?.note ?? "", [logVkey, witnessVkey]).verified).toHaveLength(2);
  });
});
