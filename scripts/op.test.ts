import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import { PROGRAM_ROOT, scriptArguments } from "@/lib/launch/program";

/** Runs `npm run op` with these words, without any variable of an instance. */
const op = (...words: readonly string[]) => opWith({}, ...words);

function opWith(variables: Readonly<Record<string, string>>, ...words: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, scriptArguments("op.ts", ...words), {
    cwd: PROGRAM_ROOT,
    env: { NODE_ENV: "production", PATH: process.env.PATH ?? "", ...variables },
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

it("--help prints how it is used on standard output", () => {
  const { status, stdout, stderr } = op("--help");
  expect([status, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/^usage: npm run op -- init/);
});

it.each([
  [["doctor", "--off", "portal"], /^Error: Unknown option '--off'.*\n\nusage: npm run op/],
  [["doctor", "--of"], /^Error: Option '--of <value>' argument missing\n\nusage: npm run op/],
  [["doctr"], /^usage: npm run op/],
] as const)("%j is refused with its fault and how it is used, without a stack", (words, expected) => {
  const { status, stderr } = op(...words);
  expect(status).not.toBe(0);
  expect(stderr).toMatch(expected);
  expect(stderr).not.toMatch(/^ +at .*:\d+:\d+\)?$/m);
});

it("config check has a line for each finding, and its faults are its exit code", () => {
  const variables = { INSTANCE_FILE: "/dev/null", CUSTODIAN_URL: "unix:/run/sealport/custodian/c.sock" };
  expect(opWith(variables, "config", "check", "--of", "custodian").stderr).toMatch(
    /^Error: INSTANCE_FILE is not/,
  );
  const { status, stdout } = opWith(
    { LOG_ORIGIN: "portal.example.org/log1", TRUSTED_PROXYS: "::1", KEK_PASSPHRASE: "x" },
    ...["config", "check", "--of", "custodian"],
  );
  expect(status).toBe(1);
  expect(stdout).toContain("FAULT KEY_DIR: is missing\n");
  expect(stdout).toContain(
    "FAULT TRUSTED_PROXYS: is not a variable of Sealport. Do you mean TRUSTED_PROXIES?\n",
  );
});
