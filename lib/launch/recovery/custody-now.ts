import "server-only";
import type { Root } from "@/lib/keystore/files/keystore-file";
import { describeRoots, dropOldRoot, dropStagedRoot, stageRoot } from "@/lib/keystore/files/move-root";
import { holderOf } from "@/lib/keystore/open-keystore";
import { rootText } from "@/lib/keystore/roots/open-roots";
import {
  explainKeysFailure,
  type KeystorePlace,
  keystorePlaces,
  settingsThere,
  settingText,
} from "@/lib/launch/keystore-places";

const ACTS = ["show", "move", "finish", "cancel"] as const;
export type CustodyAct = (typeof ACTS)[number];

export function isCustodyAct(text: string): text is CustodyAct {
  return ACTS.some((act) => act === text);
}

export interface CustodyOptions {
  /** New custody, in the form of SEALPORT_CUSTODY. */
  readonly to?: string | undefined;
  /** One key holder instead of all. */
  readonly of?: string | undefined;
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function moveOne(place: KeystorePlace, to: string): Promise<void> {
  const from = await holderOf(place.settings);
  const root = await stageRoot(place.dir, from, await holderOf(settingsThere(place, to)));
  say(
    `${place.name}: root ${root.n} is wrapped by ${rootText(root)} and waits until a process starts with it`,
  );
}

const droppedLine = (name: string, root: Root | undefined): string =>
  root === undefined ? `${name}: nothing to drop` : `${name}: root ${root.n} of ${rootText(root)} is dropped`;

async function actOn(act: CustodyAct, place: KeystorePlace, to: string): Promise<void> {
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

/**
 * `npm run keys -- custody …`: shows and moves where root keys are stored (docs/custody). It may be interrupted and run
 * again: each keystore changes in one step, and keystores that were not reached stay unchanged. Returns the exit code.
 */
export async function custodyNow(act: CustodyAct, { to = "", of }: CustodyOptions): Promise<number> {
  try {
    for (const place of await keystorePlaces(of)) await actOn(act, place, to);
    if (act === "move") {
      say(`Now restart each process with ${settingText(to)}; running processes continue unchanged.`);
      say("When all have restarted: npm run keys -- custody finish");
    }
    return 0;
  } catch (error) {
    const line = explainKeysFailure(error);
    if (line === undefined) throw error;
    process.stderr.write(`${line}\n`);
    return 1;
  }
}
