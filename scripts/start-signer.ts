import path from "node:path";
import { openEntryFile } from "@/lib/audit/signer/entry-file";
import { askOnce, callersOfSigner, signerHandler } from "@/lib/audit/signer/serve-signer";
import { bringUpMark, openSignedMark } from "@/lib/audit/signer/signed-mark";
import { systemClock } from "@/lib/clock";
import { requireLogin } from "@/lib/db/check-database";
import { openPool } from "@/lib/db/pool";
import { signerEnv } from "@/lib/env";
import { custodySettings } from "@/lib/env/custody";
import { requireOwnKey } from "@/lib/env/instance-file";
import { OperatorError } from "@/lib/errors";
import { withAlarms } from "@/lib/ipc/part-alarms";
import { withProof } from "@/lib/ipc/peer-proof";
import { serveHttp } from "@/lib/ipc/server";
import { watchKeystore } from "@/lib/keystore/key-metrics";
import { openKeystore } from "@/lib/keystore/open-keystore";
import { loadSigningKey } from "@/lib/keystore/signing-key";
import { beginPart, endWithSupervisor, reportReady } from "@/lib/launch/child";

// The checkpoint signer: one per log, with its own key and its own copy of the log's bytes.
const { env, logger } = await beginPart("signer", signerEnv);
const custody = custodySettings(env);
const keystore = await openKeystore({
  dir: env.KEY_DIR,
  custody,
  onFailure: (err) =>
    logger.error({ alarm: "keystore.renewal", err }, "the root key was not renewed or not promoted"),
});
watchKeystore(keystore);
const signer = loadSigningKey(keystore, "log");
if (signer.name !== env.LOG_ORIGIN)
  throw new OperatorError(
    `LOG_ORIGIN is ${env.LOG_ORIGIN}, and the key in KEY_DIR was made for ${signer.name}`,
  );
requireOwnKey("signer", signer.vkey);
await requireLogin("SIGNER_DATABASE_URL", env.SIGNER_DATABASE_URL, {
  clock: systemClock,
  own: env,
});
const file = await openEntryFile(path.join(env.DATA_DIR, "log"), env.LOG_ORIGIN);
const pool = openPool({
  url: env.SIGNER_DATABASE_URL,
  tenantId: env.TENANT_ID,
  applicationName: "sealport-signer",
  maxConnections: 2,
  onIdleError: (code) => logger.warn({ code }, "an idle database connection was lost"),
});
const floorDays = env.RETENTION_FLOOR_DAYS;
const mark = await openSignedMark(env.KEY_DIR, env.LOG_ORIGIN);
await bringUpMark(mark, file);
const from = { pool, file, log: env.LOG_ORIGIN, signer, clock: systemClock, floorDays, mark };
const serve = withAlarms(withProof(signerHandler(from, logger), signer, custody.choice.kind));
// Report a lost store at once, not when the log grows next.
if (file.state.size === 0) await askOnce(serve);
const server = await serveHttp(env.SIGNER_URL, serve, {
  callersOf: callersOfSigner,
  socketGroup: env.SOCKET_GROUP,
  host: env.SERVE_HOST,
  onError: (err) => logger.error({ err }, "a call failed"),
});
endWithSupervisor(logger, async () => {
  await server.close();
  await pool.end();
  await file.close();
});
reportReady(logger, { size: file.state.size });
