import path from "node:path";
import { z } from "zod";
import { usage } from "./exit";
import type { Host } from "./host";
import { makePrivateFolder, readPrivateFile, writePrivateFile } from "./private-file";

export const ProfileName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);
const API_KEY = /^sp_([0-9A-Za-z]{10})_[0-9A-Za-z]{49}$/;
const Seed = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

const Profile = z.strictObject({
  url: z.url(),
  api_key: z.string().regex(API_KEY).optional(),
  /** Ed25519, RFC 9421: the API key's prefix and the seed. */
  signing: z.strictObject({ key_id: z.string().min(1).max(255), private_key: Seed }).optional(),
});
export type Profile = z.infer<typeof Profile>;

const Config = z.strictObject({
  version: z.literal(1),
  current: ProfileName.optional(),
  profiles: z.record(ProfileName, Profile),
});
export type Config = z.infer<typeof Config>;

const MAX_CONFIG = 1 << 20;

export const configFile = (host: Host): string => path.join(host.configFolder, "config.json");

/**
 * Returns the prefix that names a key where it must not be shown; undefined for a text that is not a key of Sealport.
 */
export function prefixOfKey(key: string): string | undefined {
  return API_KEY.exec(key)?.[1];
}

/** The kept profiles. Throws CliError (usage) where others may read the file, or it is not in its form. */
export function readConfig(host: Host): Config {
  const file = configFile(host);
  const text = readPrivateFile(file, MAX_CONFIG);
  if (text === undefined) return { version: 1, profiles: {} };
  try {
    return Config.parse(JSON.parse(text));
  } catch {
    // The file may hold a key: do not print any of it.
    throw usage(
      `${file} has an invalid format`,
      "Move it away and make the profiles again with `sealport profile add`.",
    );
  }
}

export function writeConfig(host: Host, config: Config): void {
  makePrivateFolder(host.configFolder);
  writePrivateFile(configFile(host), `${JSON.stringify(Config.parse(config), undefined, 2)}\n`);
}

/**
 * Returns a portal's address, which may not have parts that would be lost or would reveal a secret. Throws CliError
 * (usage).
 */
export function portalUrl(text: string): string {
  if (!URL.canParse(text)) throw usage("the portal's address must look like https://sealport.example");
  const url = new URL(text);
  if (!/^https?:$/.test(url.protocol)) throw usage("the portal's address must begin with https://");
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "")
    throw usage("the portal's address must not have a user, query or fragment");
  return url.href.replace(/\/+$/, "");
}

/** Whether calls to this address leave this machine unencrypted. */
export function isInTheClear(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === "http:" && !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}
