import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { backupCommandFields } from "@/lib/env/backup";
import { BackupCommand } from "@/lib/launch/backup/backup-command";

// The command is a script of a test, run as an operator's is.
const FILES = ["roster.json", "custodian/journal", "custodian/registrations", "keys/escrow-1.key.json"];
let dir: string;
let stop: AbortController;
const at = (name: string): string => path.join(dir, name);
/** The calls since the last look: what follows the program's own name, and then the file. */
function calls(): string[] {
  const lines = existsSync(at("calls")) ? readFileSync(at("calls"), "utf8").trim().split("\n") : [];
  rmSync(at("calls"), { force: true });
  return lines;
}

beforeEach(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), "sp-command-"));
  stop = new AbortController();
  for (const folder of ["custodian", "keys"]) mkdirSync(at(folder));
  for (const file of FILES) writeFileSync(at(file), "{}");
  for (const file of [
    "keys/kek.key",
    "keys/database.json",
    "keys/escrow-2.key.json.0a.tmp",
    "custodian/LOCK",
  ])
    writeFileSync(at(file), "not for copies");
  symlinkSync(at("keys/kek.key"), at("keys/another-name.key.json"));
});
afterEach(() => {
  stop.abort();
  rmSync(dir, { recursive: true, force: true });
});

/** A command that notes its arguments and then does as the script says. */
function commandOf(script = "", limitMs?: number, args = "one two"): BackupCommand {
  writeFileSync(at("copy.sh"), `echo "$*" >> ${at("calls")}\n${script}\n`);
  const files = {
    rosterFile: at("roster.json"),
    dir: at("custodian"),
    keyDir: at("keys"),
    kekFile: at("keys/kek.key"),
  };
  return new BackupCommand(`/bin/sh ${at("copy.sh")} ${args}`, files, stop.signal, limitMs);
}
const health = async (command: BackupCommand) => {
  const handler = command.reportIn(async () => ({ status: 200, body: { log: "l" } }));
  const query = new URLSearchParams();
  return (await handler({ method: "GET", path: "/healthz", query, headers: {}, body: Buffer.alloc(0) })).body;
};

it("each file is given once with the command's arguments, later only one that changed, and never a secret", async () => {
  const command = commandOf();
  await command.pass();
  expect(calls()).toEqual(FILES.map((file) => `one two ${at(file)}`));
  await command.pass();
  expect(calls()).toEqual([]);
  appendFileSync(at("roster.json"), " ");
  writeFileSync(at("keys/escrow-2.key.json"), "{}");
  await command.pass();
  expect(calls()).toEqual(["roster.json", "keys/escrow-2.key.json"].map((file) => `one two ${at(file)}`));
});

it("a change during a run gets one run more", async () => {
  const command = commandOf(`case "$*" in *journal) echo x >> "$3"; echo x >> "$3";; esac`);
  await command.pass();
  calls();
  commandOf();
  await command.pass();
  expect(calls()).toEqual([`one two ${at("custodian/journal")}`]);
  await command.pass();
  expect(calls()).toEqual([]);
});

it("a failure is thrown and in the health until the file is copied, and the other files do not wait for it", async () => {
  const command = commandOf(`case "$*" in *journal) exit 3;; esac`);
  await expect(command.pass()).rejects.toMatchObject({ name: "BackupCommandError", code: "3" });
  expect(calls()).toHaveLength(FILES.length);
  expect(await health(command)).toEqual({ log: "l", backup_command: "failed" });
  await expect(command.pass()).rejects.toMatchObject({ code: "3" });
  expect(calls()).toEqual([`one two ${at("custodian/journal")}`]);
  commandOf();
  await command.pass();
  expect(await health(command)).toEqual({ log: "l" });
});

it("a program that does not exist is a failure", async () => {
  const files = { rosterFile: at("roster.json"), dir: at("custodian"), keyDir: at("keys") };
  const command = new BackupCommand(at("none"), files, stop.signal);
  await expect(command.pass()).rejects.toMatchObject({ code: "ENOENT" });
});

it.each(["time limit", "stop of the custodian"])(
  "a run that hangs is ended with all that it started by the %s",
  async (by) => {
    const isLimit = by === "time limit";
    const command = commandOf(`sleep 600 & echo $! > ${at("pid")}; wait`, isLimit ? 300 : 600_000);
    for (const file of FILES.slice(1)) rmSync(at(file));
    const passed = command.pass();
    if (isLimit) {
      await expect(passed).rejects.toMatchObject({ code: "time-limit" });
      // On a busy machine a run may end before it has begun its other process.
      while (!existsSync(at("pid")))
        await expect(command.pass()).rejects.toMatchObject({ code: "time-limit" });
    } else {
      await expect.poll(() => existsSync(at("pid")) && readFileSync(at("pid"), "utf8")).toMatch(/\n/);
      stop.abort();
      await passed;
    }
    const pid = readFileSync(at("pid"), "utf8").trim();
    // A process that has ended may still have an entry, until its parent has read its state.
    const isRunning = () =>
      existsSync(`/proc/${pid}/stat`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
    await expect.poll(isRunning).toBe(false);
    expect(await health(command)).toEqual(isLimit ? { log: "l", backup_command: "failed" } : { log: "l" });
  },
);

it("a run has no variable but PATH, and no shell reads the command", async () => {
  const command = commandOf(`env > ${at("environment")}`, undefined, "$HOME;echo $(id) *");
  await command.pass();
  const names = readFileSync(at("environment"), "utf8")
    .trim()
    .split("\n")
    .map((line) => line.split("=")[0]);
  // A shell adds these itself.
  expect(names.filter((name) => !["PWD", "SHLVL", "OLDPWD", "_"].includes(name ?? "")).sort()).toEqual([
    "NODE_ENV",
    "PATH",
  ]);
  expect(calls()[0]).toBe(`$HOME;echo $(id) * ${at("roster.json")}`);
});

it("the variable names a program by its absolute path", () => {
  const takes = (text: string) => backupCommandFields.BACKUP_COMMAND.safeParse(text).success;
  expect(["/usr/bin/cp -t /mnt/copies", "/opt/copy"].map(takes)).toEqual([true, true]);
  expect(["cp", "./copy", "", "/", "/opt/copy\nrm", "/opt/copy "].map(takes)).toEqual(Array(6).fill(false));
});
