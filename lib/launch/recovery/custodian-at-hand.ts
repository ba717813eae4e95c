import "server-only";
import path from "node:path";
import { systemClock } from "@/lib/clock";
import { type Custodian, startCustodian } from "@/lib/custodian/custodian";
import { StartError } from "@/lib/db/embedded/start-error";
import type { LaunchEnv } from "@/lib/env";
import { readCustody } from "@/lib/env/custody";
import { createEscrowClient } from "@/lib/escrow/client/client";
import { PATHS } from "@/lib/escrow/protocol/messages";
import type { EscrowClient } from "@/lib/escrow/protocol/port";
import { callService, ServiceUnavailable } from "@/lib/ipc/client";
import { serveHttp } from "@/lib/ipc/server";
import { openKeystore } from "@/lib/keystore/open-keystore";
import { keyVariables, portalOrigin, rosterFileOf } from "@/lib/launch/environments";
import type { InstanceFolders } from "@/lib/launch/folders";
import { type InstanceFile, unlockOriginOf } from "@/lib/launch/instance-file";
import { lockDataFolder } from "@/lib/launch/lock";

const LOOK_MS = 5_000;

/** The instance whose custodian is asked. */
export interface CustodianPlace {
  readonly env: LaunchEnv;
  readonly folders: InstanceFolders;
  readonly instance: InstanceFile;
  /** Whether the caller holds the data folder's lock, so that no other process of the instance runs. */
  readonly isLocked: boolean;
}

async function isServing(url: string): Promise<boolean> {
  try {
    await callService(url, { method: "GET", path: PATHS.identity, timeoutMs: LOOK_MS });
    return true;
  } catch (error) {
    if (error instanceof ServiceUnavailable) return false;
    throw error;
  }
}

async function startHere({ env, folders, instance }: CustodianPlace): Promise<Custodian> {
  const { KEY_DIR = "", ...unlock } = keyVariables(env, folders, "custodian", unlockOriginOf(instance));
  return startCustodian({
    log: instance.origin,
    keystore: await openKeystore({ dir: KEY_DIR, custody: readCustody(unlock) }),
    dir: path.join(folders.privateDir("custodian"), "custodian"),
    rosterFile: rosterFileOf(env, folders),
    clock: systemClock,
    isEvaluation: true,
    origins: [portalOrigin(env)],
  });
}

/**
 * Lends the instance's custodian: the running one, or else one on its folder for as long as `use` takes. Two never
 * write one journal: it is started only under the data folder's lock. Throws StartError where it can be neither.
 */
export async function withCustodian<T>(
  place: CustodianPlace,
  use: (custodian: EscrowClient) => Promise<T>,
): Promise<T> {
  const { folders, instance } = place;
  const url = `unix:${path.join(folders.runDir, "custodian.sock")}`;
  const vkey = instance.vkeys["custodian.identity"];
  if (vkey === undefined) throw new StartError("instance.json names no public key custodian.identity.");
  const client = createEscrowClient({ url, vkey, log: instance.origin, clock: systemClock });
  if (await isServing(url)) return use(client);
  const unlock = place.isLocked ? undefined : await lockDataFolder(folders.file("supervisor.lock"));
  try {
    const custodian = await startHere(place);
    const server = await serveHttp(url, custodian.handler);
    try {
      return await use(client);
    } finally {
      await server.close();
      await custodian.close();
    }
  } finally {
    await unlock?.();
  }
}
