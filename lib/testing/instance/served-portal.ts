import { scopesFor } from "@/lib/api-client/registry";
import { BENCH_WAIT_MS } from "@/lib/testing/benches/audit-bench";

import "server-only";
import { readdirSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import path from "node:path";
import { Readable } from "node:stream";
import { pathToFileURL } from "node:url";
import { systemClock } from "@/lib/clock";
import type { Endpoint } from "@/lib/http/endpoint/bind";
import { createAnonymousFailures } from "@/lib/identity/anonymous-failures";
import { createApiKey } from "@/lib/identity/api-keys/create-api-key";
import { siteOf } from "@/lib/identity/sign-in/site";
import { openLiveHub } from "@/lib/live/open-hub";
import { openLimits } from "@/lib/rate-limit/limits";
import { openLimitPool } from "@/lib/rate-limit/ratelimit";
import { UploadSlots } from "@/lib/rate-limit/upload-slots";
import { type Runtime, useRuntime } from "@/lib/runtime/slot";
import { createLogger } from "@/lib/telemetry/logger";
import { type AccessBench, type BenchPerson, createAccessBench } from "@/lib/testing/benches/access-bench";
import { fixedFlags } from "@/lib/testing/benches/bench-flags";
import { openBenchPolicies } from "@/lib/testing/benches/bench-policies";
import { type LogBench, withSigner } from "@/lib/testing/benches/log-bench";
import { handlersAt } from "@/lib/testing/routes/route-files";
import type { TestServer } from "@/lib/testing/servers/test-server";
import { Scope } from "@/lib/vocabulary";

const ROOT = path.resolve(import.meta.dirname, "../../..");
const MANY = 1_000_000;

type Params = Readonly<Record<string, string | string[] | undefined>>;
type Handler = (request: Request, route: { params: Promise<Params> }) => Promise<Response>;
type Handlers = Readonly<Record<string, Handler>>;

interface Route {
  readonly pattern: RegExp;
  /** Names of its parameters; `...name` takes the rest of the path as a list, as Next does. */
  readonly names: readonly string[];
  handlers(): Promise<Handlers>;
}

async function loadHandlers(href: string): Promise<Handlers> {
  const module: Handlers & { readonly endpoint?: Endpoint } = await import(/* @vite-ignore */ href);
  return module.endpoint === undefined ? module : handlersAt(module.endpoint);
}

/** Returns the portal's own endpoints and open routes by address; addresses without parameters come first. */
function readRoutes(): Route[] {
  return readdirSync(path.join(ROOT, "app"), { recursive: true, encoding: "utf8" })
    .filter((name) =>
      /^confidential\/.*endpoint\.ts$|^(healthz|readyz|openapi\.json|scim\/v2\/.*)\/route\.ts$/.test(name),
    )
    .sort((a, b) => a.split("[").length - b.split("[").length)
    .map((name) => {
      const folder = path.dirname(name).replace("[[...rest]]", "[...rest]");
      const names = [...folder.matchAll(/\[([^\]]+)\]/g)].map(([, found]) => found ?? "");
      const pattern = folder
        .replaceAll("..", "\\.")
        .replaceAll(/\[\\\.\\\.\\\.[^\]]+\]/g, "(.+)")
        .replaceAll(/\[[^\]]+\]/g, "([^/]+)");
      const { href } = pathToFileURL(path.join(ROOT, "app", name));
      return { pattern: new RegExp(`^/${pattern}$`), names, handlers: () => loadHandlers(href) };
    });
}

async function handlerFor(routes: readonly Route[], pathname: string, method: string) {
  for (const { pattern, names, handlers } of routes) {
    const found = pattern.exec(pathname);
    if (found === null) continue;
    const params = Object.fromEntries(
      names.map((name, at) => {
        const given = found[at + 1] ?? "";
        return name.startsWith("...")
          ? [name.slice(3), given.split("/").map(decodeURIComponent)]
          : [name, decodeURIComponent(given)];
      }),
    );
    return { handler: (await handlers())[method], params };
  }
  return undefined;
}

function requestOf(incoming: IncomingMessage, origin: string): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers))
    for (const one of [value ?? []].flat()) headers.append(name, one);
  const { method = "GET" } = incoming;
  const hasBody = method !== "GET" && method !== "HEAD";
  return new Request(new URL(incoming.url ?? "/", origin), {
    method,
    headers,
    ...(hasBody ? { body: Readable.toWeb(incoming) as ReadableStream<Uint8Array>, duplex: "half" } : {}),
  });
}

/** What happens to a call: it continues, its connection is cut at once or after this many bytes, or it stays without an answer. */
export type Fate = boolean | "held" | number;

/** What a test may do around a call, like a bad connection. */
export interface Watch {
  /** Before the portal sees the call. */
  before?(method: string, pathname: string): Fate | Promise<Fate>;
  /** After the portal has answered and before the caller receives it. */
  after?(method: string, pathname: string, status: number): Fate | Promise<Fate>;
}

/** The portal's routes behind a socket, on a real database, with a real custodian: what a program calls. */
export interface ServedPortal {
  readonly url: string;
  readonly bench: AccessBench & Pick<LogBench, "anchor" | "policy">;
  readonly runtime: Runtime;
  watch: Watch;
  /** Returns an API key of this person with every scope, or with these; with a public key, one that can sign. */
  keyFor(
    person: BenchPerson,
    options?: { readonly scopes?: readonly Scope[]; readonly signingKey?: string },
  ): Promise<string>;
  close(): Promise<void>;
}

/** Health reads the environment of its process. */
function setEnvironment({ database, place, keyDir, cx: { instance } }: ServedPortal["bench"]): void {
  Object.assign(process.env, {
    DATABASE_URL: database.appUrl,
    KEY_DIR: keyDir,
    LOG_ORIGIN: place.log,
    TENANT_ID: place.tenantId,
    CUSTODIAN_URL: "unix:/nowhere.sock",
    CUSTODIAN_VKEY: instance.pinned?.custodian,
    LOG_VKEY: instance.pinned?.log,
    WITNESS_VKEY: instance.pinned?.witnesses[0]?.vkey,
  });
}

async function runtimeOf(bench: AccessBench, url: string, budgets: Parameters<typeof openLimits>[1]) {
  const { cx, keystore, escrow } = bench;
  const logger = createLogger("test", "silent");
  const limitPool = openLimitPool({ url: bench.database.appUrl, waitMs: BENCH_WAIT_MS });
  const live = openLiveHub(
    { url: bench.database.appUrl, pool: cx.db.pool, logger },
    { db: cx.db, instance: cx.instance, logger, clock: systemClock },
  );
  const runtime: Runtime = {
    db: cx.db,
    instance: cx.instance,
    clock: systemClock,
    keystore,
    escrow,
    audit: cx.audit,
    policies: await openBenchPolicies(cx, logger),
    flags: fixedFlags(),
    logger,
    limits: openLimits(
      { pool: limitPool, secret: new Uint8Array(32).fill(4), drawMs: BENCH_WAIT_MS },
      budgets,
    ),
    failures: createAnonymousFailures(logger),
    idempotencyKey: new Uint8Array(32).fill(1),
    apiKeySecret: new Uint8Array(32).fill(2),
    sessionSecret: new Uint8Array(32).fill(3),
    caseKey: new Uint8Array(32).fill(5),
    scopesFor,
    site: siteOf({ HOST: "127.0.0.1", PORT: Number(new URL(url).port) }),
    demoFile: undefined,
    live,
    uploads: new UploadSlots(),
    scanner: undefined,
  };
  const close = async () => {
    live.close();
    await limitPool.end();
  };
  return { runtime, close };
}

async function answer(response: Response, outgoing: ServerResponse, cutAfter: number): Promise<void> {
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (bytes.length <= cutAfter) outgoing.end(bytes);
  else outgoing.write(bytes.subarray(0, cutAfter), () => outgoing.destroy());
}

/** Starts the routes on a free port of this machine; call `close` when the test is over. */
export async function servePortal(
  budgets: Parameters<typeof openLimits>[1] = {},
  /** Default: the shared server of a vitest run. */
  database?: TestServer,
): Promise<ServedPortal> {
  const bench = await withSigner(await createAccessBench(database === undefined ? {} : { server: database }));
  setEnvironment(bench);
  const routes = readRoutes();
  const goesOn = (fate: Fate | undefined, incoming: IncomingMessage): boolean => {
    if (fate === false) incoming.socket.destroy();
    return fate !== false && fate !== "held";
  };
  const serve = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const { method = "GET" } = incoming;
    const { pathname } = new URL(incoming.url ?? "/", served.url);
    if (!goesOn(await served.watch.before?.(method, pathname), incoming)) return;
    const found = await handlerFor(routes, pathname, method);
    const route = { params: Promise.resolve(found?.params ?? {}) };
    const response =
      (await found?.handler?.(requestOf(incoming, served.url), route)) ?? new Response("{}", { status: 404 });
    const fate = await served.watch.after?.(method, pathname, response.status);
    if (goesOn(fate, incoming))
      await answer(response, outgoing, typeof fate === "number" ? fate : MANY * 100);
  };
  const server = createServer((incoming, outgoing) => {
    serve(incoming, outgoing).catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
  const many = {
    reads: MANY,
    writes: MANY,
    open: MANY,
    audit: MANY,
    decisions: MANY,
    batch: MANY,
    export: MANY,
  };
  const { runtime, close } = await runtimeOf(bench, url, { ...many, anonymous: MANY, ...budgets });
  useRuntime(runtime);
  const served: ServedPortal = {
    url,
    bench,
    runtime,
    watch: {},
    keyFor: async ({ principal }, { scopes = Scope.options, signingKey } = {}) => {
      const cx = { ...runtime, client: {}, requestId: "test", system: "test" };
      const { userId } = principal;
      const made = { userId, label: "test", scopes, ...(signingKey === undefined ? {} : { signingKey }) };
      return (await createApiKey(cx, made)).key;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await close();
      await bench.close();
    },
  };
  return served;
}
