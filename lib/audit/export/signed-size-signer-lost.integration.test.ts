import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openEntryFile } from "@/lib/audit/signer/entry-file";
import { signerHandler } from "@/lib/audit/signer/serve-signer";
import { systemClock } from "@/lib/clock";
import { serveHttp } from "@/lib/ipc/server";
import { openLocalKeystore } from "@/lib/keystore/files/local-keystore";
import { loadSigningKey } from "@/lib/keystore/signing-key";
import { createLogger } from "@/lib/telemetry/logger";
import { TEST_PASSPHRASE } from "@/lib/testing/benches/audit-bench";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";
import { recordEvent } from "../record/record-event";

let bench: OwnedLog;
beforeAll(async () => {
  bench = await createOwnedLog();
});
afterAll(() => bench.close());

it("a bundle is made with an alarm if the signer lost its store and mark and no longer vouches for it", async () => {
  const lines: string[] = [];
  const cx = {
    ...bench.auditor,
    logger: createLogger("test", "info", { write: (line) => void lines.push(line) }),
  };
  const alarms = async (): Promise<unknown[]> => {
    lines.length = 0;
    await bench.exported({ format: "bundle" }, cx);
    return lines.flatMap((line) => JSON.parse(line).alarm ?? []);
  };
  const keystore = await openLocalKeystore({
    dir: bench.signerKeyDir,
    unlock: { passphrase: TEST_PASSPHRASE },
  });
  const { log } = bench.place;
  const file = await openEntryFile(path.join(bench.dataDir, "other"), log);
  const signer = {
    pool: bench.signerPool,
    file,
    log,
    signer: loadSigningKey(keystore, "log"),
    clock: systemClock,
  };
  const url = `unix:${path.join(bench.dataDir, "o.sock")}`;
  const server = await serveHttp(url, signerHandler(signer, createLogger("test", "silent")));
  Object.assign(bench.cx.instance, { signerUrl: url });
  try {
    // A new log has no signed tree, so no store was lost.
    expect(await alarms()).toEqual([]);
    await recordEvent(bench.auditor, { class: "log", outcome: "done", action: "audit.keys", subjects: [] });
    await bench.anchor();
    expect(await alarms()).toEqual(["export.signer"]);
  } finally {
    await server.close();
    await file.close();
  }
}, 60_000);
