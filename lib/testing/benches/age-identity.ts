import { spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { generateX25519Identity, identityToRecipient } from "age-encryption";

/** An identity of age in a file, and its public key. */
export interface TestIdentity {
  readonly file: string;
  readonly recipient: string;
}

/** Writes a new identity as age-keygen does. */
export async function makeIdentity(dir: string, name: string): Promise<TestIdentity> {
  const identity = await generateX25519Identity();
  const recipient = await identityToRecipient(identity);
  const file = path.join(dir, name);
  await writeFile(file, `# public key: ${recipient}\n${identity}\n`, { mode: 0o600 });
  return { file, recipient };
}

/** Whether Debian's `age` is installed, which opens what we write. */
export const hasAge = (): boolean => spawnSync("age", ["--version"]).status === 0;
