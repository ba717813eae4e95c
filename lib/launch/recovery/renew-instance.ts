import "server-only";
import { existsSync } from "node:fs";
import { readFile, rename } from "node:fs/promises";
import path from "node:path";
import { MARK_FILE } from "@/lib/audit/signer/signed-mark";
import { toBase64url } from "@/lib/crypto/bytes";
import { parseVkey } from "@/lib/crypto/log/signed-note";
import { StartError } from "@/lib/db/embedded/start-error";
import type { LaunchEnv } from "@/lib/env";
import { Roster } from "@/lib/escrow/protocol/roster";
import { writeFileAtomic } from "@/lib/keystore/files/atomic-file";
import { rosterFileOf } from "@/lib/launch/environments";
import type { InstanceFolders } from "@/lib/launch/folders";
import { type InstanceFile, unlockOriginOf, writeInstance } from "@/lib/launch/instance-file";
import { createAllKeys } from "@/lib/launch/key-creation";

interface Place {
  readonly env: LaunchEnv;
  readonly folders: InstanceFolders;
  readonly instance: InstanceFile;
}

/** Keys that belong to one log, with the part that has them. All other keys stay unchanged. */
const KEYS_OF_LOG = [
  ["portal", "receipt"],
  ["portal", "evaluation"],
  ["signer", "log"],
  ["custodian", "identity"],
  ["witness", "cosigner"],
] as const;

async function readRoster(file: string): Promise<Roster | undefined> {
  if (!existsSync(file)) return undefined;
  try {
    return Roster.parse(JSON.parse(await readFile(file, "utf8")));
  } catch {
    throw new StartError(`The custodian's roster ${file} is not a roster. Restore it from a backup.`);
  }
}

/** Moves a file or folder of the closed log to another name, once; it deletes no file. */
async function putAside(file: string, suffix: string): Promise<void> {
  if (existsSync(file) && !existsSync(`${file}${suffix}`)) await rename(file, `${file}${suffix}`);
}

/**
 * Writes the same people for the new log: version 1, since no statement of the old log is valid for it. People with
 * their own key keep it; where the portal signs for a person it does so with its new key.
 */
function successorOf(old: Roster, origin: string, evaluationVkey: string | undefined): Roster {
  const { previous: _previous, statements: _statements, evaluation_key, ...rest } = old;
  const key = evaluationVkey === undefined ? undefined : toBase64url(parseVkey(evaluationVkey).publicKey);
  return {
    ...rest,
    log: origin,
    version: 1,
    ...(evaluation_key === undefined || key === undefined ? {} : { evaluation_key: key }),
  };
}

/**
 * Switches the instance to the log that follows a closed one. The keys of the log, the signer's store, the custodian's
 * journal and roster of the old log get names that mark them as old, and new ones are made. Last, instance.json names
 * the new origin, with `closedSize` entries under the closed log's newest checkpoint. Run again after a crash it
 * continues; it moves each file once. The caller holds the data folder's lock.
 */
export async function renewInstance(
  { env, folders, instance }: Place,
  { origin, closedSize }: { readonly origin: string; readonly closedSize: number },
): Promise<InstanceFile> {
  const closed = instance.closed ?? [];
  const suffix = `.closed-${closed.length + 1}`;
  const rosterFile = rosterFileOf(env, folders);
  const aside = existsSync(`${rosterFile}${suffix}`) ? `${rosterFile}${suffix}` : rosterFile;
  const roster = await readRoster(aside);
  for (const [holder, name] of KEYS_OF_LOG)
    await putAside(path.join(folders.keyDir(holder), `${name}.key.json`), suffix);
  await putAside(path.join(folders.keyDir("signer"), MARK_FILE), suffix);
  await putAside(path.join(folders.privateDir("signer"), "log"), suffix);
  await putAside(path.join(folders.privateDir("custodian"), "custodian"), suffix);
  await putAside(rosterFile, suffix);
  const vkeys = await createAllKeys(env, folders, origin, unlockOriginOf(instance));
  if (roster !== undefined) {
    const next = successorOf(roster, origin, vkeys["portal.evaluation"]);
    writeFileAtomic(rosterFile, `${JSON.stringify(next, undefined, 1)}\n`);
  }
  const renewed: InstanceFile = {
    ...instance,
    origin,
    unlock_origin: unlockOriginOf(instance),
    vkeys,
    closed: [...closed, { origin: instance.origin, vkeys: instance.vkeys, size: closedSize }],
  };
  writeInstance(folders.file("instance.json"), renewed);
  return renewed;
}
