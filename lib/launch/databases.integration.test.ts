import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LaunchEnv } from "@/lib/env";
import { openDatabases } from "@/lib/launch/databases";
import { processEnvironments } from "@/lib/launch/environments";
import { type InstanceFolders, prepareFolders } from "@/lib/launch/folders";
import { newInstance } from "@/lib/launch/instance-file";
import { makeTempFolder } from "@/lib/testing/data-folder";
import { createTestDatabase, type TestDatabase } from "@/lib/testing/servers/database";

let database: TestDatabase;
let dir: string;
let folders: InstanceFolders;
let given: LaunchEnv;
beforeAll(async () => {
  database = await createTestDatabase();
  dir = await makeTempFolder("sp-databases-");
  folders = await prepareFolders(dir);
  given = {
    HOST: "127.0.0.1",
    PORT: 3000,
    DATA_DIR: dir,
    DATABASE_NAME: database.name,
    DATABASE_URL: database.appUrl,
    SEQUENCER_DATABASE_URL: database.sequencerUrl,
    SIGNER_DATABASE_URL: database.signerUrl,
    LOG_LEVEL: "silent",
    SEED: "none",
    PATH: "/usr/bin",
  };
});
afterAll(async () => {
  await rm(dir, { recursive: true, force: true });
  await database?.drop();
});

async function workerOf(env: LaunchEnv): Promise<Record<string, string>> {
  const { urls } = await openDatabases(env, folders);
  const names = ["signer.log", "portal.receipt", "witness.cosigner", "custodian.identity"];
  const vkeys = Object.fromEntries(names.map((name) => [name, name]));
  return processEnvironments({ env, folders, urls, instance: { ...newInstance("log.test/a"), vkeys } })
    .worker;
}

describe("database roles made by hand", () => {
  it("the worker is given the retention login", async () => {
    const worker = await workerOf({ ...given, RETENTION_DATABASE_URL: database.retentionUrl });
    expect(worker.RETENTION_DATABASE_URL).toBe(database.retentionUrl);
    expect(await workerOf(given)).not.toHaveProperty("RETENTION_DATABASE_URL");
  });

  it("a retention login that cannot connect is named before anything starts", async () => {
    const wrong = { ...given, RETENTION_DATABASE_URL: "postgresql://a:hunter2-secret@127.0.0.1:1/sealport" };
    await expect(openDatabases(wrong, folders)).rejects.toThrow(/Check RETENTION_DATABASE_URL/);
    await expect(openDatabases(wrong, folders)).rejects.not.toThrow(/hunter2/);
  });
});
