import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { recordEvent } from "@/lib/audit/record/record-event";
import { integrateBatch, prepareLog } from "@/lib/audit/sequencer/sequencer";
import { openEntryFile } from "@/lib/audit/signer/entry-file";
import { signerHandler } from "@/lib/audit/signer/serve-signer";
import { systemClock } from "@/lib/clock";
import { fromHex } from "@/lib/crypto/bytes";
import { vkey } from "@/lib/crypto/log/signed-note";
import { ed25519PublicKey, ed25519Sign } from "@/lib/crypto/primitives";
import { serveHttp } from "@/lib/ipc/server";
import { createLogger } from "@/lib/telemetry/logger";
import { createAuditBench } from "@/lib/testing/benches/audit-bench";
import { startTestServer } from "@/lib/testing/servers/test-server";

const EVENT = { class: "log", outcome: "done", action: "audit.read", subjects: [] } as const;

/** Starts a log with our own code: embedded PostgreSQL, appender, sequencer and checkpoint signer, under a given origin. */
export async function startInteropLog(origin: string, seedHex: string) {
  const seed = fromHex(seedHex);
  const publicKey = ed25519PublicKey(seed);
  const logVkey = vkey(origin, publicKey);
  const logger = createLogger("interop", "error");
  const { server, stop } = await startTestServer();
  const bench = await createAuditBench({ server, origin });
  await prepareLog(bench.sequencerPool, bench.place);
  const dir = await mkdtemp(path.join(tmpdir(), "sealport-interop-"));
  const file = await openEntryFile(path.join(dir, "log"), origin);
  const signerUrl = `unix:${dir}/signer.sock`;
  const signer = { name: origin, publicKey, sign: async (bytes: Uint8Array) => ed25519Sign(seed, bytes) };
  const from = { pool: bench.signerPool, file, log: origin, signer, clock: systemClock };
  const served = await serveHttp(signerUrl, signerHandler(from, logger));
  return {
    seed,
    checkpointer: { ...bench.place, pool: bench.sequencerPool, signerUrl, logVkey, logger },
    /** Appends entries and integrates them. */
    grow: async (count: number): Promise<void> => {
      await Promise.all(Array.from({ length: count }, () => recordEvent(bench.cx, EVENT)));
      await integrateBatch(bench.sequencerPool, bench.place);
    },
    close: async (): Promise<void> => {
      await served.close(0);
      await file.close();
      await bench.close();
      await stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Prints `what` with the seen value. Throws if `isTrue` is false. */
export function expectThat(what: string, isTrue: boolean, seen: unknown): void {
  process.stdout.write(`${isTrue ? "ok  " : "FAIL"} ${what}: ${String(seen)}\n`);
  if (!isTrue) throw new Error(`not as expected: ${what}`);
}

/** Returns the value of a variable that the script sets. */
export function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") throw new Error(`${name} is not set`);
  return value;
}
