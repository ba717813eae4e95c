import { execFileSync } from "node:child_process";
import { chmodSync, closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { killAndWait, waitForRestart } from "@/e2e/support/faults";
import { SERVICE_NAMES } from "@/lib/launch/services";
import { type Beside, startBeside } from "@/lib/testing/instance/beside";
import { copyPrepared, type RunningInstance, startInstance } from "@/lib/testing/instance/instance";
import { startFaultyProxy } from "@/lib/testing/servers/faulty-proxy";
import { startRedis } from "@/lib/testing/servers/redis-server";
import { startTransitServer } from "@/lib/testing/servers/transit-server";
import { RAISED_BUDGETS } from "../product/calls";

/** An instance that the tool has started, and what it does to it. */
export interface Stage {
  readonly instance: RunningInstance;
  /** Addresses of its portals. */
  readonly urls: readonly string[];
  /** Processes to watch in addition to those of the supervisor. */
  readonly others: Readonly<Record<string, number>>;
  /** Does the fault and ends it. Run twice in a load. */
  strike(): Promise<void>;
  close(): Promise<void>;
}

const AWAY_MS = 10_000;
const BUDGETS = { RATE_BUDGETS: RAISED_BUDGETS };

function stageOf(
  instance: RunningInstance,
  strike: () => Promise<unknown>,
  close?: () => Promise<void>,
): Stage {
  return {
    instance,
    urls: [instance.baseUrl],
    others: {},
    strike: async () => void (await strike()),
    close: async () => {
      await instance.stop();
      await close?.();
    },
  };
}

/** For a while something does not answer. */
async function forAWhile(begin: () => void, end: () => void): Promise<void> {
  begin();
  await sleep(AWAY_MS);
  end();
}

async function plain(strike: (instance: RunningInstance) => Promise<unknown>): Promise<Stage> {
  const instance = await startInstance({ env: BUDGETS });
  return stageOf(instance, () => strike(instance));
}

async function restartDatabase(instance: RunningInstance): Promise<void> {
  const postgres = await instance.kill("postgres", "SIGINT");
  await waitForRestart(instance, { postgres });
}

/** The keys of every part are wrapped by a key service that stops answering. Leases are short, so that it is missed. */
async function slowKms(): Promise<Stage> {
  const server = await startTransitServer();
  await server.admin("POST", "keys/sealport");
  const proxy = await startFaultyProxy(server.url, { status: 403, body: "{}" });
  const custody = { SEALPORT_CUSTODY: "transit:sealport", VAULT_ADDR: proxy.url, VAULT_TOKEN: server.token };
  const instance = await startInstance({
    env: { ...BUDGETS, ...custody, CUSTODY_LEASE_S: "10", SEED: "demo" },
  });
  const strike = () =>
    forAWhile(
      () => proxy.set("slow"),
      () => proxy.set(undefined),
    );
  return stageOf(instance, strike, async () => {
    await proxy.close();
    await server.close();
  });
}

async function hungRedis(): Promise<Stage> {
  const redis = await startRedis();
  const instance = await startInstance({ env: { ...BUDGETS, REDIS_URL: redis.url } });
  const strike = () =>
    forAWhile(
      () => redis.hang(),
      () => redis.goOn(),
    );
  return stageOf(instance, strike, () => redis.close());
}

/** A second portal takes half of the calls; its clock goes ahead and back. */
async function clockStep(): Promise<Stage> {
  const instance = await startInstance({ env: BUDGETS });
  const preload = pathToFileURL(path.join(import.meta.dirname, "step-clock.mjs")).href;
  const second: Beside = await startBeside(instance, "portal", { NODE_OPTIONS: `--import=${preload}` }).catch(
    async (error: unknown) => {
      await instance.stop();
      throw error;
    },
  );
  const step = () => process.kill(second.pid, "SIGUSR2");
  const stage = stageOf(instance, () => forAWhile(step, step));
  return {
    ...stage,
    urls: [instance.baseUrl, second.url],
    others: { "portal 2": second.pid },
    close: async () => {
      await second.close();
      await stage.close();
    },
  };
}

const DISK = "900m";
const BLOCK = Buffer.alloc(1 << 20);

/** Writes until there is no room. */
function fill(file: string): void {
  const handle = openSync(file, "w");
  try {
    for (;;) writeSync(handle, BLOCK);
  } catch (error) {
    if (Reflect.get(Object(error), "code") !== "ENOSPC") throw error;
  } finally {
    closeSync(handle);
  }
}

/** The data folder is a small file system of its own, which is filled. Needs root. */
async function diskFull(): Promise<Stage> {
  const dataDir = mkdtempSync(path.join(tmpdir(), "sealport-disk-"));
  const mount = () => execFileSync("mount", ["-t", "tmpfs", "-o", `size=${DISK},mode=711`, "tmpfs", dataDir]);
  const unmount = async () => {
    execFileSync("umount", [dataDir]);
    rmSync(dataDir, { recursive: true, force: true });
  };
  mount();
  try {
    chmodSync(dataDir, 0o711);
    await copyPrepared(dataDir);
    const instance = await startInstance({ dataDir, env: BUDGETS });
    const ballast = path.join(dataDir, "ballast");
    const strike = () =>
      forAWhile(
        () => fill(ballast),
        () => rmSync(ballast),
      );
    return stageOf(instance, strike, unmount);
  } catch (error) {
    await unmount();
    throw error;
  }
}

/** Each fault with what starts the instance for it. `none` is a load without a fault. */
export const FAULTS: Readonly<Record<string, () => Promise<Stage>>> = {
  none: () => plain(async () => undefined),
  ...Object.fromEntries(
    SERVICE_NAMES.map((name) => [`kill-${name}`, () => plain((instance) => killAndWait(instance, [name]))]),
  ),
  "restart-database": () => plain(restartDatabase),
  "slow-kms": slowKms,
  "hung-redis": hungRedis,
  "clock-step": clockStep,
  "disk-full": diskFull,
};
