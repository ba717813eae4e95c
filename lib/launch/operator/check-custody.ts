import "server-only";
import { accessSync, constants, existsSync, statSync } from "node:fs";
import path from "node:path";
import { environments } from "@/lib/env";
import { parseCustody } from "@/lib/env/custody";
import type { Part } from "@/lib/ipc/part-identity";
import { readRoots } from "@/lib/keystore/files/keystore-file";
import { type Finding, finding, type Given } from "@/lib/launch/operator/finding";

/** Refuses a file that others may write, and unless `isReadable` also one that they may read. */
export function refuseOpenMode(file: string, isReadable: boolean): void {
  if (!existsSync(file)) throw new Error("does not exist, or this user cannot enter its folder");
  const { mode } = statSync(file);
  if ((mode & (isReadable ? 0o022 : 0o077)) !== 0)
    throw new Error(`${path.basename(file)} can be used by others: mode ${(mode & 0o777).toString(8)}`);
}

/** Whether a key file opens a root of this keystore; while keys are moved, it does next to the token or service. */
function hasFileRoot(folder: string | undefined): boolean {
  try {
    return folder !== undefined && readRoots(folder).roots.some((root) => "kdf" in root);
  } catch {
    // KEY_DIR has its own line.
    return true;
  }
}

const NO_KEY = "is missing: set KEK_FILE or KEK_PASSPHRASE, or SEALPORT_CUSTODY for a token or a key service";

/** What opens a part's keys: a key file, a passphrase, a token or a key service. */
export function checkCustody(part: Part, given: Given): Promise<Finding | undefined>[] {
  if (!("KEY_DIR" in environments[part].shape)) return [];
  const { KEK_FILE: file, KEK_PASSPHRASE, SEALPORT_CUSTODY: text = "local", KEY_DIR } = given;
  const choice = parseCustody(text);
  if (choice === undefined) return [];
  const found: Promise<Finding | undefined>[] = [];
  const isUnused = choice.kind !== "local" && !hasFileRoot(KEY_DIR);
  if (choice.kind !== "local") found.push(finding(`SEALPORT_CUSTODY ${text}`, () => undefined));
  if (choice.kind === "local" && file === undefined && KEK_PASSPHRASE === undefined)
    found.push(Promise.resolve({ what: "KEK_FILE", fault: NO_KEY }));
  if (file !== undefined && isUnused)
    found.push(
      Promise.resolve({ what: `KEK_FILE ${file}`, warning: `opens nothing: the keys are held by ${text}` }),
    );
  else if (file !== undefined)
    found.push(
      finding(`KEK_FILE ${file}`, () => {
        refuseOpenMode(file, false);
        accessSync(file, constants.R_OK);
      }),
    );
  return found;
}
