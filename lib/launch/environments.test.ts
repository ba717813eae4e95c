import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { environments as declared, type LaunchEnv, unlockOf } from "@/lib/env";
import { custodyTexts, readCustody } from "@/lib/env/custody";
import { createLocalKeystore, openLocalKeystore } from "@/lib/keystore/files/local-keystore";
import { keyVariables, processEnvironments } from "@/lib/launch/environments";
import { type InstanceFolders, KEY_HOLDERS, prepareFolders } from "@/lib/launch/folders";
import { newInstance } from "@/lib/launch/instance-file";

const PASSPHRASE = "correct horse battery staple";
const ORIGIN = "log.example.test/sealport";
const ENV: LaunchEnv = {
  HOST: "127.0.0.1",
  PORT: 3000,
  DATA_DIR: ".data",
  DATABASE_NAME: "sealport",
  KEK_PASSPHRASE: PASSPHRASE,
  LOG_LEVEL: "info",
  SEED: "none",
  PATH: "/usr/bin",
};
const VKEYS = ["signer.log", "portal.receipt", "witness.cosigner", "custodian.identity", "portal.evaluation"];
const URLS = {
  portal: "",
  worker: "",
  sequencer: "",
  retention: "",
  signer: "",
};
let dir: string;
let folders: InstanceFolders;
beforeEach(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), "sp-env-"));
  folders = await prepareFolders(dir);
});
afterEach(() => rm(dir, { recursive: true, force: true }));

function environments(env: LaunchEnv) {
  const vkeys = Object.fromEntries(VKEYS.map((name) => [name, name]));
  return processEnvironments({ env, folders, instance: { ...newInstance(ORIGIN), vkeys }, urls: URLS });
}

test("only holders of keys get a secret, each its own, and no process gets the passphrase", () => {
  const made = environments(ENV);
  for (const variables of Object.values(made)) expect(Object.values(variables)).not.toContain(PASSPHRASE);
  const secrets = KEY_HOLDERS.map((holder) => made[holder].KEK_PASSPHRASE);
  for (const secret of secrets) expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(new Set(secrets).size).toBe(KEY_HOLDERS.length);
  expect(made.worker).not.toHaveProperty("KEK_PASSPHRASE");
  expect(made.seed.KEK_PASSPHRASE).toBe(made.portal.KEK_PASSPHRASE);
});

test("key creation and process get the same, and another instance another", () => {
  const made = environments(ENV);
  for (const holder of KEY_HOLDERS) {
    const { KEK_PASSPHRASE } = keyVariables(ENV, folders, holder, ORIGIN);
    expect(made[holder].KEK_PASSPHRASE).toBe(KEK_PASSPHRASE);
    expect(keyVariables(ENV, folders, holder, "other/log").KEK_PASSPHRASE).not.toBe(KEK_PASSPHRASE);
  }
  // A fixed answer: a change of the derivation would lock every keystore that exists.
  expect(made.custodian.KEK_PASSPHRASE).toBe("fRWa2VU-6Ih9-g2mDpABGSWb_5McGeIRTGDWYVE9nMc");
});

test("the portal's variables open its own keystore and not the custodian's", async () => {
  const custodian = keyVariables(ENV, folders, "custodian", ORIGIN);
  const portal = keyVariables(ENV, folders, "portal", ORIGIN);
  const keyDir = folders.keyDir("custodian");
  await createLocalKeystore({ dir: keyDir, unlock: unlockOf(custodian) });
  await expect(openLocalKeystore({ dir: keyDir, unlock: unlockOf(portal) })).rejects.toThrow(/passphrase/);
  expect((await openLocalKeystore({ dir: keyDir, unlock: unlockOf(custodian) })).id).not.toBe("");
});

test("without a passphrase each holder has a key file in its own folder", () => {
  const { KEK_PASSPHRASE: _none, ...env } = ENV;
  const made = environments(env);
  for (const holder of KEY_HOLDERS) {
    expect(made[holder].KEK_FILE).toBe(path.join(folders.keyDir(holder), "kek.key"));
    expect(made[holder]).not.toHaveProperty("KEK_PASSPHRASE");
  }
});

test("each holder of keys knows where its keys are and how to open them; the worker knows neither", () => {
  const made = environments({
    ...ENV,
    SEALPORT_CUSTODY: "transit:sealport",
    VAULT_ADDR: "https://vault.example.test",
    VAULT_TOKEN_FILE: "/run/token",
    AWS_SECRET_ACCESS_KEY: "secret",
  });
  for (const holder of KEY_HOLDERS) {
    expect(made[holder]).toMatchObject({
      SEALPORT_CUSTODY: "transit:sealport",
      VAULT_TOKEN_FILE: "/run/token",
    });
    expect(readCustody(made[holder]).choice).toEqual({ kind: "transit", name: "sealport" });
  }
  for (const name of ["SEALPORT_CUSTODY", "VAULT_ADDR", "VAULT_TOKEN_FILE", "AWS_SECRET_ACCESS_KEY"])
    expect(made.worker).not.toHaveProperty(name);
  expect(environments(ENV).portal).not.toHaveProperty("SEALPORT_CUSTODY");
});

test("the portal knows the closed logs, with the keys of each", () => {
  const vkeys = Object.fromEntries(VKEYS.map((name) => [name, name]));
  const made = processEnvironments({
    env: ENV,
    folders,
    instance: { ...newInstance(`${ORIGIN}/2`), vkeys, closed: [{ origin: ORIGIN, vkeys, size: 7 }] },
    urls: URLS,
  });
  expect(JSON.parse(made.portal.CLOSED_LOGS ?? "")).toEqual([
    {
      origin: ORIGIN,
      log: ["signer.log"],
      receipts: ["portal.receipt"],
      witnesses: [{ vkey: "witness.cosigner", kind: "own" }],
      size: 7,
    },
  ]);
  expect(environments(ENV).portal).not.toHaveProperty("CLOSED_LOGS");
  expect(environments({ ...ENV, RETENTION_FLOOR_DAYS: "3650" }).signer.RETENTION_FLOOR_DAYS).toBe("3650");
});

test("each process is given only variables that it declares", () => {
  const ofSystem = [
    "NEXT_TELEMETRY_DISABLED",
    "MALLOC_ARENA_MAX",
    "PATH",
    "HOME",
    "LANG",
    "TMPDIR",
    "TZ",
    "LOG_LEVEL",
    "LOG_ORIGIN",
  ];
  const made = environments({ ...ENV, SMTP_URL: "smtp://mail.example.test", SEALPORT_CUSTODY: "local" });
  for (const [name, variables] of Object.entries(made) as [keyof typeof made, Record<string, string>][]) {
    const known = new Set([...ofSystem, ...Object.keys(declared[name].shape), ...Object.keys(custodyTexts)]);
    expect(Object.keys(variables).filter((one) => !known.has(one))).toEqual([]);
  }
});
