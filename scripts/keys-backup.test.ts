import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { toHex } from "@/lib/crypto/bytes";
import { readCustody } from "@/lib/env/custody";
import { readShares } from "@/lib/keystore/backup/share";
import { combineKey } from "@/lib/keystore/backup/split-key";
import { createKeystore, openKeystore } from "@/lib/keystore/open-keystore";
import { openKeystoreFile } from "@/lib/keystore/roots/open-roots";
import { PROGRAM_ROOT, scriptArguments } from "@/lib/launch/program";
import { runStep, type StepResult } from "@/lib/launch/run-step";
import { startTransitServer, type TransitServer } from "@/lib/testing/servers/transit-server";

// The commands as people run them in a ceremony: a keystore whose root key Transit wraps.
let dir: string;
let server: TransitServer;
beforeEach(async () => {
  dir = mkdtempSync(path.join(os.tmpdir(), "sp-backup-"));
  server = await startTransitServer();
  await server.admin("POST", "keys/portal");
});
afterEach(async () => {
  await server.close();
  rmSync(dir, { recursive: true, force: true });
});

const keyDir = (): string => path.join(dir, "keys");
const out = (): string => path.join(dir, "sticks");

function variables(custody: string): Record<string, string> {
  return {
    PATH: "/usr/local/bin:/usr/bin:/bin",
    KEY_DIR: keyDir(),
    KEK_FILE: path.join(dir, "new.key"),
    SEALPORT_CUSTODY: custody,
    VAULT_ADDR: server.url,
    VAULT_TOKEN: server.token,
  };
}

function backup(custody: string, ...args: string[]): Promise<StepResult> {
  const env = variables(custody);
  return runStep({ args: scriptArguments("keys.ts", "backup", ...args), cwd: PROGRAM_ROOT, env });
}

const files = (): string[] =>
  readdirSync(out())
    .sort()
    .map((name) => path.join(out(), name));

async function begin(): Promise<void> {
  await createKeystore({ dir: keyDir(), custody: readCustody(variables("transit:portal")) });
}

const CEREMONY = ["ceremony", "--threshold", "3", "--shares", "5"];

/** The root key of three files, in every form that a leak could have. */
async function keyForms(): Promise<string[]> {
  const values = files()
    .slice(0, 3)
    .flatMap((file) => readShares(readFileSync(file), 0).map(({ value }) => value));
  const key = Buffer.from(await combineKey(values));
  return ["hex", "base64", "base64url", "latin1"].map((form) => key.toString(form as BufferEncoding));
}

test("shares of a root key that Transit wraps restore it on this machine when Transit is gone", async () => {
  await begin();
  const made = await backup("transit:portal", ...CEREMONY, "--out", out());
  expect([made.code, made.stderr]).toEqual([0, ""]);
  expect(made.stdout).toContain("npm run keys -- backup drill FILE… (3 of them)\n");
  expect(files()).toHaveLength(5);
  for (const file of files()) expect(statSync(file).mode & 0o777).toBe(0o600);
  expect((await backup("transit:portal", "show")).stdout).toMatch(/: 3 of 5, made \S+, no drill yet\n$/);

  const [one = "", two = "", three = ""] = files();
  const drilled = await backup("transit:portal", "drill", three, one, two);
  expect([drilled.code, drilled.stderr]).toEqual([0, ""]);
  expect(drilled.stdout).toMatch(/open with it: participant, escrow, log, receipt, custodian, secrets\./);
  expect((await backup("transit:portal", "show")).stdout).toMatch(/last drill \S+ \(shares 1, 2, 3\)\n$/);

  await server.close();
  const restored = await backup("transit:portal", "restore", ...files().slice(2), "--to", "local");
  expect([restored.code, restored.stderr]).toEqual([0, ""]);
  const local = readCustody({ KEK_FILE: path.join(dir, "new.key") });
  await openKeystore({ dir: keyDir(), custody: local });
  const shown = await backup("local", "show");
  expect(shown.stdout).toMatch(/#2 has no backup, only older ones have\n/);
  const late = await backup("local", "drill", one, two, three);
  expect([late.code, late.stderr]).toEqual([1, expect.stringMatching(/\(backup\.older-root\)\n$/)]);

  const said = [made, drilled, restored, shown, late].map(({ stdout, stderr }) => stdout + stderr).join("\n");
  const kept = readdirSync(keyDir()).map((name) => readFileSync(path.join(keyDir(), name), "utf8"));
  const digits = files().map((file) =>
    toHex(readShares(readFileSync(file), 0)[0]?.value ?? new Uint8Array()),
  );
  for (const secret of [...(await keyForms()), ...digits])
    for (const text of [said, ...kept]) expect(text.replaceAll(" ", "")).not.toContain(secret);
});

test("a fault in shares or arguments is one line that names it, and no argument is repeated", async () => {
  await begin();
  const made = await backup("transit:portal", ...CEREMONY, "--of", "portal", "--out", out());
  // The printed command names the same process, so it works as printed.
  expect(made.stdout).toContain("npm run keys -- backup drill --of portal FILE… (3 of them)\n");
  const [one = "", two = "", three = ""] = files();
  const text = readFileSync(three, "utf8");
  const changed = path.join(dir, "changed.txt");
  writeFileSync(
    changed,
    text.replace(/value:\n(.)/, (_all, digit: string) => `value:\n${digit === "0" ? "1" : "0"}`),
  );
  const pasted = text.replaceAll("\n", " ");
  const cases: [string[], RegExp][] = [
    [["drill", one, two], /^2 were given, 3 are needed of backup bk-[0-9a-f]{12} \(backup\.too-few\)\n$/],
    [["drill", one, two, one], /^share 1 was given more than once \(backup\.doubled\)\n$/],
    [
      ["drill", one, two, changed],
      /^share 3 of those given was mistyped or changed.* \(backup\.not-a-share\)\n$/,
    ],
    [["drill", one, two, pasted], /^The share file that was named as number 3 cannot be read\.\n$/],
    [["restore", one, two, "--to", "local"], /\(backup\.too-few\)\n$/],
    [["restore", one, two, three, "--to", "nowhere"], /^--to is local/],
    [["ceremony", "--threshold", "1", "--shares", "3", "--out", out()], /\(backup\.numbers\)\n$/],
    [[...CEREMONY, "--out", path.join(keyDir(), "shares")], /^--out is in the key folder/],
    [[...CEREMONY], /^Shares are shown on a terminal only/],
  ];
  for (const [args, line] of cases) {
    const { code, stdout, stderr } = await backup("transit:portal", ...args);
    expect([code, stdout, stderr], String(args)).toEqual([1, "", expect.stringMatching(line)]);
  }
  for (const args of [
    ["drill"],
    ["restore", one, two, three],
    ["ceremony"],
    ["show", "x"],
    ["drill", "--to", "x"],
  ])
    expect((await backup("transit:portal", ...args)).code).toBe(2);
  expect(existsSync(path.join(dir, "new.key"))).toBe(false);
  expect(readdirSync(keyDir()).sort()).toEqual(["backup.json", "keystore.json"]);
  const record = JSON.parse(readFileSync(path.join(keyDir(), "backup.json"), "utf8"));
  expect(record.backups).toHaveLength(1);
  expect(record.backups[0].drills).toEqual([]);
});

test("a ceremony that cannot write its files writes no share and no record", async () => {
  await begin();
  writeFileSync(out(), "a file where a folder is named");
  const { code, stderr } = await backup("transit:portal", ...CEREMONY, "--out", out());
  expect([code, stderr]).toEqual([1, "--out is not a writable folder.\n"]);
  expect((await backup("transit:portal", "show")).stdout).toMatch(/ has no backup\n$/);
});

/** Runs a command on a new terminal and answers each question with Enter. */
function onTerminal(
  args: readonly string[],
  answers: (shown: string) => string | undefined,
): Promise<string> {
  const command = [process.execPath, ...scriptArguments("keys.ts", "backup", ...args)].join(" ");
  const child = spawn("script", ["-qec", command, "/dev/null"], {
    cwd: PROGRAM_ROOT,
    env: { ...variables("transit:portal"), NODE_ENV: "production", TERM: "xterm" },
  });
  let shown = "";
  let seen = 0;
  child.stdout.on("data", (chunk: Buffer) => {
    shown += chunk.toString();
    const answer = answers(shown.slice(seen));
    if (answer === undefined) return;
    seen = shown.length;
    child.stdin.write(answer);
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", () => resolve(shown));
  });
}

test("on a terminal each share has the screen for itself, and typed shares hold a drill", async () => {
  await begin();
  const shown = await onTerminal(CEREMONY, (text) =>
    /(Enter shows it\.|off the screen\.) $/.test(text) ? "\n" : undefined,
  );
  expect(shown).toMatch(/any 3 of 5 shares restore it/);
  const screens = shown
    .split("\u001B[2J\u001B[3J\u001B[H")
    .map((screen) => screen.match(/^share: \d of 5/gm) ?? []);
  expect(screens.filter(({ length }) => length > 0).map(([line]) => line)).toEqual(
    [1, 2, 3, 4, 5].map((number) => `share: ${number} of 5`),
  );
  expect(screens.every(({ length }) => length <= 1)).toBe(true);
  const texts = shown.match(/sealport root key share 1[\s\S]*?checksum: [0-9a-f]{4} [0-9a-f]{4}/g) ?? [];
  const typed = `${texts.slice(0, 3).join("\n").replaceAll("\r", "")}\n\u0004`;
  const drilled = await onTerminal(["drill", "-"], (text) =>
    /an empty line:\s*$/.test(text) ? typed : undefined,
  );
  expect(drilled).toMatch(/3 shares of backup bk-[0-9a-f]{12} give root key/);
});

test("the keys of the keystore are the same after a restore", async () => {
  await begin();
  await backup("transit:portal", ...CEREMONY, "--out", out());
  const before = await openKeystore({ dir: keyDir(), custody: readCustody(variables("transit:portal")) });
  const sealed = before.sealSecret("totp:1", Uint8Array.of(1, 2, 3));
  await backup("transit:portal", "restore", ...files().slice(0, 3), "--to", "local");
  const unlock = { keyFile: path.join(dir, "new.key") };
  const after = await openKeystore({ dir: keyDir(), custody: readCustody({ KEK_FILE: unlock.keyFile }) });
  expect(after.openSecret("totp:1", sealed)).toEqual(Uint8Array.of(1, 2, 3));
  expect((await openKeystoreFile(keyDir(), unlock)).root.n).toBe(2);
});
