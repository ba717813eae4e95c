import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import { PROGRAM_ROOT, scriptArguments } from "@/lib/launch/program";

/** Runs `npm run op` with these words, without any variable of an instance. */
function op(...words: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, scriptArguments("op.ts", ...words), {
    cwd: PROGRAM_ROOT,
    env: { NODE_ENV: "production", PATH: process.env.PATH ?? "" },
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
