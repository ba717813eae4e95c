import "server-only";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { cosignerVkey, vkey } from "@/lib/crypto/log/signed-note";
import { loadSigningKey } from "@/lib/keystore/signing-key";
import { scriptArguments } from "@/lib/launch/program";
import { type AuditBench, createTestKeyFolder, TEST_PASSPHRASE } from "@/lib/testing/benches/audit-bench";

/** Signer, witness and workers of one log, each its own process. */
export interface LogProcesses {
  readonly logVkey: string;
  readonly witnessVkey: string;
  startWorker(): ChildProcess;
  /** Sends SIGKILL to the process and its children; resolves after their end. */
  kill(child: ChildProcess): Promise<void>;
  /** Kills all that still run. */
  stop(): Promise<void>;
}

/** Starts a signer and a witness for the bench's log; workers start on request. */
export async function startLogProcesses(bench: AuditBench): Promise<LogProcesses> {
  const { log } = bench.place;
  const signer = await createTestKeyFolder("signer", log);
  const witness = await createTestKeyFolder("witness", log);
  const portal = await createTestKeyFolder("portal", log);
  const dir = await mkdtemp(path.join(tmpdir(), "sealport-run-"));
  const cosigner = loadSigningKey(witness.keystore, "cosigner");
  const logVkey = loadSigningKey(signer.keystore, "log").vkey;
  const witnessVkey = cosignerVkey(cosigner.name, cosigner.publicKey);
  const variables: Record<string, string> = {
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
    KEY_DIR: portal.dir,
  };
  const running = new Set<ChildProcess>();
  const start = (script: string, more: Record<string, string> = {}): ChildProcess => {
    const child = spawn(process.execPath, scriptArguments(`${script}.ts`), {
      env: { NODE_ENV: "test", PATH: process.env.PATH, ...variables, ...more },
      stdio: "ignore",
      detached: true,
    });
    running.add(child);
    return child;
  };
  const kill = async (child: ChildProcess): Promise<void> => {
    running.delete(child);
    const gone = new Promise((resolve) => child.once("exit", resolve));
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    await gone;
  };
  start("start-signer", { KEY_DIR: signer.dir });
  start("start-witness", { KEY_DIR: witness.dir });
  return {
    logVkey,
    witnessVkey,
    startWorker: () => start("start-worker"),
    kill,
    stop: async () => {
      await Promise.all([...running].map(kill));
      await rm(dir, { recursive: true, force: true });
    },
  };
}
