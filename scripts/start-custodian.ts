import path from "node:path";
import { systemClock } from "@/lib/clock";
import { startCustodian } from "@/lib/custodian/custodian";
import { callersOfCustodian } from "@/lib/custodian/handler";
import { refusalLog } from "@/lib/custodian/refused";
import { custodianEnv } from "@/lib/env";
import { custodySettings } from "@/lib/env/custody";
import { requireOwnKey } from "@/lib/env/instance-file";
import { withAlarms } from "@/lib/ipc/part-alarms";
import { withProof } from "@/lib/ipc/peer-proof";
import { serveHttp } from "@/lib/ipc/server";
import { createKeys } from "@/lib/keystore/files/create-keys";
import { watchKeystore } from "@/lib/keystore/key-metrics";
import { createKeystore } from "@/lib/keystore/open-keystore";
import { loadSigningKey } from "@/lib/keystore/signing-key";
import { BackupCommand } from "@/lib/launch/backup/backup-command";
import { beginPart, endWithSupervisor, reportReady } from "@/lib/launch/child";

// The escrow custodian: the one process that can open escrow entries, with its own keys, roster and journal.
const MAX_BODY_BYTES = 64 * 1024 * 1024;

const { env, logger } = await beginPart("custodian", custodianEnv);
const custody = custodySettings(env);
const keystore = await createKeystore({
  dir: env.KEY_DIR,
  custody,
  onFailure: (err) =>
    logger.error({ alarm: "keystore.renewal", err }, "the root key was not renewed or not promoted"),
});
watchKeystore(keystore);
requireOwnKey("custodian", createKeys(keystore, "custodian", env.LOG_ORIGIN).vkeys.identity ?? "");
const dir = path.join(env.DATA_DIR, "custodian");
const rosterFile = env.CUSTODIAN_ROSTER_FILE ?? path.join(env.DATA_DIR, "roster.json");
const custodian = await startCustodian({
  log: env.LOG_ORIGIN,
  keystore,
  dir,
  rosterFile,
  clock: systemClock,
  isEvaluation: env.CUSTODIAN_EVALUATION,
  rotationDays: env.ESCROW_ROTATION_DAYS,
  origins: env.CUSTODIAN_ORIGINS,
  onRefusal: refusalLog(logger),
  onRosterProblem: (problem) =>
    logger.error({ alarm: "roster.refused", problem }, "changed roster refused, the previous one stays"),
  onIndexProblem: (err) =>
    logger.error(
      { alarm: "custodian.index", err },
      "registrations wait in memory, their index is not written",
    ),
});
const stop = new AbortController();
const backup =
  env.BACKUP_COMMAND === undefined
    ? undefined
    : new BackupCommand(
        env.BACKUP_COMMAND,
        { rosterFile, dir, keyDir: env.KEY_DIR, kekFile: env.KEK_FILE },
        stop.signal,
      );
void backup?.keepRunning(logger);
const reported = backup?.reportIn(custodian.handler) ?? custodian.handler;
const handler = withAlarms(withProof(reported, loadSigningKey(keystore, "identity"), custody.choice.kind));
const server = await serveHttp(env.CUSTODIAN_URL, handler, {
  maxBodyBytes: MAX_BODY_BYTES,
  callersOf: callersOfCustodian,
  socketGroup: env.SOCKET_GROUP,
  host: env.SERVE_HOST,
  onError: (err) => logger.error({ err }, "an act failed"),
});
endWithSupervisor(logger, async () => {
  stop.abort();
  await server.close();
  await custodian.close();
});
reportReady(logger, { evaluation: env.CUSTODIAN_EVALUATION });
