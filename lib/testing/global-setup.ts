import "server-only";
import type { TestProject } from "vitest/node";
import { startTestServer, type TestServer } from "@/lib/testing/servers/test-server";

declare module "vitest" {
  interface ProvidedContext {
    testServer: TestServer;
  }
}

interface Shared {
  readonly started: ReturnType<typeof startTestServer>;
  users: number;
}

const SHARED = Symbol.for("sealport.test-server");

/** The server of this run; each project loads this module for itself, so it is kept where all of them find it. */
function sharedServer(): Shared {
  const known: Shared | undefined = Reflect.get(globalThis, SHARED);
  if (known !== undefined) return known;
  const shared: Shared = { started: startTestServer(), users: 0 };
  Reflect.set(globalThis, SHARED, shared);
  return shared;
}

/** vitest's global setup: one PostgreSQL for all integration tests of this run. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const shared = sharedServer();
  shared.users += 1;
  const { server, stop } = await shared.started;
  project.provide("testServer", server);
  return async () => {
    shared.users -= 1;
    if (shared.users === 0) await stop();
  };
}
