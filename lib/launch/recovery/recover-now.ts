import "server-only";
import path from "node:path";
import { openSignedCopy } from "@/lib/audit/signer/signed-copy";
import { Refused } from "@/lib/custodian/refused";
import { urlFor } from "@/lib/db/bootstrap-roles";
import { requireDatabase } from "@/lib/db/check-database";
import { StartError } from "@/lib/db/embedded/start-error";
import { openOwnerPool } from "@/lib/db/migrate";
import { type LaunchEnv, launchEnv } from "@/lib/env";
import { readCustody } from "@/lib/env/custody";
import { DomainError } from "@/lib/errors";
import { openKeystore } from "@/lib/keystore/open-keystore";
import { startOwnServer } from "@/lib/launch/databases";
import { keyVariables, portalOrigin } from "@/lib/launch/environments";
import { explainFailure } from "@/lib/launch/failure";
import { prepareFolders, removeRunDir } from "@/lib/launch/folders";
import { readInstance, unlockOriginOf } from "@/lib/launch/instance-file";
import { lockDataFolder } from "@/lib/launch/lock";
import { isPartAlone } from "@/lib/launch/operator/beside-instance";
import { withCustodian } from "@/lib/launch/recovery/custodian-at-hand";
import { recoverApart } from "@/lib/launch/recovery/recover-apart";
import { type RecoverOptions, type Recovery, recoverDatabase } from "@/lib/launch/recovery/recover-database";
import { type LogToReplace, replaceLog } from "@/lib/launch/recovery/replace-log";

/** Recovers the instance in DATA_DIR. With the embedded database it must be stopped; with an operator's own it may run. */
async function recoverHere(options: RecoverOptions): Promise<void> {
  if (options.copy !== undefined)
    throw new StartError("--copy is for parts apart: the signer's store is in DATA_DIR here.");
  const env = launchEnv();
  const folders = await prepareFolders(env.DATA_DIR);
  const instance = await readInstance(folders.file("instance.json"));
  if (instance === undefined)
    throw new StartError(
      "No instance in DATA_DIR. With parts apart give this command a portal's variables (docs/runbooks/recovery.md).",
    );
  const given = env.DATABASE_OWNER_URL ?? adminUrlOf(env, env.DATABASE_ADMIN_URL);
  if (given === undefined && env.DATABASE_URL !== undefined)
    throw new StartError("Set DATABASE_ADMIN_URL or DATABASE_OWNER_URL.");
  const name = env.DATABASE_OWNER_URL === undefined ? "DATABASE_ADMIN_URL" : "DATABASE_OWNER_URL";
  if (given !== undefined) await requireDatabase(name, given);
  const unlock = given === undefined ? await lockDataFolder(folders.file("supervisor.lock")) : undefined;
  const embedded = given === undefined ? await startOwnServer(env, folders) : undefined;
  const ownerUrl = given ?? adminUrlOf(env, embedded?.adminUrl) ?? "";
  const owner = openOwnerPool(ownerUrl, instance.tenant_id);
  try {
    const log = { owner, place: { log: instance.origin, tenantId: instance.tenant_id } };
    await runHere({ env, folders, instance, isLocked: unlock !== undefined, ...log }, options);
  } finally {
    await owner.end();
    await embedded?.stop();
    await removeRunDir(folders);
    await unlock?.();
  }
}

async function runHere(here: LogToReplace, options: RecoverOptions): Promise<void> {
  const { env, folders, instance, owner, place } = here;
  if (options.newOrigin !== undefined) return replaceLog(here, { ...options, origin: options.newOrigin });
  const copy = await openSignedCopy(path.join(folders.privateDir("signer"), "log"), place.log);
  if (copy === undefined)
    throw new StartError("The signer's store is empty. If it is lost: --new-origin NAME --checkpoint FILE.");
  const logVkey = instance.vkeys["signer.log"];
  if (logVkey === undefined) throw new StartError("instance.json names no public key signer.log.");
  const recovery: Recovery = {
    ...{ owner, place: { ...place, logVkey } },
    // An instance of `npm start` is an evaluation, so the entry records the recovery as one.
    ...{ isEvaluation: true, origins: [portalOrigin(env)] },
    openKeystore: () => {
      const { KEY_DIR = "", ...unlock } = keyVariables(env, folders, "portal", unlockOriginOf(instance));
      return openKeystore({ dir: KEY_DIR, custody: readCustody(unlock) });
    },
    withCustodian: (use) => withCustodian(here, use),
  };
  await recoverDatabase(recovery, copy, options);
}

function adminUrlOf(env: LaunchEnv, adminUrl: string | undefined): string | undefined {
  return adminUrl === undefined ? undefined : urlFor(adminUrl, undefined, env.DATABASE_NAME);
}

const NO_ROSTER = "The custodian has no roster yet.";
const REMEDY =
  " Restore its roster.json, or start the instance and make the first roster: npm run op -- roster begin (docs/guides/deploying.md).";

function explain(error: unknown): string | undefined {
  if (error instanceof DomainError && error.code === "custodian.refused")
    return `The custodian refuses the statements: ${error.detail}${error.detail === NO_ROSTER ? REMEDY : ""}`;
  return error instanceof Refused ? error.message : explainFailure(error);
}

/**
 * `npm run recover`: continues the log after a restore (docs/runbooks/recovery.md), of the instance in DATA_DIR or, with a
 * portal's variables, of parts apart.
 */
export async function recoverNow(options: RecoverOptions): Promise<void> {
  try {
    await (isPartAlone() ? recoverApart(options) : recoverHere(options));
  } catch (error) {
    process.stderr.write(`${explain(error) ?? (error instanceof Error ? error.stack : String(error))}\n`);
    process.exit(1);
  }
}
