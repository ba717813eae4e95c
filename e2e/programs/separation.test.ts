import { execFile } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { request } from "node:http";
import path from "node:path";
import { promisify } from "node:util";
import { Client } from "pg";
import { beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { people } from "../support/api";
import { dataDir, demo } from "../support/instance";
import { canaries, submitTransaction } from "../support/steps";

const run = promisify(execFile);

const Taken = z.object({
  candidates: z.number(),
  keks: z.number(),
  signing: z.array(z.string()),
  managed: z.number(),
  opened: z.object({ escrow: z.number(), participant: z.number(), escrowTried: z.number() }),
  escrowPrivateKeys: z.number(),
  logPrivateKeys: z.number(),
});

const Running = z.object({ pids: z.record(z.string(), z.number().nullable()) });

function pidOf(name: string): number {
  const { pids } = Running.parse(JSON.parse(readFileSync(path.join(dataDir(), "running.json"), "utf8")));
  const pid = pids[name];
  if (!pid) throw new Error(`${name} does not run`);
  return pid;
}

function environmentOf(pid: number): Record<string, string> {
  const pairs = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").filter(Boolean);
  return Object.fromEntries(
    pairs.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]),
  );
}

function openFilesOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      const target = readlinkSync(`/proc/${pid}/fd/${fd}`);
      return target.startsWith("/") && !target.startsWith("/dev") ? [target] : [];
    } catch {
      return [];
    }
  });
}

async function takeAll(name: string) {
  const pid = pidOf(name);
  // The channel to the supervisor is not a secret, and its number names another file in our child.
  const { NODE_CHANNEL_FD: _channel, NODE_CHANNEL_SERIALIZATION_MODE: _mode, ...env } = environmentOf(pid);
  const { stdout } = await run(
    process.execPath,
    ["--import", "tsx", "--conditions=react-server", "e2e/support/take-all.ts"],
    {
      env: { NODE_ENV: "production", ...env, TAKE_FILES: JSON.stringify(openFilesOf(pid)) },
      maxBuffer: 1 << 24,
    },
  );
  return { env, found: Taken.parse(JSON.parse(stdout)) };
}

beforeAll(async () => {
  await submitTransaction(people(demo()).client456, canaries());
});

test("the portal's secrets open entries of managed keys, no escrow entry, and do not include the checkpoint key", async () => {
  const { env, found } = await takeAll("portal");
  // The attack works where it may: it opens what managed keys open, and finds the portal's own signing keys.
  expect(found.managed).toBeGreaterThan(0);
  expect(found.opened.participant).toBeGreaterThan(0);
  expect(found.signing.length).toBeGreaterThan(0);
  expect(found.opened.escrowTried).toBeGreaterThan(0);
  expect(found.opened.escrow).toBe(0);
  expect(found.escrowPrivateKeys).toBe(0);
  expect(found.logPrivateKeys).toBe(0);
  expect(found.signing.every((name) => /\/(receipt|evaluation)$/.test(name))).toBe(true);
  expect(Object.keys(env).filter((name) => name.endsWith("DATABASE_URL"))).toEqual(["DATABASE_URL"]);
});

test("the worker's secrets open no entry and sign nothing", async () => {
  const { env, found } = await takeAll("worker");
  expect(Object.keys(env).filter((name) => /KEK|KEY_DIR/.test(name))).toEqual([]);
  expect(found.opened).toMatchObject({ escrow: 0, participant: 0 });
  expect(found.opened.escrowTried).toBeGreaterThan(0);
  expect(found.signing).toEqual([]);
  expect(found.escrowPrivateKeys + found.logPrivateKeys).toBe(0);
});

test("the database logins of portal and worker cannot change rows of the log", async () => {
  const { DATABASE_URL, TENANT_ID } = environmentOf(pidOf("portal"));
  for (const connectionString of [DATABASE_URL, environmentOf(pidOf("worker")).SEQUENCER_DATABASE_URL]) {
    const client = new Client({ connectionString, options: `-c sealport.tenant=${TENANT_ID}` });
    await client.connect();
    for (const statement of [
      "UPDATE audit_entry SET bytes = bytes",
      "DELETE FROM audit_entry",
      "TRUNCATE audit_entry",
      "UPDATE audit_leaf SET leaf_hash = leaf_hash",
      "DELETE FROM audit_leaf",
      "UPDATE audit_checkpoint SET root = root",
      "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
      "SET session_replication_role = replica",
      "SET ROLE sealport_owner",
    ]) {
      await expect(client.query(statement), statement).rejects.toThrow();
    }
    await client.end();
  }
});

test("the signer signs only its own tree, whatever the request says", async () => {
  const socketPath = (environmentOf(pidOf("worker")).SIGNER_URL ?? "").replace(/^unix:/, "");
  const forged = "sealport.internal/forged\n5\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
  const answer = await new Promise<string>((resolve, reject) => {
    const call = request({ socketPath, path: "/checkpoint", method: "POST" }, (response) => {
      let body = "";
      response.on("data", (chunk) => {
        body += chunk;
      });
      response.on("end", () => resolve(body));
    });
    call.on("error", reject);
    call.end(forged);
  });
  expect(answer).not.toContain("forged");
  const { DATABASE_URL: connectionString, TENANT_ID } = environmentOf(pidOf("portal"));
  const client = new Client({ connectionString, options: `-c sealport.tenant=${TENANT_ID}` });
  await client.connect();
  const [origin, size, root] = answer.split("\n");
  const head = await client.query("SELECT log, size::text, encode(root, 'base64') AS root FROM audit_head");
  await client.end();
  expect(head.rows[0].log).toBe(origin);
  expect(Number(head.rows[0].size)).toBeGreaterThanOrEqual(Number(size));
  if (head.rows[0].size === size) expect(head.rows[0].root).toBe(root);
});
