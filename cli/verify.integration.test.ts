import { readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { changeBundle } from "@/lib/audit/bundle-verifier/change-bundle";
import { runNextExport } from "@/lib/audit/export/jobs/run-export";
import { findReaderById } from "@/lib/identity/people/holders-store";
import type { BenchPerson } from "@/lib/testing/benches/access-bench";
import { type CommandLine, openCommandLine } from "@/lib/testing/instance/command-line";
import { type ServedPortal, servePortal } from "@/lib/testing/instance/served-portal";

// A watchdog: each step runs in its own process.
vi.setConfig({ testTimeout: 900_000 });

let portal: ServedPortal;
let cli: CommandLine;

beforeAll(async () => {
  portal = await servePortal();
  cli = openCommandLine();
  const worker = {
    ...portal.runtime,
    findReader: (userId: string) => findReaderById(portal.runtime, userId),
    keepMs: 86_400_000,
  };
  portal.watch = {
    after: async (method, pathname) => {
      if (method === "POST" && pathname === "/confidential/audit/exports")
        while (await runNextExport(worker));
      return true;
    },
  };
});
afterAll(async () => {
  cli?.remove();
  await portal?.close();
});

async function as(who: BenchPerson, ...args: readonly string[]) {
  const key = await portal.keyFor(who);
  return cli.run(args, { env: { SEALPORT_URL: portal.url, SEALPORT_API_KEY: key } });
}

test("a bundle and a receipt are verified, and an altered copy is found out, with the exit status of each", async () => {
  const { client, auditor, anchor, policy: trusted } = portal.bench;
  const inFolder = (name: string): string => path.join(cli.folder, name);
  const participant = client.principal.participantId;
  const made = await as(
    client,
    "transactions",
    "create",
    "--job-id",
    "j",
    "--participant",
    participant,
    "--json",
  );
  expect(made.code, made.stderr).toBe(0);
  writeFileSync(inFolder("answer.json"), made.stdout);
  await anchor();
  const bundle = inFolder("log.zip");
  const exported = await as(auditor, "export", "--format", "bundle", "--output", bundle, "--json");
  expect(exported.code, exported.stderr).toBe(0);
  expect(statSync(bundle).mode & 0o777).toBe(0o600);
  writeFileSync(inFolder("policy.json"), JSON.stringify({ ...trusted, witnesses: [], time_stamp: [] }));

  const check = (...args: readonly string[]) => cli.run(["verify", ...args]);
  const policy = ["--policy", inFolder("policy.json")];
  expect((await check("bundle", bundle)).code).toBe(3);
  const verified = await check("bundle", bundle, ...policy, "--receipt", inFolder("answer.json"), "--json");
  expect(verified.code, verified.stdout).toBe(0);
  expect(JSON.parse(verified.stdout)).toMatchObject({ verdict: "verified", receipts: [{ is: "kept" }] });
  expect((await check("receipt", inFolder("answer.json"), "--bundle", bundle, ...policy)).code).toBe(0);

  // Without a bundle only the signature is checked: by the policy's keys, or by those that the portal names.
  const promised = await check("receipt", inFolder("answer.json"), ...policy, "--json");
  expect(promised.code, promised.stderr).toBe(3);
  expect(JSON.parse(promised.stdout)).toMatchObject({ verdict: "consistent", keys: "policy" });
  const answer = JSON.parse(made.stdout);
  answer.receipt.integrate_by = answer.receipt.integrate_by.replace(/^2/, "3");
  writeFileSync(inFolder("later.json"), JSON.stringify(answer));
  expect((await check("receipt", inFolder("later.json"), ...policy)).code).toBe(1);

  writeFileSync(inFolder("changed.zip"), changeBundle(new Uint8Array(readFileSync(bundle)), 1));
  expect((await check("bundle", inFolder("changed.zip"), ...policy)).code).toBe(1);
  expect((await check("bundle", inFolder("policy.json"))).code).toBe(1);
  expect((await check("bundle", inFolder("none.zip"))).code).toBe(2);
  expect((await check("bundle", bundle, "--policy", inFolder("answer.json"))).code).toBe(2);

  const kept = await check("bundle", bundle, "--keep", inFolder("policy.json"));
  expect(kept.code, kept.stderr).toBe(0);
  expect(JSON.parse(readFileSync(inFolder("policy.json"), "utf8")).checkpoints).toBeDefined();
});
