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

/** Returns the path of the demonstration authority's key file, next to demo.json. */
export const AUTHORITY_FILE = "demo-authority.json";

/** The demonstration authority with the private key (RFC 8037) that its orders are signed with. */
export interface DemoAuthority {
  readonly issuer: string;
  readonly jurisdiction: string;
  readonly kid: string;
  readonly jwk: {
    readonly kty: "OKP";
    readonly crv: "Ed25519";
    readonly x: string;
    readonly d: string;
  };
}

/** Writes keys and passwords that cannot be shown again, readable by the owner only, and waits for the disk. */
export async function writeDemoFile(
  path: string,
  content: { readonly base_url: string; readonly accounts: readonly DemoAccount[] } | DemoAuthority,
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
