import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseCheckpointText } from "@/lib/audit/entry/checkpoint";
import { nodeReader } from "@/lib/audit/entry/tiles";
import { recordEvent } from "@/lib/audit/record/record-event";
import { publishCheckpoint } from "@/lib/audit/sequencer/checkpointer";
import { integrateBatch, prepareLog } from "@/lib/audit/sequencer/sequencer";
import { type EntryFile, openEntryFile } from "@/lib/audit/signer/entry-file";
import { signerHandler } from "@/lib/audit/signer/serve-signer";
import { systemClock } from "@/lib/clock";
import type { Context } from "@/lib/context/context";
import type { Principal } from "@/lib/context/principal";
import { leafHash, nodeHash, rootFrom, treeRoot } from "@/lib/crypto/log/merkle";
import { openNote, vkey } from "@/lib/crypto/log/signed-note";
import { uuidv7 } from "@/lib/crypto/uuid";
import { createEscrowClient } from "@/lib/escrow/client/client";
import { type ServiceServer, serveHttp } from "@/lib/ipc/server";
import { loadSigningKey, type SigningKey } from "@/lib/keystore/signing-key";
import { createLogger } from "@/lib/telemetry/logger";
import { type AuditBench, createAuditBench, createTestKeystore } from "@/lib/testing/benches/audit-bench";
import { fixedPolicies } from "@/lib/testing/benches/bench-policies";
import { getCheckpoint } from "./get-audit-keys";
import { getEntryBundle, getTile } from "./get-tile";

const logger = createLogger("test", "silent");
let bench: AuditBench;
let key: SigningKey;
let file: EntryFile;
let server: ServiceServer;
let cx: Context;
let size: number;

async function grow(count: number): Promise<void> {
  const event = { class: "log", outcome: "done", action: "audit.read", subjects: [] } as const;
  await Promise.all(Array.from({ length: count }, () => recordEvent(bench.cx, event)));
  await integrateBatch(bench.sequencerPool, bench.place);
}

beforeAll(async () => {
  bench = await createAuditBench();
  const { log } = bench.place;
  await prepareLog(bench.sequencerPool, bench.place);
  key = loadSigningKey(await createTestKeystore("signer", log), "log");
  const dir = await mkdtemp(path.join(tmpdir(), "sealport-tiles-"));
  file = await openEntryFile(path.join(dir, "log"), log);
  const signerUrl = `unix:${dir}/signer.sock`;
  server = await serveHttp(
    signerUrl,
    signerHandler({ pool: bench.signerPool, file, log, signer: key, clock: systemClock }, logger),
  );
  await grow(600);
  const published = await publishCheckpoint({
    ...bench.place,
    pool: bench.sequencerPool,
    signerUrl,
    logVkey: key.vkey,
    logger,
  });
  size = published ?? 0;
  // Integrated, but not covered by a checkpoint yet.
  await grow(10);
  const principal: Principal = {
    userId: uuidv7(Date.now()),
    handle: "monitor",
    name: "Monitor",
    pseudonym: "u_monitor",
    tenantId: bench.place.tenantId,
    organisationId: uuidv7(Date.now()),
    role: "coordinator",
    duties: ["approve"],
    scopes: ["read"],
    proof: { kind: "api-key", keyId: uuidv7(Date.now()), prefix: "spk", signed: false },
  };
  const escrow = createEscrowClient({
    url: "unix:/nowhere.sock",
    vkey: vkey(`${log}/custodian`, key.publicKey),
    log,
    clock: systemClock,
  });
  cx = {
    ...bench.cx,
    principal,
    client: {},
    keystore: bench.keystore,
    escrow,
    logger,
    policies: fixedPolicies(),
  };
});
afterAll(async () => {
  await server.close(0);
  await file.close();
  await bench.close();
});

const missing = (promise: Promise<unknown>) =>
  expect(promise).rejects.toMatchObject({ code: "audit.not-found" });

describe("tiles of the log", () => {
  it("a reader with tiles only can compute the signed root and check entries against the leaves", async () => {
    const { text } = openNote(await getCheckpoint(cx), [key.vkey]);
    const checkpoint = parseCheckpointText(text);
    expect(checkpoint.size).toBe(600);
    const leaves: Uint8Array[] = [];
    for (const [index, width] of [
      [0, 256],
      [1, 256],
      [2, 88],
    ] as const) {
      const hashes = await getTile(cx, 0, { index, width });
      const bundle = await getEntryBundle(cx, { index, width });
      let at = 0;
      for (let seq = 0; seq < width; seq += 1) {
        const length = ((bundle[at] ?? 0) << 8) | (bundle[at + 1] ?? 0);
        const leaf = leafHash(bundle.subarray(at + 2, at + 2 + length));
        expect(Buffer.from(leaf).equals(hashes.subarray(seq * 32, seq * 32 + 32))).toBe(true);
        leaves.push(leaf);
        at += 2 + length;
      }
      expect(at).toBe(bundle.length);
    }
    expect(treeRoot(leaves)).toEqual(checkpoint.root);
    const above = await getTile(cx, 1, { index: 0, width: 2 });
    const node = nodeHash(above.subarray(0, 32), above.subarray(32, 64));
    expect(node).toEqual(treeRoot(leaves.slice(0, 512)));
    const tiles = nodeReader(({ level, index }) =>
      getTile(cx, level, { index, width: level === 0 ? (index === 2 ? 88 : 256) : 2 }),
    );
    expect(await rootFrom(tiles, size)).toEqual(checkpoint.root);
  });

  it("partial tiles exist in every width up to the checkpoint's, each the beginning of the next, and none beyond", async () => {
    const whole = await getTile(cx, 0, { index: 2, width: 88 });
    for (const width of [1, 2, 87]) {
      expect(await getTile(cx, 0, { index: 2, width })).toEqual(whole.subarray(0, width * 32));
      expect((await getTile(cx, 0, { index: 0, width })).length).toBe(width * 32);
    }
    await missing(getTile(cx, 0, { index: 2, width: 89 }));
    await missing(getTile(cx, 0, { index: 2, width: 256 }));
    await missing(getTile(cx, 0, { index: 3, width: 1 }));
    await missing(getTile(cx, 1, { index: 0, width: 3 }));
    await missing(getTile(cx, 2, { index: 0, width: 1 }));
    await missing(getTile(cx, 63, { index: 0, width: 1 }));
    await missing(getEntryBundle(cx, { index: 2, width: 89 }));
    await missing(getEntryBundle(cx, { index: 999_999_999_999_999, width: 1 }));
  });
});
