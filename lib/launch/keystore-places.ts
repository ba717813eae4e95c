import "server-only";
import { existsSync } from "node:fs";
import { StartError } from "@/lib/db/embedded/start-error";
import { custodyCommandEnv, launchEnv } from "@/lib/env";
import { type CustodySettings, custodySettings, parseCustody, readCustody } from "@/lib/env/custody";
import { BackupError } from "@/lib/keystore/backup/backup-error";
import { createFileAtomic } from "@/lib/keystore/files/atomic-file";
import { newKeyFileText } from "@/lib/keystore/files/keystore-file";
import { KeystoreError } from "@/lib/keystore/keystore-types";
import { keyVariables } from "@/lib/launch/environments";
import { explainFailure } from "@/lib/launch/failure";
import { KEY_HOLDERS, prepareFolders } from "@/lib/launch/folders";
import { readInstance, unlockOriginOf } from "@/lib/launch/instance-file";

/** A keystore that a command is about, and how its custody is reached. */
export interface KeystorePlace {
  readonly name: string;
  readonly dir: string;
  readonly settings: CustodySettings;
}

/** The keystores meant: that of KEY_DIR, or those of the instance in DATA_DIR, or one of these. */
export async function keystorePlaces(of: string | undefined): Promise<KeystorePlace[]> {
  const own = custodyCommandEnv();
  if (own.KEY_DIR !== undefined)
    return [{ name: own.KEY_DIR, dir: own.KEY_DIR, settings: custodySettings(own) }];
  const env = launchEnv();
  const folders = await prepareFolders(env.DATA_DIR);
  const instance = await readInstance(folders.file("instance.json"));
  if (instance === undefined) throw new StartError("No instance in DATA_DIR, and KEY_DIR is not set.");
  const holders = KEY_HOLDERS.filter((holder) => of === undefined || holder === of);
  if (holders.length === 0) throw new StartError(`--of is one of ${KEY_HOLDERS.join(", ")}.`);
  return holders.map((holder) => {
    const { KEY_DIR: dir = "", ...variables } = keyVariables(env, folders, holder, unlockOriginOf(instance));
    return { name: holder, dir, settings: readCustody(variables) };
  });
}

/** The custody that `--to` names, with the same variables; a key file that it needs is made. */
export function settingsThere({ settings }: KeystorePlace, to: string): CustodySettings {
  const choice = parseCustody(to);
  if (choice === undefined)
    throw new StartError("--to is local, aws-kms:KEY, pkcs11:URI, pkcs11-resident:URI or transit:MOUNT/KEY.");
  const { unlock } = settings;
  if (choice.kind === "local" && unlock !== undefined && "keyFile" in unlock && !existsSync(unlock.keyFile))
    createFileAtomic(unlock.keyFile, newKeyFileText());
  return { ...settings, choice };
}

/** The setting as it is typed into a shell: a PKCS#11 URI has characters that end a command there. */
export function settingText(custody: string): string {
  const isPlain = /^[A-Za-z0-9_.:/@%+-]+$/.test(custody);
  return `SEALPORT_CUSTODY=${isPlain ? custody : `'${custody.replaceAll("'", "'\\''")}'`}`;
}

/** One line for the operator, or undefined when the failure is a fault in our program. */
export function explainKeysFailure(error: unknown): string | undefined {
  if (error instanceof BackupError) return `${error.message} (${error.code})`;
  if (error instanceof KeystoreError || error instanceof TypeError) return error.message;
  return explainFailure(error);
}
