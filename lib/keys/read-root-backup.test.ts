import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { fixedClock } from "@/lib/clock";
import type { Principal } from "@/lib/context/principal";
import { readRootBackup } from "@/lib/keys/read-root-backup";
import { RootBackup } from "@/lib/keys/schema";
import { makeBackup } from "@/lib/keystore/backup/ceremony";
import { readShares, type Share } from "@/lib/keystore/backup/share";
import { drillBackup } from "@/lib/keystore/backup/use-backup";
import { createLocalKeystore } from "@/lib/keystore/files/local-keystore";
import { promoteRoot, stageRoot } from "@/lib/keystore/files/move-root";
import type { Keystore } from "@/lib/keystore/keystore";
import { localHolder } from "@/lib/keystore/roots/open-roots";
import type { Role } from "@/lib/vocabulary";

const START = Date.parse("2026-11-26T10:00:00Z");
const DAY_MS = 86_400_000;
const ROLES: readonly Role[] = ["client", "miner", "coordinator", "auditor", "regulator", "admin"];

let dir: string;
let keystore: Keystore;
const clock = fixedClock(new Date(START));
beforeEach(async () => {
  dir = mkdtempSync(path.join(os.tmpdir(), "sealport-root-backup-"));
  keystore = await createLocalKeystore({ dir, unlock: { keyFile: path.join(dir, "kek.key") } });
  clock.set(new Date(START));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const principal = (role: Role): Principal => ({
  userId: "01936f2a-7c1b-7def-8a10-000000000001",
  handle: "h",
  name: "n",
  pseudonym: "u_1",
  tenantId: "01936f2a-7c1b-7def-8a10-000000000002",
  organisationId: "01936f2a-7c1b-7def-8a10-000000000003",
  role,
  duties: [],
  scopes: ["read"],
  proof: { kind: "api-key", keyId: "k", prefix: "p", signed: false },
});
const read = (role: Role = "admin") =>
  RootBackup.parse(readRootBackup({ keystore, clock, principal: principal(role) }));

const holder = () => localHolder({ keyFile: path.join(dir, "kek.key") });
async function ceremony(): Promise<Share[]> {
  const handed: Share[] = [];
  const deliver = async (text: Uint8Array) => void handed.push(...readShares(text, 0));
  await makeBackup({ dir, holder: holder(), threshold: 2, shares: 3, nowMs: clock.nowMs(), deliver });
  return handed;
}

test("only administrators see the state of the root key's backup", () => {
  for (const role of ROLES) {
    if (role === "admin") expect(read(role).standing).toBe("none");
    else expect(() => read(role)).toThrow(expect.objectContaining({ code: "access.forbidden" }));
  }
});

test("a missing, new, tried, due or outdated backup is shown as such while the portal runs", async () => {
  expect(read()).toEqual({ root: `${keystore.id}#1`, standing: "none", drill_days: 90 });
  const shares = await ceremony();
  expect(read()).toMatchObject({
    standing: "current",
    backup: { threshold: 2, shares: 3, made_at: "2026-11-26T10:00:00Z", last_drill_at: null, drills: 0 },
  });
  clock.advance(90 * DAY_MS);
  expect(read().standing).toBe("current");
  clock.advance(1);
  expect(read().standing).toBe("drill-due");
  await drillBackup(dir, shares.slice(0, 2), clock.nowMs());
  expect(read()).toMatchObject({
    standing: "current",
    backup: { last_drill_at: "2027-02-24T10:00:00Z", drills: 1 },
  });
  await stageRoot(dir, holder(), holder());
  expect(read().standing).toBe("current");
  promoteRoot(dir, 2);
  expect(read()).toMatchObject({
    root: `${keystore.id}#2`,
    standing: "older-root",
    backup: { root: `${keystore.id}#1` },
  });
  await ceremony();
  expect(read()).toMatchObject({ standing: "current", backup: { root: `${keystore.id}#2`, drills: 0 } });
});

test("the answer has neither digests nor the check value, and an unreadable record is shown as unreadable", async () => {
  await ceremony();
  expect(JSON.stringify(read())).not.toMatch(/digest|check/);
  writeFileSync(path.join(dir, "backup.json"), "{");
  expect(read()).toEqual({ root: `${keystore.id}#1`, standing: "unreadable", drill_days: 90 });
});

test("a drill recorded with a clock ahead of this one never counts", async () => {
  clock.set(new Date(START + 4000 * DAY_MS));
  await drillBackup(dir, await ceremony(), clock.nowMs());
  expect(read().standing).toBe("current");
  clock.set(new Date(START));
  expect(read().standing).toBe("drill-due");
});
