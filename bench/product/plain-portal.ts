import { type ChildProcess, fork } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import path from "node:path";
import { Client } from "pg";
import { z } from "zod";
import { asSuperuser, superuserConfig } from "@/e2e/support/admin";

const LOGIN = "bench_plain";

/** The baseline's server, in its own process, and its own database on the instance's PostgreSQL. */
export interface PlainPortal {
  readonly port: number;
  readonly pid: number;
  readonly login: string;
  readonly apiKey: string;
  stop(): Promise<void>;
}

const TABLES = `
  CREATE TABLE api_key (hash bytea PRIMARY KEY, owner text NOT NULL);
  CREATE TABLE record (id uuid PRIMARY KEY, body jsonb NOT NULL, created_at timestamptz NOT NULL DEFAULT now());
  CREATE TABLE entry (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, record_id uuid NOT NULL REFERENCES record,
                      digest bytea NOT NULL, created_at timestamptz NOT NULL DEFAULT now());`;

async function started(child: ChildProcess): Promise<number> {
  const message = await new Promise<unknown>((resolve, reject) => {
    child.once("message", resolve);
    child.once("exit", (code) => reject(new Error(`the baseline's server ended with ${code}`)));
  });
  return z.object({ port: z.number() }).parse(message).port;
}

/** Makes the baseline's database with one API key, and starts its server. */
export async function startPlainPortal(dataDir: string): Promise<PlainPortal> {
  const password = randomBytes(18).toString("hex");
  const apiKey = randomBytes(24).toString("base64url");
  await asSuperuser(dataDir, async (admin) => {
    await admin.query(`CREATE ROLE ${LOGIN} LOGIN PASSWORD '${password}'`);
    await admin.query(`CREATE DATABASE ${LOGIN} OWNER ${LOGIN}`);
  });
  const { host, port } = superuserConfig(dataDir).config;
  const url = `postgresql://${LOGIN}:${password}@localhost:${port}/${LOGIN}?host=${encodeURIComponent(host)}`;
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(TABLES);
  const hash = createHash("sha256").update(`Bearer ${apiKey}`).digest();
  await client.query("INSERT INTO api_key VALUES ($1, 'bench')", [hash]);
  await client.end();
  const child = fork(path.join(import.meta.dirname, "plain-server.mjs"), [], {
    env: { PATH: process.env.PATH, DATABASE_URL: url, NODE_ENV: "production" },
    execArgv: [],
  });
  const listening = await started(child);
  const stop = async (): Promise<void> => {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.disconnect();
    await ended;
  };
  return { port: listening, pid: child.pid ?? 0, login: LOGIN, apiKey, stop };
}
