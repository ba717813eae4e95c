import "server-only";
import { AsyncResource } from "node:async_hooks";
import type { Pool, PoolClient } from "pg";
import { tracer } from "@/lib/telemetry/tracing/spans";
import type { Tracer } from "@/lib/telemetry/tracing/tracer";

/**
 * Returns the verb and the first table of a statement that no store of ours has named. A statement's values are never
 * part of its text.
 */
function shortName(text: string): string {
  const [verb = "statement"] = /^\s*\(?\s*([A-Za-z]+)/.exec(text)?.slice(1) ?? [];
  const table = /\b(?:FROM|INTO|UPDATE|JOIN)\s+(?:"?public"?\.)?"?([a-z_]+)"?/i.exec(text)?.[1];
  return table === undefined ? verb.toUpperCase() : `${verb.toUpperCase()} ${table}`;
}

/** The name that a store gave a prepared statement, without its digest. Prisma's are only numbered. */
function nameOf(query: unknown): string | undefined {
  if (typeof query === "string") return shortName(query);
  if (typeof query !== "object" || query === null || "submit" in query) return undefined;
  const name: unknown = Reflect.get(query, "name");
  if (typeof name === "string" && name.includes(":")) return name.split(":", 1)[0];
  const text: unknown = Reflect.get(query, "text");
  return typeof text === "string" ? shortName(text) : undefined;
}

type Query = (...args: unknown[]) => unknown;

/** Runs a query within a span, whether it answers by a callback or a promise. */
function traced(on: Tracer, run: Query, args: unknown[]): unknown {
  const name = nameOf(args[0]);
  if (name === undefined) return run(...args);
  const span = on.begin({ name: `sql ${name}`, kind: "client", facts: { "db.system.name": "postgresql" } });
  const last = args.at(-1);
  if (typeof last !== "function") {
    const answer = run(...args);
    Promise.resolve(answer).then(() => span.end(), span.end);
    return answer;
  }
  return run(...args.slice(0, -1), (error: unknown, result: unknown) => {
    span.end(error ?? undefined);
    last(error, result);
  });
}

function traceQueries(client: PoolClient): void {
  const run: Query = Reflect.get(client, "query").bind(client);
  Reflect.set(client, "query", (...args: unknown[]) => {
    const on = tracer();
    return on === undefined ? run(...args) : traced(on, run, args);
  });
}

/**
 * Records each statement of a pool as a span of its caller. A connection that is released calls the next waiting caller
 * within the trace of the previous one, so the callback is bound to the trace of the caller that waited.
 */
export function tracePool(pool: Pool): void {
  pool.on("connect", traceQueries);
  const connect: Query = Reflect.get(pool, "connect").bind(pool);
  Reflect.set(pool, "connect", (done?: (...args: unknown[]) => void) =>
    connect(done === undefined ? undefined : AsyncResource.bind(done)),
  );
}
