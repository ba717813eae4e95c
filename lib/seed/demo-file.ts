import "server-only";
import { open } from "node:fs/promises";

/** One account of demo.json (api.md "Demonstration data"). */
export interface DemoAccount {
  readonly name: string;
  readonly email: string;
  readonly password: string;
  readonly totp_secret: string;
  readonly role: string;
  readonly duties: readonly string[];
  readonly participant_id: string;
  readonly api_key: string;
}

const OWNER_ONLY = 0o600;

/** Writes keys and passwords that cannot be shown again, readable by the owner only, and waits for the disk. */
export async function writeDemoFile(
  path: string,
  content: { readonly base_url: string; readonly accounts: readonly DemoAccount[] },
): Promise<void> {
  const file = await open(path, "w", OWNER_ONLY);
  try {
    await file.chmod(OWNER_ONLY);
    await file.writeFile(`${JSON.stringify(content, undefined, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}
