import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { askAlarms, withAlarms } from "@/lib/ipc/part-alarms";
import { type ServiceHandler, type ServiceServer, serveHttp } from "@/lib/ipc/server";
import { createLogger } from "@/lib/telemetry/logger";

const PATIENCE_MS = 30_000;
let dir: string;
let server: ServiceServer | undefined;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), "sp-alarms-"));
});
afterEach(async () => {
  await server?.close(0);
  rmSync(dir, { recursive: true, force: true });
});

async function serve(handler: ServiceHandler): Promise<string> {
  const url = `unix:${dir}/part.sock`;
  server = await serveHttp(url, handler);
  return url;
}

it("a part answers with the alarms of its log, each once with its last time, and keeps its other addresses", async () => {
  const url = await serve(withAlarms(async ({ path: at }) => ({ status: at === "/own" ? 204 : 404 })));
  const logger = createLogger("witness", "info", { write: () => undefined });
  for (let count = 0; count < 3; count += 1) logger.error({ alarm: "clock.back" }, "the clock went back");
  logger.warn({}, "a line without an alarm");
  // Other tests of this process wrote alarms too.
  const alarms = (await askAlarms(url, PATIENCE_MS)).filter(({ name }) => name === "clock.back");
  expect(alarms).toHaveLength(1);
  expect(alarms[0]?.ago_ms).toBeLessThan(PATIENCE_MS);
});

it("a part that is away, or answers something else, has no alarms", async () => {
  expect(await askAlarms(`unix:${dir}/nothing.sock`, PATIENCE_MS)).toEqual([]);
  const answers: unknown[] = [
    { alarms: [{ name: "Subject\r\nBcc: x", ago_ms: 1 }] },
    { alarms: [{ name: "clock.back", ago_ms: -1 }] },
    { alarms: Array.from({ length: 51 }, () => ({ name: "clock.back", ago_ms: 1 })) },
    "x",
  ];
  let body: unknown;
  const url = await serve(async () => ({ status: 200, body }));
  for (body of answers) expect(await askAlarms(url, PATIENCE_MS)).toEqual([]);
});
