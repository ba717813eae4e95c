import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Beside, startBeside, variablesOf } from "@/lib/testing/instance/beside";
import {
  findFreePort,
  type RunningInstance,
  removeDataFolder,
  startInstance,
} from "@/lib/testing/instance/instance";
import { startCutProxy } from "@/lib/testing/servers/cut-proxy";
import {
  type EdgeServer,
  startNginx,
  startPgbouncer,
  throughPooler,
} from "@/lib/testing/servers/edge-servers";
import { type PostgresServer, startPostgresql } from "@/lib/testing/servers/postgresql";
import { type RedisServer, startRedis } from "@/lib/testing/servers/redis-server";

/**
 * Two portals and two workers of one instance, behind nginx, with Redis, on Debian's PostgreSQL with a standby. The portals
 * reach the database through pgbouncer.
 */
export interface TwoPortals {
  readonly instance: RunningInstance;
  /** Addresses of the portals, and of nginx before both. */
  readonly urls: readonly [string, string];
  readonly edge: string;
  readonly redis: RedisServer;
  readonly portal: Beside;
  readonly worker: Beside;
  /** The standby, which the portals read. */
  readonly standby: PostgresServer;
  /** Kills the primary and promotes the standby. The database's address then leads to it. */
  failOver(): Promise<void>;
  close(): Promise<void>;
}

export const BATCHES = 6;
const MANY = 1_000_000;
const BUDGETS = JSON.stringify({
  ...{ reads: MANY, writes: MANY, open: MANY, audit: MANY, decisions: MANY, export: MANY, sign_in: MANY },
  batch: BATCHES,
});

/** The database URLs of an instance's portal and worker, by variable. */
async function loginsOf(instance: RunningInstance) {
  const { portal, worker } = await instance.pids();
  if (portal === null || worker === null) throw new Error("portal and worker run");
  const { DATABASE_URL: app = "", TENANT_ID: tenantId = "" } = variablesOf(portal);
  const { DATABASE_URL = "", SEQUENCER_DATABASE_URL = "", RETENTION_DATABASE_URL = "" } = variablesOf(worker);
  return { app, tenantId, worker: { DATABASE_URL, SEQUENCER_DATABASE_URL, RETENTION_DATABASE_URL } };
}
type Logins = Awaited<ReturnType<typeof loginsOf>>;

/** A pooler that lets the logins of portal and worker through. */
function poolerFor({ app, tenantId, worker }: Logins): Promise<EdgeServer> {
  const urls = [app, ...Object.values(worker)].map((url) => new URL(url));
  const logins = urls.map(({ username, password }) => [
    decodeURIComponent(username),
    decodeURIComponent(password),
  ]);
  return startPgbouncer(app, Object.fromEntries(logins), { tenantId });
}

/** Where the database, its pooler and its replica are, as a portal reads it. */
function portalVariables(app: string, pooler: EdgeServer, standby: PostgresServer) {
  const replica = new URL(app);
  replica.port = String(standby.port);
  return {
    DATABASE_URL: throughPooler(app, pooler),
    DATABASE_LISTEN_URL: app,
    DATABASE_REPLICA_URL: replica.href,
  };
}

interface Ground {
  readonly env: Readonly<Record<string, string>>;
  readonly open: (() => Promise<unknown>)[];
}

/** The first portal and worker. The portal is started twice, since the logins of its pooler are made by the first start. */
async function startFirst({ env, open }: Ground) {
  const primary = await startPostgresql();
  open.push(() => primary.close());
  // The address of the database, which follows the primary.
  const address = await startCutProxy(primary.adminUrl);
  open.push(address.close);
  const dataDir = mkdtempSync(path.join(tmpdir(), "sealport-two-"));
  open.push(() => removeDataFolder(dataDir));
  const admin = { ...env, DATABASE_ADMIN_URL: address.url };
  const seeded = await startInstance({ dataDir, env: admin });
  const logins = await loginsOf(seeded);
  await seeded.end();
  const standby = await primary.standby();
  open.push(() => standby.close());
  await primary.waitForStandby();
  const pooler = await poolerFor(logins);
  open.push(pooler.close);
  const instance = await startInstance({
    dataDir,
    env: { ...admin, ...portalVariables(logins.app, pooler, standby) },
  });
  open.push(() => instance.stop());
  const failOver = async (): Promise<void> => {
    primary.kill();
    address.goAway();
    await standby.promote();
    address.leadTo(standby.adminUrl);
    address.restore();
  };
  return { instance, logins, pooler, standby, failOver };
}

/** Starts all of it. Call `close` when the test is over. */
export async function startTwoPortals(): Promise<TwoPortals> {
  const open: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const one of open.reverse()) await one();
  };
  try {
    const redis = await startRedis();
    open.push(redis.close);
    const [first, second] = [await findFreePort(), await findFreePort()];
    const nginx = await startNginx([first, second]);
    open.push(nginx.close);
    const edge = `http://localhost:${nginx.port}`;
    const env = {
      ...{ PORT: String(first), PORTAL_ORIGIN: edge, TRUSTED_PROXIES: "127.0.0.1", REDIS_URL: redis.url },
      RATE_BUDGETS: BUDGETS,
    };
    const { instance, logins, pooler, standby, failOver } = await startFirst({ env, open });
    const portal = await startBeside(instance, "portal", {
      PORT: String(second),
      ...portalVariables(logins.app, pooler, standby),
    });
    open.push(portal.close);
    const pooled = Object.entries(logins.worker).map(([name, url]) => [name, throughPooler(url, pooler)]);
    const worker = await startBeside(instance, "worker", Object.fromEntries(pooled));
    open.push(worker.close);
    const urls = [`http://localhost:${first}`, portal.url] as const;
    return { instance, urls, edge, redis, portal, worker, standby, failOver, close };
  } catch (error) {
    await close();
    throw error;
  }
}
