import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { configFile, isInTheClear, portalUrl, prefixOfKey, readConfig, writeConfig } from "./config";
import { CliError } from "./exit";
import { type Host, hostOf } from "./host";
import { readTarget } from "./settings";

const KEY = `sp_0123456789_${"k".repeat(49)}`;
const OTHER = `sp_9876543210_${"o".repeat(49)}`;

let folder: string;
let host: Host;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "sealport-config-"));
  host = { ...hostOf(process), env: {}, configFolder: path.join(folder, "sealport"), stateFolder: folder };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const modeOf = (file: string): number => statSync(file).mode & 0o777;
const demo = (url = "https://sealport.example") => ({
  version: 1 as const,
  current: "demo",
  profiles: { demo: { url, api_key: KEY } },
});

describe("the configuration", () => {
  it("is written whole, for its owner alone, whatever the umask", () => {
    const former = process.umask(0);
    try {
      writeConfig(host, demo());
    } finally {
      process.umask(former);
    }
    expect([modeOf(host.configFolder), modeOf(configFile(host))]).toEqual([0o700, 0o600]);
    expect(readdirSync(host.configFolder)).toEqual(["config.json"]);
    expect(readConfig(host)).toEqual(demo());
  });

  it("closes a folder that others could read", () => {
    mkdirSync(host.configFolder, { mode: 0o755 });
    chmodSync(host.configFolder, 0o755);
    writeConfig(host, demo());
    expect(modeOf(host.configFolder)).toBe(0o700);
  });

  it.each([0o640, 0o604, 0o660, 0o602])("that others can read or write (%o) is not used", (mode) => {
    writeConfig(host, demo());
    chmodSync(configFile(host), mode);
    expect(() => readConfig(host)).toThrow(/can be read or written by others/);
  });

  it("refuses a file with an invalid format without showing its content", () => {
    for (const text of [
      "{",
      `{"version":1,"profiles":{"a":{"url":"x","api_key":"${KEY}"}}}`,
      `"${KEY}"`,
      '{"version":2,"profiles":{}}',
    ]) {
      rmSync(host.configFolder, { recursive: true, force: true });
      mkdirSync(host.configFolder, { mode: 0o700 });
      writeFileSync(configFile(host), text, { mode: 0o600 });
      try {
        readConfig(host);
        throw new Error("a refusal expected");
      } catch (error) {
        expect(error).toBeInstanceOf(CliError);
        expect(String(error)).not.toContain("kkkk");
      }
    }
  });

  it("does not write through a draft that another user made", () => {
    writeConfig(host, demo());
    const target = path.join(folder, "target");
    rmSync(configFile(host));
    symlinkSync(target, configFile(host));
    writeConfig(host, demo());
    expect(existsSync(target)).toBe(false);
    expect(statSync(configFile(host)).isFile()).toBe(true);
  });
});

const target = (options: Record<string, string> = {}, env: Record<string, string> = {}) =>
  readTarget({ host: { ...host, env }, given: { text: (name) => options[name] } });

describe("the target of calls", () => {
  beforeEach(() =>
    writeConfig(host, {
      ...demo(),
      profiles: { ...demo().profiles, other: { url: "https://other.example/base", api_key: OTHER } },
    }),
  );

  it("is the current profile, the named one, or the environment", () => {
    expect(target()).toEqual({ url: "https://sealport.example", apiKey: KEY, profile: "demo" });
    expect(target({ profile: "other" })).toEqual({
      url: "https://other.example/base",
      apiKey: OTHER,
      profile: "other",
    });
    expect(target({}, { SEALPORT_PROFILE: "other" }).apiKey).toBe(OTHER);
    expect(target({ profile: "demo" }, { SEALPORT_PROFILE: "other" }).apiKey).toBe(KEY);
    expect(target({}, { SEALPORT_API_KEY: OTHER })).toEqual({
      url: "https://sealport.example",
      apiKey: OTHER,
      profile: "demo",
    });
    expect(target({}, { SEALPORT_API_KEY: OTHER, SEALPORT_URL: "https://x.example" })).toEqual({
      url: "https://x.example",
      apiKey: OTHER,
    });
    expect(target({}, { SEALPORT_API_KEY: "", SEALPORT_URL: "" }).apiKey).toBe(KEY);
  });

  it("has a key from the file that SEALPORT_API_KEY_FILE names, unless it is set twice or unusable", () => {
    const file = path.join(folder, "key");
    const given = { SEALPORT_API_KEY_FILE: file };
    expect(() => target({}, given)).toThrow("SEALPORT_API_KEY_FILE names a file that cannot be read");
    writeFileSync(file, `${OTHER}\n`);
    expect(target({}, given).apiKey).toBe(OTHER);
    expect(() => target({}, { ...given, SEALPORT_API_KEY: OTHER })).toThrow("not both");
    writeFileSync(file, "hunter2");
    expect(() => target({}, given)).toThrow(/SEALPORT_API_KEY_FILE has no API key(?!.*hunter2)/);
  });

  it("sends a profile's key nowhere else, by no spelling", () => {
    for (const url of [
      "https://sealport.example.evil.example",
      "https://sealport.example:8443",
      "http://sealport.example",
      "https://other.example",
    ])
      expect(() => target({ url }), url).toThrow(CliError);
    expect(() => target({}, { SEALPORT_URL: "https://evil.example" })).toThrow(CliError);
    expect(target({ url: "https://SEALPORT.example:443/" }).apiKey).toBe(KEY);
  });

  it("refuses unknown profiles, and names that every object has", () => {
    for (const profile of ["nope", "constructor", "__proto__", "toString"])
      expect(() => target({ profile }), profile).toThrow(CliError);
  });

  it("refuses a variable that is not a key, and does not show it", () => {
    expect(() => target({}, { SEALPORT_API_KEY: "hunter2" })).toThrow(/SEALPORT_API_KEY is not an API key/);
  });
});

describe("an address", () => {
  it("is http or https without user, query and fragment", () => {
    expect(portalUrl("https://sealport.example/")).toBe("https://sealport.example");
    for (const url of [
      "sealport.example",
      "ftp://x",
      "https://user:pw@x",
      "https://x?y=1",
      "https://x#y",
      "javascript:alert(1)",
      "",
    ])
      expect(() => portalUrl(url), url).toThrow(CliError);
  });

  it("is unencrypted only where it leaves this machine", () => {
    const clear = [
      "http://sealport.example",
      "http://127.0.0.1.evil.example",
      "http://localhost.evil.example",
      "http://10.0.0.1",
    ];
    expect(clear.filter((url) => !isInTheClear(url))).toEqual([]);
    expect(
      ["http://localhost:3000", "http://127.0.0.1:1", "http://[::1]:3", "https://x"].filter(isInTheClear),
    ).toEqual([]);
  });

  it("and a key is named by its prefix", () => {
    expect(prefixOfKey(KEY)).toBe("0123456789");
    expect(prefixOfKey(`${KEY}x`)).toBeUndefined();
  });
});
