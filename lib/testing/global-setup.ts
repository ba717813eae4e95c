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

/** Returns the server of this run. Each project loads this module separately, so the server is kept where all of them find it. */
function sharedServer(): Shared {
  const known: Shared | undefined = Reflect.get(globalThis, SHARED);
  if (known !== undefined) return known;
  const shared: Shared = { started: startTestServer(), users: 0 };
  Reflect.set(globalThis, SHARED, shared);
  return shared;
}

/** Starts one PostgreSQL for all integration tests of this run (vitest's global setup). */
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
