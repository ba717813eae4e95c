// The room launch: starts and ends a whole instance on one machine. This file is `npm start`; environments.ts gives
// each process its variables, databases.ts and key-creation.ts prepare database and keys, shutdown.ts ends all.
// backup-now.ts, custody-now.ts and recover-now.ts are the operator's commands. A process gets only its own keys and
// database login. A failure is one line that names the next step.

import "server-only";
import { lstat } from "node:fs/promises";
import { StartError } from "@/lib/db/embedded/start-error";
import { type LaunchEnv, launchEnv } from "@/lib/env";
import { variablesOf } from "@/lib/env/read-environment";
import { keepBackups, requireBackupSettings } from "@/lib/launch/backup/keep-backups";
import { DatabaseKeeper } from "@/lib/launch/database-keeper";
import { openDatabases, startOwnServer } from "@/lib/launch/databases";
import { describeDemonstration, publishDemoFile, runSeed } from "@/lib/launch/demonstration";
import {
  baseEnvironment,
  baseUrlOf,
  type ProcessEnvironments,
  processEnvironments,
} from "@/lib/launch/environments";
import { explainFailure } from "@/lib/launch/failure";
import { type InstanceFolders, prepareFolders } from "@/lib/launch/folders";
import {
  type InstanceFile,
  newInstance,
  readInstance,
  unlockOriginOf,
  writeInstance,
} from "@/lib/launch/instance-file";
import { createAllKeys } from "@/lib/launch/key-creation";
import { lockDataFolder } from "@/lib/launch/lock";
import { checkNames } from "@/lib/launch/operator/check-names";
import { findingLine } from "@/lib/launch/operator/finding";
import { requireFreePort } from "@/lib/launch/port";
import { keepPortalEnvironment } from "@/lib/launch/portal-environment";
import { PROGRAM_ROOT, plainArguments, scriptArguments } from "@/lib/launch/program";
import { consoleProgress, type Progress } from "@/lib/launch/progress";
import { discardUnfinishedInstance } from "@/lib/launch/recovery/reset";
import { runStep, tellingLine } from "@/lib/launch/run-step";
import { writeRunning } from "@/lib/launch/running-file";
import { makeServices, type Services, startInnerServices } from "@/lib/launch/services";
import { Shutdown } from "@/lib/launch/shutdown";
import { waitUntilReady } from "@/lib/launch/wait-until-ready";

interface Launch {
  readonly env: LaunchEnv;
  readonly progress: Progress;
  readonly shutdown: Shutdown;
  readonly folders: InstanceFolders;
}

async function runPlain(launch: Launch, script: string, failure: string): Promise<void> {
  const result = await runStep({
    args: plainArguments(script),
    cwd: PROGRAM_ROOT,
    env: baseEnvironment(launch.env),
    signal: launch.shutdown.signal,
  });
  launch.shutdown.signal.throwIfAborted();
  if (result.code === 0) return;
  const tail = `${result.stdout}${result.stderr}`.trimEnd().split("\n").slice(-25).join("\n");
  throw new StartError(`${failure}: ${tellingLine(result)}\n\n${tail}`);
}

const ORPHANED =
  "instance.json is missing while the database holds data. Restore the data folder from a backup.";

async function refuseOrphanedCluster(folders: InstanceFolders): Promise<void> {
  const hasCluster = await lstat(folders.file("postgres")).then(
    () => true,
    () => false,
  );
  if (hasCluster) throw new StartError(ORPHANED);
}

/** Prepares database, keys and identity, which every other process needs. */
async function prepare(
  launch: Launch,
): Promise<{ instance: InstanceFile; environments: ProcessEnvironments }> {
  const { env, folders, progress, shutdown } = launch;
  await discardUnfinishedInstance(env, folders, progress);
  const file = folders.file("instance.json");
  const known = await readInstance(file);
  const before = known ?? { ...newInstance(env.LOG_ORIGIN), seed: env.SEED === "none" ? "none" : "pending" };
  const isEmbedded = env.DATABASE_URL === undefined && env.DATABASE_ADMIN_URL === undefined;
  if (known === undefined && isEmbedded) {
    await refuseOrphanedCluster(folders);
    // Before the database exists: a start that is cut off from here on is recognised by it.
    writeInstance(file, before);
  }
  const databases = await progress.step("Database with roles and migrations", () =>
    openDatabases(env, folders),
  );
  if (databases.embedded !== undefined) {
    shutdown.database = new DatabaseKeeper(
      () => startOwnServer(env, folders),
      databases.embedded,
      progress.say,
    );
  }
  shutdown.signal.throwIfAborted();
  if (known === undefined && !isEmbedded && databases.isUsed) throw new StartError(ORPHANED);
  const vkeys = await progress.step("Keys of the instance", () =>
    createAllKeys(env, folders, before.origin, unlockOriginOf(before)),
  );
  const instance: InstanceFile = { ...before, vkeys };
  for (const [name, pinned] of Object.entries(before.vkeys)) {
    if (vkeys[name] !== pinned) {
      throw new StartError(
        `The key ${name} is not the one this instance was made with. Restore DATA_DIR/keys from a backup.`,
      );
    }
  }
  writeInstance(file, instance);
  const environments = processEnvironments({ env, folders, instance, urls: databases.urls });
  keepPortalEnvironment(folders, environments.portal);
  return { instance, environments };
}

async function seedWhenNew(
  launch: Launch,
  instance: InstanceFile,
  environments: ProcessEnvironments,
): Promise<void> {
  if (instance.seed !== "pending") return;
  await launch.progress.step("Demonstration data", () => runSeed(environments.seed, launch.shutdown.signal));
  writeInstance(launch.folders.file("instance.json"), { ...instance, seed: "done" });
}

async function start(launch: Launch): Promise<void> {
  const { progress, shutdown, folders, env } = launch;
  await progress.step("Database client and programs", () =>
    runPlain(launch, "generate-client.mjs", "The database client"),
  );
  // In parallel with the other steps, whose lines come between its first and its last.
  const built = progress.step("Build of the portal, which takes minutes the first time", () =>
    runPlain(launch, "build.mjs", "The build failed"),
  );
  built.catch(() => undefined);
  const { instance, environments } = await prepare(launch);
  const publishPids = (): void => {
    writeRunning(folders, baseUrlOf(env), services, shutdown.database);
  };
  const services = makeServices(environments, folders, (event) => {
    if (event.kind === "died") {
      progress.say(`The ${event.name} stopped unexpectedly; restarting in ${event.retryInMs} ms.`);
    }
    publishPids();
  });
  if (shutdown.database !== undefined) shutdown.database.onRestart = publishPids;
  shutdown.services = services;
  const portal = async (): Promise<void> => {
    await built;
    shutdown.signal.throwIfAborted();
    await progress.step("Portal", async () => {
      await services.portal.start();
      await waitUntilReady(baseUrlOf(env), folders.privateDir("logs"), shutdown.signal);
    });
  };
  const inner = progress.step("Signer, witness, custodian and worker", () => startInnerServices(services));
  if (instance.seed === "pending") {
    await inner;
    await seedWhenNew(launch, instance, environments);
  }
  // The portal serves only after the demonstration data is complete; a later start need not wait.
  await Promise.all([inner, portal()]);
  await announce(launch, instance, services, environments.portal);
  keepBackups({ env, folders, signal: shutdown.signal, say: progress.say });
}

/** The lines of an instance without people: the link of its set-up, or where the set-up continues. */
async function describeSetup(
  { env, shutdown }: Launch,
  portal: Readonly<Record<string, string>>,
): Promise<string[]> {
  const args = scriptArguments("op.ts", "setup", "link");
  const printed = await runStep({ args, cwd: PROGRAM_ROOT, env: portal, signal: shutdown.signal });
  if (printed.code === 0) return printed.stdout.trimEnd().split("\n");
  return [tellingLine(printed).replace(/^Error: /, ""), `  ${baseUrlOf(env)}/setup`];
}

async function announce(
  launch: Launch,
  instance: InstanceFile,
  services: Services,
  portal: Readonly<Record<string, string>>,
): Promise<void> {
  const { progress, folders, env, shutdown } = launch;
  const baseUrl = baseUrlOf(env);
  const demo = instance.seed === "none" ? undefined : await publishDemoFile(folders, baseUrl);
  writeRunning(folders, baseUrl, services, shutdown.database, true);
  progress.say("");
  progress.say(`Sealport runs at ${baseUrl}`);
  progress.say(
    "EVALUATION: all parts run as one user on one machine and their keys are in the data folder, so",
  );
  progress.say("they are not separated. Do not put real data here.");
  progress.say("");
  if (demo !== undefined) {
    for (const line of describeDemonstration(demo, baseUrl, folders.file("demo.json"))) progress.say(line);
  } else if (instance.seed === "none") {
    progress.say("This instance has no demonstration people, and none can be added to it.");
    for (const line of await describeSetup(launch, portal)) progress.say(line);
  } else {
    progress.say(
      "demo.json is missing: its keys and passwords are stored as hashes only and cannot be shown again.",
    );
    progress.say("For new ones start with an empty DATA_DIR.");
  }
  progress.say("");
  progress.say("Ctrl-C stops everything.");
}

/** `npm start`: starts everything, keeps it running, and ends it in order. */
export async function supervise(): Promise<void> {
  const progress = consoleProgress(Date.now());
  const shutdown = new Shutdown(progress);
  shutdown.listen();
  try {
    const env = launchEnv();
    for (const { what, fault } of checkNames(variablesOf([])))
      progress.say(findingLine({ what, ...(fault === undefined ? {} : { warning: fault }) }));
    if (env.npm_lifecycle_event !== undefined) shutdown.followParent();
    requireBackupSettings(env);
    await requireFreePort(env.HOST, env.PORT);
    const folders = await prepareFolders(env.DATA_DIR);
    shutdown.folders = folders;
    shutdown.unlock = await lockDataFolder(folders.file("supervisor.lock"));
    await start({ env, progress, shutdown, folders });
  } catch (error) {
    if (shutdown.signal.aborted) return;
    const line = explainFailure(error);
    process.stderr.write(`\nSealport cannot start. ${line ?? "This is a fault of the program:"}\n`);
    if (line === undefined) process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    await shutdown.run(1);
  }
}
