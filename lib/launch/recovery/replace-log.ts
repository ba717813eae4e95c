import "server-only";
import type { Pool } from "pg";
import { checkOldCheckpoint, findFollower, startNewLog } from "@/lib/audit/recovery/start-new-log";
import { StartError } from "@/lib/db/embedded/start-error";
import { lockDataFolder } from "@/lib/launch/lock";
import type { CustodianPlace } from "@/lib/launch/recovery/custodian-at-hand";
import { readOldCheckpoint } from "@/lib/launch/recovery/old-checkpoint";
import { renewInstance } from "@/lib/launch/recovery/renew-instance";

export interface LogToReplace extends CustodianPlace {
  readonly owner: Pool;
  readonly place: { readonly log: string; readonly tenantId: string };
}

interface ReplaceLogOptions {
  /** Name of the log that follows. */
  readonly origin: string;
  /** File of the old log's newest checkpoint. */
  readonly checkpoint?: string;
  /** Given to start the new log; without it the command only shows what it would do. */
  readonly confirm?: number;
}

export const GRANTS_AGAIN =
  "The custodian refuses grants of the old log: officers file new requests for their cases. The worker registers sealed groups with the custodian.";

const say = (line: string): void => void process.stdout.write(`${line}\n`);

interface OpenLog {
  readonly owner: Pool;
  readonly place: { readonly log: string; readonly tenantId: string };
  /** Verifier key of the log. */
  readonly vkey: string;
}

/**
 * Closes the log in the database for ever and starts the one that follows it, unless an interrupted call did so.
 * Returns the number of entries under the newest checkpoint of the closed log. Without `confirm` it returns undefined
 * and only checks the checkpoint's file. Throws StartError and RecoveryRefused.
 */
export async function closeLog(
  { owner, place, vkey }: OpenLog,
  options: ReplaceLogOptions,
): Promise<number | undefined> {
  const { origin } = options;
  if (origin === place.log) throw new StartError(`The log of this instance is ${origin}. Name another one.`);
  if (options.confirm === undefined) {
    // Report a wrong file now, before a person confirms.
    if (options.checkpoint !== undefined) {
      const checkpoint = await readOldCheckpoint(options.checkpoint, place.log);
      await checkOldCheckpoint(owner, place, { checkpoint, oldVkey: vkey });
    }
    say(`The log ${place.log} would be closed for ever. To continue, repeat the call with --confirm 0.`);
    return undefined;
  }
  const follower = await findFollower(owner, place);
  if (follower.origin === origin) {
    say(`The log ${place.log} is closed already; ${origin} follows it.`);
    return follower.anchored;
  }
  if (options.checkpoint === undefined)
    throw new StartError("Name the old log's newest checkpoint: --checkpoint FILE.");
  const checkpoint = await readOldCheckpoint(options.checkpoint, place.log);
  const started = await startNewLog(owner, place, { origin, checkpoint, oldVkey: vkey });
  const { from, to } = started.lost;
  const lost = from === to ? "nothing" : `entries ${from} to ${to - 1}`;
  say(`The log ${place.log} is closed. Lost for ever: ${lost}.`);
  say(`${origin} begins with entry ${started.entryId}.`);
  return started.anchored;
}

/**
 * The signer's store is lost too: closes the old log for ever, starts the one that follows it, and switches the
 * instance to it: keys, signer's store, custodian's journal and roster. No process of the instance may run. Called
 * again after a crash it does the remaining steps.
 */
export async function replaceLog(replaced: LogToReplace, options: ReplaceLogOptions): Promise<void> {
  const { folders, owner, place, instance } = replaced;
  const { origin } = options;
  const unlock = replaced.isLocked ? undefined : await lockDataFolder(folders.file("supervisor.lock"));
  try {
    const size = await closeLog({ owner, place, vkey: instance.vkeys["signer.log"] ?? "" }, options);
    if (size === undefined) return;
    await renewInstance(replaced, { origin, closedSize: size });
    say(
      `Keys, the signer's store and the custodian's roster were made again for ${origin}; continue with npm start.`,
    );
    say(GRANTS_AGAIN);
  } finally {
    await unlock?.();
  }
}
