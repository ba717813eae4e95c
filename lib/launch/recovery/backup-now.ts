import "server-only";
import { systemClock } from "@/lib/clock";
import { StartError } from "@/lib/db/embedded/start-error";
import { makeBackup } from "@/lib/keystore/backup/ceremony";
import { readBackupState, readBackups } from "@/lib/keystore/backup/record";
import { type ShareLabel, zeroShares } from "@/lib/keystore/backup/share";
import { drillBackup, restoreRoot } from "@/lib/keystore/backup/use-backup";
import { readRoots } from "@/lib/keystore/files/keystore-file";
import { holderOf } from "@/lib/keystore/open-keystore";
import { rootText } from "@/lib/keystore/roots/open-roots";
import {
  explainKeysFailure,
  type KeystorePlace,
  keystorePlaces,
  settingsThere,
  settingText,
} from "@/lib/launch/keystore-places";
import { readShareFiles, shareFolder, writeShare } from "@/lib/launch/share-files";
import { type Terminal, terminalOf } from "@/lib/launch/terminal";

/** The operator's arguments. */
export type BackupOrder = { readonly of?: string | undefined } & (
  | { readonly act: "show" }
  | {
      readonly act: "ceremony";
      readonly threshold: number;
      readonly shares: number;
      /** Folder of the share files; without it the shares are shown on the terminal. */
      readonly out?: string | undefined;
    }
  | { readonly act: "drill"; readonly files: readonly string[] }
  | { readonly act: "restore"; readonly files: readonly string[]; readonly to: string }
);
type Order<Act> = Extract<BackupOrder, { readonly act: Act }>;

/** Each process has its own root key, and so its own shares. */
async function onePlace(of: string | undefined): Promise<KeystorePlace> {
  const [place, ...others] = await keystorePlaces(of);
  if (place !== undefined && others.length === 0) return place;
  throw new StartError("Each process has its own root key: choose one with --of.");
}

function show({ name, dir }: KeystorePlace, terminal: Terminal): void {
  const { root, isOfCurrentRoot } = readBackupState(dir);
  const backups = readBackups(dir);
  if (!isOfCurrentRoot)
    terminal.say(
      `${name}: root key ${root} has no backup${backups.length > 0 ? ", only older ones have" : ""}`,
    );
  for (const { id, threshold, shares, root: of, made_at, drills } of backups) {
    const drill = drills.at(-1);
    const last =
      drill === undefined ? "no drill yet" : `last drill ${drill.at} (shares ${drill.shares.join(", ")})`;
    terminal.say(
      `${name}: backup ${id} of root key ${of}: ${threshold} of ${shares}, made ${made_at}, ${last}`,
    );
  }
}

/** A screen for each person: the next share is shown when this one is gone from it. */
async function showShare(
  terminal: Terminal,
  text: Uint8Array,
  { number, shares }: ShareLabel,
): Promise<void> {
  terminal.clear();
  await terminal.pause(
    `Share ${number} of ${shares}: only its holder may see the screen now. Enter shows it.`,
  );
  terminal.clear();
  await terminal.show(text);
  await terminal.pause("\nWhen it is written down, Enter clears it off the screen.");
  terminal.clear();
}

function deliveryOf({ dir }: KeystorePlace, { out }: Order<"ceremony">, terminal: Terminal) {
  if (out === undefined) {
    if (!terminal.isPerson)
      throw new StartError(
        "Shares are shown on a terminal only, never in a pipe or file: name a folder with --out.",
      );
    return (text: Uint8Array, label: ShareLabel) => showShare(terminal, text, label);
  }
  const folder = shareFolder(out, dir);
  return async (text: Uint8Array, label: ShareLabel): Promise<void> => {
    const file = writeShare(folder, text, label);
    terminal.say(`share ${label.number} of ${label.shares}: ${file}`);
    if (terminal.isPerson && label.number < label.shares)
      await terminal.pause("Hand it over, or change the medium; Enter writes the next.");
  };
}

async function hold(place: KeystorePlace, order: Order<"ceremony">, terminal: Terminal): Promise<void> {
  const { dir, name, settings } = place;
  const { threshold, shares } = order;
  readRoots(dir);
  const deliver = deliveryOf(place, order, terminal);
  const holder = await holderOf(settings);
  const nowMs = systemClock.nowMs();
  const backup = await makeBackup({ dir, holder, threshold, shares, nowMs, deliver });
  terminal.say(
    `${name}: backup ${backup.id} of root key ${backup.root}: any ${threshold} of ${shares} shares restore it`,
  );
  if (order.out !== undefined)
    terminal.say("Give each person one file, and leave no two in one place: together they are the key.");
  const named = order.of === undefined ? "" : ` --of ${order.of}`;
  terminal.say(`Run a drill now: npm run keys -- backup drill${named} FILE… (${threshold} of them)`);
}

async function drill(
  { dir, name }: KeystorePlace,
  { files }: Order<"drill">,
  terminal: Terminal,
): Promise<void> {
  const shares = await readShareFiles(files, terminal);
  try {
    const { backup, keks } = await drillBackup(dir, shares, systemClock.nowMs());
    terminal.say(`${name}: ${shares.length} shares of backup ${backup.id} give root key ${backup.root}`);
    terminal.say(
      `${name}: the keys in keystore.json open with it: ${keks.join(", ")}. Only the record of this drill was kept.`,
    );
  } finally {
    zeroShares(shares);
  }
}

async function restore(
  place: KeystorePlace,
  { files, to }: Order<"restore">,
  terminal: Terminal,
): Promise<void> {
  const { dir, name } = place;
  const shares = await readShareFiles(files, terminal);
  try {
    const there = async () => holderOf(settingsThere(place, to));
    const { staged, from, wasCurrent } = await restoreRoot(dir, shares, there);
    if (!wasCurrent)
      terminal.say(`${name}: the shares are of ${from}, not of the root in use; it has the same keys`);
    terminal.say(
      `${name}: the keys of ${from} are under root ${staged.n} now, wrapped by ${rootText(staged)}`,
    );
    terminal.say(`Now start the process with ${settingText(to)}, then: npm run keys -- custody finish`);
    terminal.say("These shares do not restore the new root: make a new backup.");
  } finally {
    zeroShares(shares);
  }
}

async function act(order: BackupOrder, terminal: Terminal): Promise<void> {
  switch (order.act) {
    case "show":
      for (const place of await keystorePlaces(order.of)) show(place, terminal);
      return;
    case "ceremony":
      return hold(await onePlace(order.of), order, terminal);
    case "drill":
      return drill(await onePlace(order.of), order, terminal);
    case "restore":
      return restore(await onePlace(order.of), order, terminal);
  }
}

/** `npm run keys -- backup …` (docs/custody/backup.md). Answers the exit code. */
export async function backupNow(
  order: BackupOrder,
  terminal: Terminal = terminalOf(process.stdin, process.stdout),
): Promise<number> {
  try {
    await act(order, terminal);
    return 0;
  } catch (error) {
    const line = explainKeysFailure(error);
    if (line === undefined) throw error;
    process.stderr.write(`${line}\n`);
    return 1;
  }
}
