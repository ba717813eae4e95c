import "server-only";
import { readFileSync } from "node:fs";
import { z } from "zod";
import { uuidv7 } from "@/lib/crypto/uuid";
import { InstanceDescription, readInstanceFile } from "@/lib/env/instance-file";
import { OperatorError } from "@/lib/errors";
import { writeFileAtomic } from "@/lib/keystore/files/atomic-file";

/** What `create-keys` prints on each key holder's machine: public keys only. */
const CreatedKeys = z.object({ vkeys: z.record(z.string(), z.string()) });
/** The part that owns each of these keys. */
const OWNERS = { log: "signer", receipt: "portal", identity: "custodian", cosigner: "witness" } as const;

function checked(value: unknown): InstanceDescription {
  const parsed = InstanceDescription.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new OperatorError(
    `these values are not usable: ${issue?.path.join(".") ?? ""} (${issue?.message ?? ""})`,
  );
}

const textOf = (instance: InstanceDescription): string => `${JSON.stringify(instance, undefined, 2)}\n`;

/** Reads `part=value` of each. */
function byPart(given: readonly string[]): Record<string, string> {
  const pairs = given.map((one) => [one.slice(0, one.indexOf("=")), one.slice(one.indexOf("=") + 1)]);
  return Object.fromEntries(pairs);
}

/**
 * Returns the text of a new instance file, with a tenant id of its own. `addresses` are `part=url`, `runBy` are
 * `part=name`. Throws OperatorError for a value that no part could use.
 */
export function newInstanceText(input: {
  readonly origin: string;
  readonly portal: string;
  readonly addresses: readonly string[];
  readonly runBy?: readonly string[];
}): string {
  const { origin, portal, addresses, runBy = [] } = input;
  const bare = { format: "sealport/instance/1", tenant: uuidv7(Date.now()), origin, portal, keys: {} };
  const said = runBy.length === 0 ? {} : { run_by: byPart(runBy) };
  return textOf(checked({ ...bare, addresses: byPart(addresses), ...said }));
}

/**
 * Adds public keys to an instance file from what `create-keys` printed. A key that is there already stays: a different one
 * throws OperatorError, because every part would have to change together.
 */
export function addKeys(file: string, printed: readonly string[]): void {
  const { instance } = readInstanceFile(file);
  const keys: Record<string, string | undefined> = { ...instance.keys };
  for (const name of printed) {
    for (const [key, vkey] of Object.entries(readPrinted(name))) {
      const owner = Object.entries(OWNERS).find(([own]) => own === key)?.[1];
      if (owner === undefined) continue;
      if (keys[owner] !== undefined && keys[owner] !== vkey)
        throw new OperatorError(
          `${file} has another key of the ${owner} already. To replace it, remove "${owner}" from its "keys" first, and give every part the new file`,
        );
      keys[owner] = vkey;
    }
  }
  const text = textOf(checked({ ...instance, keys }));
  try {
    writeFileAtomic(file, text, true);
  } catch {
    throw new OperatorError(`${file} cannot be written: its folder must be one that you may write to`);
  }
}

function readPrinted(file: string): Readonly<Record<string, string>> {
  try {
    return CreatedKeys.parse(JSON.parse(readFileSync(file, "utf8"))).vkeys;
  } catch {
    throw new OperatorError(`${file} is not what create-keys prints`);
  }
}
