import "server-only";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { PrismaPg } from "@prisma/adapter-pg";
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from "@prisma/driver-adapter-utils";
import type { SchemaEngine } from "@prisma/schema-engine-wasm";
import * as engineModule from "@prisma/schema-engine-wasm/schema_engine_bg";
import type { Pool } from "pg";

/**
 * Prisma's own schema engine, compiled to WebAssembly: the native one is fetched from a host that a
 * closed network does not reach. The package expects a bundler to instantiate the .wasm; we do it by hand.
 */
let instantiated: Promise<void> | undefined;

/** The module's imports. Its timers (a ten-second watchdog per lock) must not keep a finished process alive. */
function engineImports(): WebAssembly.ModuleImports {
  const imports: WebAssembly.ModuleImports = {};
  for (const [name, value] of Object.entries(engineModule)) {
    if (typeof value !== "function") continue;
    imports[name] = name.startsWith("__wbg_setTimeout_")
      ? (callback: () => void, milliseconds: number) => setTimeout(callback, milliseconds).unref()
      : value;
  }
  return imports;
}

async function instantiate(): Promise<void> {
  const file = path.join(
    path.dirname(createRequire(import.meta.url).resolve("@prisma/schema-engine-wasm/schema_engine_bg")),
    "schema_engine_bg.wasm",
  );
  const { instance } = await WebAssembly.instantiate(await readFile(file), {
    "./schema_engine_bg.js": engineImports(),
  });
  engineModule.__wbg_set_wasm(instance.exports);
  const start = instance.exports.__wbindgen_start;
  if (typeof start !== "function") throw new Error("the schema engine's WebAssembly has no start function");
  start();
}

async function openWith(factory: SqlMigrationAwareDriverAdapterFactory): Promise<SchemaEngine> {
  instantiated ??= instantiate();
  await instantiated;
  return engineModule.SchemaEngine.new(
    { datamodels: undefined },
    () => undefined,
    bindMigrationAwareSqlAdapterFactory(factory),
  );
}

/**
 * Adapters of this factory send a script as one simple query (no arguments: no prepared statement). The
 * adapter's own executeScript splits at semicolons, which cuts $$ function bodies in pieces.
 */
function wholeScriptFactory(pool: Pool): SqlMigrationAwareDriverAdapterFactory {
  const factory = new PrismaPg(pool);
  const connect = factory.connect.bind(factory);
  factory.connect = async () => {
    const adapter = await connect();
    adapter.executeScript = async (script) => {
      await adapter.executeRaw({ sql: script, args: [], argTypes: [] });
    };
    return adapter;
  };
  return factory;
}

/** The engine's questions to a server before it compares two schema files, answered without one. */
function serverlessFactory(): SqlMigrationAwareDriverAdapterFactory {
  const refuse = async (): Promise<never> => {
    throw new Error("this schema engine has no database");
  };
  const adapter: SqlDriverAdapter = {
    provider: "postgres",
    adapterName: "serverless",
    queryRaw: async () => ({
      columnNames: ["exists", "version", "numeric_version"],
      columnTypes: [ColumnTypeEnum.Boolean, ColumnTypeEnum.Text, ColumnTypeEnum.Int32],
      rows: [[true, "PostgreSQL 17.0", 170000]],
    }),
    executeRaw: refuse,
    executeScript: refuse,
    startTransaction: refuse,
    getConnectionInfo: () => ({ schemaName: "public", supportsRelationJoins: true }),
    dispose: async () => undefined,
  };
  return {
    provider: "postgres",
    adapterName: "serverless",
    connect: async () => adapter,
    connectToShadowDb: refuse,
  };
}

/** Opens the engine on a pool. The caller frees it and ends the pool. */
export function openSchemaEngine(pool: Pool): Promise<SchemaEngine> {
  return openWith(wholeScriptFactory(pool));
}

/** Opens an engine that can compare schema files but reach no database. */
export function openServerlessSchemaEngine(): Promise<SchemaEngine> {
  return openWith(serverlessFactory());
}
