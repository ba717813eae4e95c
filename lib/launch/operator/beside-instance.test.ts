import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { newInstance } from "@/lib/launch/instance-file";
import { rosterPlace, runBesideInstance } from "@/lib/launch/operator/beside-instance";

const ORIGIN = "sealport.internal/beside";
let dir: string;

beforeAll(() => {
  dir = realpathSync(mkdtempSync(path.join(tmpdir(), "sp-beside-")));
  vi.stubEnv("DATA_DIR", dir);
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(dir, { recursive: true, force: true });
});

test("an act next to npm start finds its instance, and one with a part's own variables does not look for it", async () => {
  expect(await runBesideInstance("portal", ["doctor"])).toBeUndefined();
  writeFileSync(path.join(dir, "instance.json"), JSON.stringify(newInstance(ORIGIN)));
  expect(await rosterPlace()).toEqual({ log: ORIGIN, file: path.join(dir, "keys", "roster.json") });
  await expect(runBesideInstance("signer", ["doctor"])).rejects.toThrow("Use --of portal");
  vi.stubEnv("LOG_ORIGIN", "portal.example.org/log1");
  expect(await runBesideInstance("signer", ["doctor"])).toBeUndefined();
});
