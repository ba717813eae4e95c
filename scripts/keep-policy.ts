import {
  closeSync,
  fchmodSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";

/** Thrown if a policy file was not changed. The message is the reason. */
export class NotWritten extends Error {}

/**
 * Replaces the text of a policy file, completely or not at all (fsync, rename), if the file still has the text `read`.
 * It writes a draft next to the file. A second run at the same time finds the draft and is refused, so that no run
 * undoes another. Throws NotWritten with the reason.
 */
export function replacePolicy(file: string, read: string, text: string): void {
  const target = realpathSync(file);
  const draft = `${target}.keep`;
  const handle = openDraft(draft);
  try {
    fchmodSync(handle, statSync(target).mode & 0o777);
    if (readFileSync(target, "utf8") !== read)
      throw new NotWritten(`${file} was changed while the bundle was verified; run it again`);
    writeFileSync(handle, text);
    fsyncSync(handle);
    renameSync(draft, target);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error instanceof NotWritten ? error : new NotWritten(`${file} cannot be written`);
  } finally {
    closeSync(handle);
  }
  syncFolder(path.dirname(target));
}

function openDraft(draft: string): number {
  try {
    return openSync(draft, "wx", 0o600);
  } catch (error) {
    const exists = error instanceof Error && Reflect.get(error, "code") === "EEXIST";
    throw new NotWritten(
      exists
        ? `${draft} exists: another run is keeping a checkpoint, or a run was interrupted. Remove it if none runs`
        : `${draft} cannot be written`,
    );
  }
}

/** Writes the folder to the disk, so that the new name survives a crash. */
function syncFolder(folder: string): void {
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
