import "server-only";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { publishCheckpoint } from "@/lib/audit/sequencer/checkpointer";
import { integrateBatch, prepareLog } from "@/lib/audit/sequencer/sequencer";
import { openEntryFile } from "@/lib/audit/signer/entry-file";
import { signerHandler } from "@/lib/audit/signer/serve-signer";
import { systemClock } from "@/lib/clock";
import { vkey } from "@/lib/crypto/log/signed-note";
import { serveHttp } from "@/lib/ipc/server";
import { loadSigningKey } from "@/lib/keystore/signing-key";
import { createLogger } from "@/lib/telemetry/logger";
import { createTestKeyFolder, pinnedKeys } from "@/lib/testing/benches/audit-bench";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";

/** What a signer adds to a bench: a log with signed checkpoints. */
interface SignedLog {
  /** The portal's folder, DATA_DIR of this process. */
  readonly dataDir: string;
  /** Folder of the signer's keystore. */
  readonly signerKeyDir: string;
  /** Policy file of a verifier who trusts this log and its receipts. */
  readonly policy: { readonly log: readonly string[]; readonly receipts: readonly string[] };
  /** Integrates the waiting entries and has a checkpoint over them signed. */
  anchor(): Promise<void>;
}

/** Use cases on a log with signed checkpoints. It sets the process's portal variables, so a test file opens one only. */
export type LogBench = UseCaseBench & SignedLog;

/** Opens the bench; call `close` when the test is over. `floorDays` are the signer's, for tests that prune. */
export async function createLogBench(options: { readonly floorDays?: number } = {}): Promise<LogBench> {
  return withSigner(await createUseCaseBench(), options);
}

/** Adds a signer of its log to a bench, whose `close` ends the signer too. */
export async function withSigner<B extends UseCaseBench>(
  bench: B,
  options: { readonly floorDays?: number } = {},
): Promise<B & SignedLog> {
  await prepareLog(bench.sequencerPool, bench.place);
  const { log } = bench.place;
  const { dir: signerKeyDir, keystore } = await createTestKeyFolder("signer", log);
  const signer = loadSigningKey(keystore, "log");
  const dir = await mkdtemp(path.join(tmpdir(), "sealport-log-"));
  const file = await openEntryFile(dir, log);
  const signerUrl = `unix:${dir}/s.sock`;
  const logger = createLogger("test", "silent");
  const from = { pool: bench.signerPool, file, log, signer, clock: systemClock, ...options };
  const server = await serveHttp(signerUrl, signerHandler(from, logger));
  const place = { ...bench.place, pool: bench.sequencerPool, signerUrl, logVkey: signer.vkey, logger };
  const { name, publicKey } = bench.cx.audit.receiptSigner;
  const policy = { log: [signer.vkey], receipts: [vkey(name, publicKey)] };
  // Every context of the bench shares this one object.
  Object.assign(bench.cx.instance, { dataDir: dir, pinned: pinnedKeys(log, signer.publicKey) });
  return {
    ...bench,
    dataDir: dir,
    signerKeyDir,
    policy,
    anchor: async () => {
      while ((await integrateBatch(bench.sequencerPool, bench.place)).added > 0);
      await publishCheckpoint(place);
    },
    close: async () => {
      await server.close();
      await file.close();
      await bench.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
