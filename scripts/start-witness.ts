import path from "node:path";
import { openHeadFile } from "@/lib/audit/witness/head-file";
import { witnessHandler } from "@/lib/audit/witness/serve-witness";
import { systemClock } from "@/lib/clock";
import { openLocalKeystore } from "@/lib/custody/local-keystore";
import { loadSigningKey } from "@/lib/custody/signing-key";
import { unlockOf, witnessEnv } from "@/lib/env";
import { serveHttp } from "@/lib/ipc/server";
import { endWithSupervisor, reportReady } from "@/lib/launch/child";
import { createLogger } from "@/lib/telemetry/logger";

// The witness: keeps the last head it cosigned and cosigns only what extends it (C2SP tlog-witness).
const env = witnessEnv();
const logger = createLogger("witness", env.LOG_LEVEL);
try {
  const keystore = await openLocalKeystore({ dir: env.KEY_DIR, unlock: unlockOf(env) });
  const head = await openHeadFile(path.join(env.DATA_DIR, "witness"), env.LOG_ORIGIN);
  const witness = {
    log: env.LOG_ORIGIN,
    logVkey: env.LOG_VKEY,
    head,
    signer: loadSigningKey(keystore, "cosigner"),
    clock: systemClock,
  };
  const server = await serveHttp(env.WITNESS_URL, witnessHandler(witness), {
    maxBodyBytes: 1 << 20,
    onError: (err) => logger.error({ err }, "a call failed"),
  });
  endWithSupervisor(() => server.close());
  logger.info({ size: head.head?.size ?? 0 }, "the witness serves");
  reportReady();
} catch (err) {
  logger.fatal({ err, reason: err instanceof Error ? err.message : "unknown" }, "the witness cannot start");
  process.exit(1);
}
