import "server-only";
import type { TestProject } from "vitest/node";
import { startTestServer, type TestServer } from "@/lib/testing/servers/test-server";

declare module "vitest" {
  interface ProvidedContext {
    testServer: TestServer;
  }
}

/** vitest's global setup: one PostgreSQL for all integration tests of this run. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const { server, stop } = await startTestServer();
  project.provide("testServer", server);
  return stop;
}
