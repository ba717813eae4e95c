import { readFileSync } from "node:fs";
import type { Given, Target } from "./command";
import { type Config, isInTheClear, type Profile, portalUrl, prefixOfKey, readConfig } from "./config";
import { usage } from "./exit";
import { type Host, variable } from "./host";

export interface Settings {
  readonly host: Host;
  readonly given: Pick<Given, "text">;
}

/** Returns the named profile, or the current one; undefined without one. Throws CliError for an unknown name. */
export function chosenProfile(settings: Settings, config: Config): [string, Profile] | undefined {
  const named = settings.given.text("profile") ?? variable(settings.host, "SEALPORT_PROFILE");
  const name = named ?? config.current;
  if (name === undefined) return undefined;
  const profile = Object.hasOwn(config.profiles, name) ? config.profiles[name] : undefined;
  if (profile !== undefined) return [name, profile];
  throw usage(`profile ${name} not found`, "`sealport profile list` shows all profiles.");
}

/** Returns the key of SEALPORT_API_KEY, or of the file that SEALPORT_API_KEY_FILE names, as secrets of containers are given. */
function environmentKey(host: Host): string | undefined {
  const given = variable(host, "SEALPORT_API_KEY");
  const file = variable(host, "SEALPORT_API_KEY_FILE");
  if (given !== undefined && file !== undefined)
    throw usage("set SEALPORT_API_KEY or SEALPORT_API_KEY_FILE, not both");
  const key = file === undefined ? given : keyIn(file);
  if (key !== undefined && prefixOfKey(key) === undefined)
    throw usage(
      `${file === undefined ? "SEALPORT_API_KEY is not an" : "SEALPORT_API_KEY_FILE has no"} API key: it has the form sp_, 10 characters, _ and 49 characters`,
    );
  return key;
}

function keyIn(file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    throw usage("SEALPORT_API_KEY_FILE names a file that cannot be read");
  }
}

/** A profile's key is for the profile's portal: no other address gets it. */
function credentials(url: string, profile: Profile | undefined): Pick<Target, "apiKey" | "signing"> {
  if (profile === undefined) return {};
  if (new URL(profile.url).origin !== new URL(url).origin)
    throw usage(
      "the profile's key is for another address, and is not sent to this one",
      "Give SEALPORT_API_KEY for it, or make a profile with `sealport profile add`.",
    );
  return {
    ...(profile.api_key === undefined ? {} : { apiKey: profile.api_key }),
    ...(profile.signing === undefined ? {} : { signing: profile.signing }),
  };
}

/**
 * Returns the portal to call and the credentials: the address of --url, SEALPORT_URL or the profile; the key of
 * SEALPORT_API_KEY, its file or the profile. Throws CliError (usage) where either is missing, or the key would leave this machine
 * unencrypted.
 */
export function readTarget(settings: Settings): Target {
  const { host, given } = settings;
  const apiKey = environmentKey(host);
  const address = given.text("url") ?? variable(host, "SEALPORT_URL");
  // With both variables no file is needed.
  const chosen =
    apiKey !== undefined && address !== undefined ? undefined : chosenProfile(settings, readConfig(host));
  const [name, profile] = chosen ?? [];
  const wanted = address ?? profile?.url;
  if (wanted === undefined)
    throw usage(
      "no portal is set",
      "`sealport profile add NAME --url URL`, or SEALPORT_URL and SEALPORT_API_KEY.",
    );
  const url = portalUrl(wanted);
  if (isInTheClear(url) && variable(host, "SEALPORT_ALLOW_HTTP") !== "1")
    throw usage(
      `${url} is not encrypted`,
      "Use https://. SEALPORT_ALLOW_HTTP=1 sends keys and transactions in the clear.",
    );
  return {
    url,
    ...(apiKey === undefined ? credentials(url, profile) : { apiKey }),
    ...(name === undefined ? {} : { profile: name }),
  };
}
