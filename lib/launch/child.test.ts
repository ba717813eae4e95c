import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { PROGRAM_ROOT, scriptArguments } from "@/lib/launch/program";

/** Starts a part with these variables alone and waits for its end. */
function start(script: string, variables: Record<string, string>) {
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, NODE_ENV: "production" as const, ...variables };
  const ended = spawnSync(process.execPath, scriptArguments(script), {
    cwd: PROGRAM_ROOT,
    env,
    encoding: "utf8",
  });
  return { code: ended.status, lines: `${ended.stdout}${ended.stderr}`.trim().split("\n") };
}

describe("a part with a bad environment ends with one line that names the variable", () => {
  it.each([
    ["start-worker.ts", "SEQUENCER_DATABASE_URL"],
    ["start-signer.ts", "SIGNER_DATABASE_URL"],
    ["start-custodian.ts", "CUSTODIAN_URL"],
    ["start-witness.ts", "WITNESS_URL"],
  ])("%s without variables", (script, name) => {
    const { code, lines } = start(script, {});
    expect(code).toBe(1);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^Error: environment: /);
    expect(lines[0]).toContain(`${name} is missing`);
  });

  it.each([
    ["start-signer.ts", "SIGNER_URL"],
    ["start-custodian.ts", "CUSTODIAN_URL"],
  ])("%s at an address that any local user can call", (script, name) => {
    expect(start(script, { [name]: "http://127.0.0.1:7000" }).lines[0]).toContain(
      `${name}: begin with unix:/ or mtls://`,
    );
  });

  it("a later failure is one fatal line with its reason", () => {
    const variables = {
      KEY_DIR: "/proc/no/such/folder",
      DATA_DIR: "/proc/no/such/folder",
      LOG_ORIGIN: "example.org/log",
      TENANT_ID: "00000000-0000-7000-8000-000000000000",
      SIGNER_URL: "unix:/proc/no/such.sock",
      SIGNER_DATABASE_URL: "postgresql://127.0.0.1:1/x",
    };
    const { code, lines } = start("start-signer.ts", variables);
    expect(code).toBe(1);
    expect(lines).toHaveLength(1);
    const line = JSON.parse(lines[0] ?? "");
    expect(line).toMatchObject({
      msg: "the signer ends",
      reason: "DATA_DIR cannot be written by this user: /proc/no/such/folder",
    });
  });
});
