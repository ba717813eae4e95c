import "server-only";
import { existsSync } from "node:fs";
import { createFileAtomic } from "@/lib/custody/atomic-file";
import { KeystoreError } from "@/lib/custody/keystore";
import { newKeyFileText, type Root } from "@/lib/custody/keystore-file";
import { describeRoots, dropOldRoot, dropStagedRoot, stageRoot } from "@/lib/custody/move-root";
import { holderOf } from "@/lib/custody/open-keystore";
import { rootText } from "@/lib/custody/open-roots";
import { StartError } from "@/lib/db/embedded/start-error";
import { custodyCommandEnv, launchEnv } from "@/lib/env";
import { type CustodySettings, custodySettings, parseCustody, readCustody } from "@/lib/env/custody";
import { keyVariables } from "@/lib/launch/environments";
import { explainFailure } from "@/lib/launch/failure";
import { KEY_HOLDERS, prepareFolders } from "@/lib/launch/folders";
import { readInstance, unlockOriginOf } from "@/lib/launch/instance-file";

const ACTS = ["show", "move", "finish", "cancel"] as const;
export type CustodyAct = (typeof ACTS)[number];

export function isCustodyAct(text: string): text is CustodyAct {
  return ACTS.some((act) => act === text);
}

export interface CustodyOptions {
  /** Where to move to, as SEALPORT_CUSTODY names it. */
  readonly to?: string | undefined;
  /** One key holder instead of all. */
  readonly of?: string | undefined;
}

interface Place {
  readonly name: string;
  readonly dir: string;
  readonly settings: CustodySettings;
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** The keystores meant: that of KEY_DIR, or those of the instance in DATA_DIR. */
async function placesOf(of: string | undefined): Promise<Place[]> {
  const own = custodyCommandEnv();
  if (own.KEY_DIR !== undefined)
    return [{ name: own.KEY_DIR, dir: own.KEY_DIR, settings: custodySettings(own) }];
  const env = launchEnv();
  const folders = await prepareFolders(env.DATA_DIR);
  const instance = await readInstance(folders.file("instance.json"));
  if (instance === undefined)
    throw new StartError("There is no instance in DATA_DIR, and KEY_DIR is not set.");
  const holders = KEY_HOLDERS.filter((holder) => of === undefined || holder === of);
  if (holders.length === 0) throw new StartError(`--of is one of ${KEY_HOLDERS.join(", ")}.`);
  return holders.map((holder) => {
    const { KEY_DIR: dir = "", ...variables } = keyVariables(env, folders, holder, unlockOriginOf(instance));
    return { name: holder, dir, settings: readCustody(variables) };
  });
}

function settingsThere({ settings }: Place, to: string): CustodySettings {
  const choice = parseCustody(to);
  if (choice === undefined)
    throw new StartError("--to is local, aws-kms:KEY, pkcs11:URI or transit:MOUNT/KEY.");
  const { unlock } = settings;
  if (choice.kind === "local" && unlock !== undefined && "keyFile" in unlock && !existsSync(unlock.keyFile))
    createFileAtomic(unlock.keyFile, newKeyFileText());
  return { ...settings, choice };
}

async function moveOne(place: Place, to: string): Promise<void> {
  const from = await holderOf(place.settings);
  const root = await stageRoot(place.dir, from, await holderOf(settingsThere(place, to)));
  say(
    `${place.name}: root ${root.n} is wrapped by ${rootText(root)} and waits for a process to start with it`,
  );
}

const droppedLine = (name: string, root: Root | undefined): string =>
  root === undefined ? `${name}: nothing to drop` : `${name}: root ${root.n} of ${rootText(root)} is dropped`;

async function actOn(act: CustodyAct, place: Place, to: string): Promise<void> {
  const { name, dir, settings } = place;
  switch (act) {
    case "show":
      for (const line of describeRoots(dir)) say(`${name}: ${line}`);
      return;
    case "move":
      return moveOne(place, to);
    case "finish":
      say(droppedLine(name, await dropOldRoot(dir, await holderOf(settings))));
      return;
    case "cancel":
      say(droppedLine(name, dropStagedRoot(dir)));
  }
}

function explain(error: unknown): string | undefined {
  if (error instanceof KeystoreError || error instanceof TypeError) return error.message;
  return explainFailure(error);
}

/**
 * `npm run keys -- custody …`: shows and moves where root keys lie (docs/custody). It may be broken off and run again:
 * each keystore is changed in one step, and what was not reached stays as it was. Answers the exit code.
 */
export async function custodyNow(act: CustodyAct, { to = "", of }: CustodyOptions): Promise<number> {
  try {
    for (const place of await placesOf(of)) await actOn(act, place, to);
    if (act === "move") {
      say(`Now start each process anew with SEALPORT_CUSTODY=${to}; those that run go on as they are.`);
      say("When all run so: npm run keys -- custody finish");
    }
    return 0;
  } catch (error) {
    const line = explain(error);
    if (line === undefined) throw error;
    process.stderr.write(`${line}\n`);
    return 1;
  }
}
