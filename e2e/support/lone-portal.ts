import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { findFreePort, waitUntil } from "@/lib/testing/instance/instance";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const Instance = z.looseObject({
  origin: z.string(),
  tenant_id: z.string(),
  vkeys: z.record(z.string(), z.string()),
});

export interface LonePortal {
  readonly baseUrl: string;
  end(): Promise<void>;
}

function environment(dataDir: string, port: number): NodeJS.ProcessEnv {
  const instance = Instance.parse(JSON.parse(readFileSync(path.join(dataDir, "instance.json"), "utf8")));
  const away = "unix:/nonexistent/sealport.sock";
  return {
    PATH: process.env.PATH ?? "",
    NODE_ENV: "production",
    TZ: "UTC",
    HOST: "127.0.0.1",
    PORT: String(port),
    LOG_ORIGIN: instance.origin,
    TENANT_ID: instance.tenant_id,
    KEY_DIR: path.join(dataDir, "keys/portal"),
    KEK_FILE: path.join(dataDir, "keys/portal/kek.key"),
    // Port 1 never answers.
    DATABASE_URL: "postgresql://unknown:nothing@127.0.0.1:1/none",
    CUSTODIAN_URL: away,
    SIGNER_URL: away,
    WITNESS_URL: away,
    CUSTODIAN_VKEY: instance.vkeys["custodian.identity"] ?? "",
    LOG_VKEY: instance.vkeys["signer.log"] ?? "",
    WITNESS_VKEY: instance.vkeys["witness.cosigner"] ?? "",
    SEALPORT_EVALUATION: "1",
  };
}

async function isListening(baseUrl: string): Promise<boolean> {
  return fetch(`${baseUrl}/healthz`).then(
    (response) => response.ok,
    () => false,
  );
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => child.once("exit", () => resolve()));
}

/** Starts only the portal of an instance: no database, no other process. */
export async function startLonePortal(dataDir: string): Promise<LonePortal> {
  const port = await findFreePort();
  const child = spawn(process.execPath, [path.join(ROOT, "scripts/start-portal.mjs")], {
    cwd: ROOT,
    env: environment(dataDir, port),
    stdio: "ignore",
  });
  const exited = ended(child);
  const baseUrl = `http://localhost:${port}`;
  const end = async (): Promise<void> => {
    child.kill("SIGKILL");
    await exited;
  };
  await waitUntil("the lone portal listens", () => isListening(baseUrl)).catch(async (error: unknown) => {
    await end();
    throw error;
  });
  return { baseUrl, end };
}
