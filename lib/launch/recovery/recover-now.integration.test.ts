import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { parseCheckpointText } from "@/lib/audit/entry/checkpoint";
import type { AuditEvent } from "@/lib/audit/entry/event";
import { recordEvent } from "@/lib/audit/record/record-event";
import { insertCheckpoint } from "@/lib/audit/sequencer/checkpoint-store";
import { integrateBatch, prepareLog } from "@/lib/audit/sequencer/sequencer";
import { readHead } from "@/lib/audit/sequencer/store";
import { openEntryFile } from "@/lib/audit/signer/entry-file";
import { signerHandler } from "@/lib/audit/signer/serve-signer";
import { type CheckpointSigner, signCheckpoint } from "@/lib/audit/signer/sign-checkpoint";
import { systemClock } from "@/lib/clock";
import { toBase64url } from "@/lib/crypto/bytes";
import { startCustodian } from "@/lib/custodian/custodian";
import { writeEvaluationRoster } from "@/lib/custodian/roster/evaluation-roster";
import { signAsPortal } from "@/lib/escrow/client/portal-signature";
import type { RosterPerson } from "@/lib/escrow/protocol/messages";
import { serveHttp } from "@/lib/ipc/server";
import { createKeys } from "@/lib/keystore/files/create-keys";
import { createLocalKeystore, openLocalKeystore } from "@/lib/keystore/files/local-keystore";
import { loadSigningKey } from "@/lib/keystore/signing-key";
import { prepareFolders } from "@/lib/launch/folders";
import { newInstance, readInstance, writeInstance } from "@/lib/launch/instance-file";
import { PROGRAM_ROOT, scriptArguments } from "@/lib/launch/program";
import { exportSignedCopy } from "@/lib/launch/recovery/export-signed-copy";
import { createLogger } from "@/lib/telemetry/logger";
import { createTestKeystore } from "@/lib/testing/benches/audit-bench";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { SoftwareAuthenticator } from "@/lib/testing/devices/authenticator";
import { signWithPasskey } from "@/lib/testing/devices/statement-passkey";

const EVENT: AuditEvent = { class: "log", outcome: "done", action: "audit.read", subjects: [] };
const TABLES = ["entry", "part", "index", "queue", "leaf", "tile", "head"];

let bench: UseCaseBench;
let dataDir: string;
let writeStaff: (credentials?: Record<string, SoftwareAuthenticator>) => Promise<void>;
let sign: () => Promise<string>;
let from: CheckpointSigner;
let pinned: Readonly<Record<"signer.log" | "custodian.identity", string>>;

beforeAll(async () => {
  bench = await createUseCaseBench();
  await prepareLog(bench.sequencerPool, bench.place);
  dataDir = await mkdtemp(path.join(tmpdir(), "sp-recover-"));
  const folders = await prepareFolders(dataDir);
  const { log, tenantId } = bench.place;
  const key = loadSigningKey(await createTestKeystore("signer", log), "log");
  const ownDir = folders.keyDir("custodian");
  const own = await createLocalKeystore({ dir: ownDir, unlock: { keyFile: path.join(ownDir, "kek.key") } });
  const { vkeys } = createKeys(own, "custodian", log);
  pinned = { "signer.log": key.vkey, "custodian.identity": vkeys.identity ?? "" };
  const instance = { ...newInstance(log), tenant_id: tenantId, vkeys: pinned };
  writeInstance(folders.file("instance.json"), instance);
  const dir = folders.keyDir("portal");
  const keystore = await createLocalKeystore({ dir, unlock: { keyFile: path.join(dir, "kek.key") } });
  createKeys(keystore, "portal", log);
  writeStaff = (devices = {}) =>
    writeEvaluationRoster(path.join(dataDir, "keys", "roster.json"), {
      log,
      persons: ["legal", "approve"].map((duty) => ({
        person: `staff:${duty}`,
        organisation: "operator",
        duties: [duty],
        ...(devices[duty] === undefined ? {} : { credentials: [credentialOf(devices[duty])] }),
      })),
      evaluationKey: loadSigningKey(keystore, "evaluation").publicKey,
      origins: ["http://localhost:3000"],
      sign: (statement) => signAsPortal(keystore, "roster", statement),
    });
  await writeStaff();
  const file = await openEntryFile(path.join(folders.privateDir("signer"), "log"), log);
  from = { pool: bench.signerPool, file, log, signer: key, clock: systemClock };
  sign = () => signCheckpoint(from);
});
afterAll(() => bench?.close());

function credentialOf(device: SoftwareAuthenticator): RosterPerson["credentials"][number] {
  const public_key = toBase64url(device.publicKey);
  return { kind: "passkey", credential_id: device.credentialId, public_key, rp_id: "localhost" };
}

async function grow(count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, () => recordEvent(bench.cx, EVENT)));
  while ((await integrateBatch(bench.sequencerPool, bench.place)).added > 0);
}

async function asSuperuser(...statements: string[]): Promise<void> {
  const admin = new Client({ connectionString: bench.database.adminUrl });
  await admin.connect();
  for (const name of TABLES) await admin.query(`ALTER TABLE audit_${name} DISABLE TRIGGER USER`);
  for (const statement of statements) await admin.query(statement);
  const { rows } = await admin.query<{ text: string }>(
    `SELECT format('ALTER TABLE %I ENABLE ALWAYS TRIGGER %I', tgrelid::regclass, tgname) AS text FROM pg_trigger
     WHERE NOT tgisinternal AND tgrelid::regclass::text LIKE 'audit%'`,
  );
  for (const { text } of rows) await admin.query(text);
  await admin.end();
}

/** Runs `npm run op` with these variables. */
async function operate(
  env: Readonly<Record<string, string>>,
  ...args: string[]
): Promise<{ readonly code: number; readonly text: string }> {
  const child = spawn(process.execPath, scriptArguments("op.ts", ...args), {
    cwd: PROGRAM_ROOT,
    env: { PATH: process.env.PATH, NODE_ENV: "production", ...env },
  });
  let text = "";
  child.stdout.on("data", (part) => (text += String(part)));
  child.stderr.on("data", (part) => (text += String(part)));
  const [code] = await once(child, "exit");
  return { code: Number(code), text };
}

/** Runs `npm run op -- recover` as an operator with their own database does. */
function run(...args: string[]) {
  const { adminUrl } = inject("testServer");
  const database = { DATABASE_ADMIN_URL: adminUrl, DATABASE_NAME: bench.database.name };
  return operate({ DATA_DIR: dataDir, ...database }, "recover", ...args);
}

const backUp = () => asSuperuser(...TABLES.map((name) => `CREATE TABLE kept_${name} AS TABLE audit_${name}`));
const restore = () =>
  asSuperuser(
    ...TABLES.flatMap((name) => [
      `DELETE FROM audit_${name}`,
      `INSERT INTO audit_${name} SELECT * FROM kept_${name}`,
    ]),
  );
const dropBackUp = () => asSuperuser(...TABLES.map((name) => `DROP TABLE kept_${name}`));

const devices = { legal: new SoftwareAuthenticator(), approve: new SoftwareAuthenticator() };

/** Writes each person's signed statement to a file of their own, as the page Roster makes it. */
async function statementFiles(wanted: object, counter: number): Promise<string[]> {
  const files: string[] = [];
  for (const [duty, device] of Object.entries(devices)) {
    const statement = { ...wanted, person: `staff:${duty}` };
    device.counter = counter - 1;
    const file = path.join(dataDir, `recovery-${duty}-${counter}.json`);
    const signature = signWithPasskey(device, "recovery", statement);
    await writeFile(file, JSON.stringify([{ statement, signature }]));
    files.push("--statements", file);
  }
  return files;
}

const size = async () => (await readHead(bench.sequencerPool, bench.place.log))?.size ?? 0;

describe("the command recover", () => {
  it("shows what it would do, does it when the size is retyped and two people agreed, and then has nothing to do", async () => {
    await grow(3);
    await backUp();
    const before = await size();
    await grow(4);
    await sign();
    const signed = await size();
    await restore();
    await expect(sign()).rejects.toMatchObject({ reason: "shorter" });

    const plan = await run();
    expect(plan.text).toContain(`Entries ${before} to ${signed - 1} would be appended again`);
    expect(plan.text).toContain(`"from":${before},"to":${signed}`);
    expect([plan.code, await size()]).toEqual([0, before]);
    expect(await run("--confirm", String(signed - 1))).toMatchObject({
      code: 1,
      text: expect.stringContaining("not"),
    });
    const roster = path.join(dataDir, "keys", "roster.json");
    await rename(roster, `${roster}.away`);
    const refused = await run("--confirm", String(signed));
    await rename(`${roster}.away`, roster);
    expect(refused).toMatchObject({ code: 1, text: expect.stringMatching(/no roster yet.*roster begin/) });
    const empty = path.join(dataDir, "none.json");
    await writeFile(empty, "[]");
    const alone = await run("--confirm", String(signed), "--statements", empty);
    expect(alone).toMatchObject({ code: 1, text: expect.stringContaining("2 persons") });
    expect(await size()).toBe(before);

    const done = await run("--confirm", String(signed));
    expect(done).toMatchObject({ code: 0, text: expect.stringContaining("Assurance: evaluation") });
    expect(await size()).toBe(signed);
    await grow(1);
    await sign();
    expect((await run()).text).toContain("Nothing to recover");
    expect((await run("--confirm", "x")).code).toBe(2);
  });

  it("takes no statement of a passkey whose counter went back, and remembers only those that counted", async () => {
    // A custodian of its own: the portal may not set a person's first key.
    await rm(path.join(dataDir, "custodian", "custodian"), { recursive: true });
    await rm(path.join(dataDir, "keys", "roster.json"));
    await writeStaff(devices);
    const lose = async () => {
      await dropBackUp();
      await backUp();
      await grow(3);
      await sign();
      const lost = await size();
      await restore();
      const { text } = await run();
      const wanted = JSON.parse(text.split("\n").find((line) => line.startsWith("{")) ?? "");
      return { wanted, lost };
    };
    const recover = async ({ wanted, lost }: Awaited<ReturnType<typeof lose>>, counter: number) =>
      run("--confirm", String(lost), ...(await statementFiles(wanted, counter)));
    const first = await lose();
    expect(await recover(first, 5)).toMatchObject({
      code: 0,
      text: expect.stringContaining("Assurance: signed"),
    });
    await grow(1);
    await sign();
    const again = await lose();
    const before = await size();
    const copied = await recover(again, 5);
    expect(copied).toMatchObject({ code: 1, text: expect.stringContaining("counter went back") });
    expect(await size()).toBe(before);
    // A statement about another recovery does not count, so the custodian does not see its counter.
    const stale = (await statementFiles(first.wanted, 4)).slice(0, 2);
    const agreed = await statementFiles(again.wanted, 6);
    expect(await run("--confirm", String(again.lost), ...agreed, ...stale)).toMatchObject({ code: 0 });
  });

  it("works in three places: the signer's copy, a portal with the owner's login, and the running custodian", async () => {
    const { log, tenantId } = bench.place;
    await dropBackUp();
    await backUp();
    await grow(2);
    await sign();
    const signed = await size();
    await restore();
    const before = await size();
    const at = (name: string) => path.join(dataDir, name);
    const keys = (part: string) => ({ KEY_DIR: at(`keys/${part}`), KEK_FILE: at(`keys/${part}/kek.key`) });
    const common = { LOG_ORIGIN: log, TENANT_ID: tenantId };
    const signerEnv = {
      ...common,
      ...keys("signer"),
      DATA_DIR: at("signer"),
      SIGNER_URL: `unix:${at("s.sock")}`,
    };
    const own = { SIGNER_DATABASE_URL: "postgresql://signer@127.0.0.1:1/none" };
    const exported = await operate({ ...signerEnv, ...own }, "signer", "export", at("copy"));
    expect(exported).toMatchObject({ code: 0, text: expect.stringContaining(`${signed} entries`) });
    await expect(exportSignedCopy(at("signer/log"), log, at("copy"))).rejects.toThrow("EEXIST");
    const portal = {
      ...common,
      ...keys("portal"),
      ...{ DATA_DIR: at("portal"), DATABASE_URL: bench.database.appUrl, SIGNER_URL: signerEnv.SIGNER_URL },
      ...{ CUSTODIAN_URL: `unix:${at("c.sock")}`, CUSTODIAN_VKEY: pinned["custodian.identity"] },
      ...{ LOG_VKEY: pinned["signer.log"], DATABASE_OWNER_URL: bench.database.adminUrl },
    };
    const recover = (...args: string[]) => operate(portal, "recover", ...args);
    const signer = await serveHttp(signerEnv.SIGNER_URL, signerHandler(from, createLogger("test", "silent")));
    const dir = at("keys/custodian");
    const custodian = await startCustodian({
      ...{ log, dir: at("custodian/custodian"), rosterFile: at("keys/roster.json"), clock: systemClock },
      keystore: await openLocalKeystore({ dir, unlock: { keyFile: path.join(dir, "kek.key") } }),
      isEvaluation: true,
    });
    const served = await serveHttp(portal.CUSTODIAN_URL, custodian.handler);
    try {
      const state = await readFile(at("copy/state.json"), "utf8");
      await writeFile(at("copy/state.json"), state.replace(/"size":\d+/, '"size":1'));
      expect(await recover("--copy", at("copy"))).toMatchObject({
        code: 1,
        text: expect.stringMatching(/^\S+ is not what the signer signed last.* Export it again\.\n$/),
      });
      await writeFile(at("copy/state.json"), state);
      const plan = await recover("--copy", at("copy"));
      expect(plan.text).toContain(`Entries ${before} to ${signed - 1} would be appended again`);
      expect(await size()).toBe(before);
      const confirm = ["--copy", at("copy"), "--confirm", String(signed)];
      const wanted = JSON.parse(plan.text.split("\n").find((line) => line.startsWith("{")) ?? "");
      const files = await statementFiles(wanted, 20);
      expect(await recover(...confirm, ...files)).toMatchObject({
        code: 0,
        text: expect.stringContaining("Assurance: signed"),
      });
      expect(await size()).toBe(signed);
      await grow(1);
      await sign();
    } finally {
      await Promise.all([signer.close(0), served.close(0)]);
      await custodian.close();
    }
  });

  it("gives the instance over to a new log when the signer's store is lost: keys, store and roster, once", async () => {
    const { log, tenantId } = bench.place;
    const origin = `${log}/2`;
    const file = path.join(dataDir, "newest.txt");
    await grow(2);
    const stale = await sign();
    await grow(2);
    const note = await sign();
    const newest = parseCheckpointText(`${note.split("\n\n")[0]}\n`);
    await insertCheckpoint(bench.sequencerPool, bench.place, { ...newest, note }, []);
    // As an editor saves it; an invalid checkpoint, or one of another log, is refused in one line without a change.
    await writeFile(file, `${note}\n`);
    const args = ["--new-origin", origin, "--checkpoint", file];
    const bad = path.join(dataDir, "bad.txt");
    for (const [content, reason] of [
      ["", "is not a checkpoint"],
      ["[".repeat(50_000), "is not a checkpoint"],
      [note.slice(0, note.indexOf("\n\n") + 1), "is not a checkpoint"],
      [note.replace(log, "other.example.test"), "not one that the old log signed"],
      [note.replace(/\n\d+\n/, "\n1\n"), "not one that the old log signed"],
      [undefined, "cannot be read"],
    ] as const) {
      await rm(bad, { force: true });
      if (content !== undefined) await writeFile(bad, content);
      const refused = await run("--new-origin", origin, "--checkpoint", bad, "--confirm", "0");
      expect(refused).toMatchObject({ code: 1, text: expect.stringContaining(reason) });
      expect(refused.text.trimEnd().split("\n")).toHaveLength(1);
    }
    expect(await run("--new-origin", log, "--checkpoint", file, "--confirm", "0")).toMatchObject({
      code: 1,
      text: `The log of this instance is ${log}. Name another one.\n`,
    });
    expect((await run(...args)).text).toContain("would be closed for ever");
    // The run without --confirm finds an older checkpoint, and prints the newest of the database.
    await writeFile(bad, stale);
    const older = await run("--new-origin", origin, "--checkpoint", bad);
    expect(older).toMatchObject({ code: 1, text: expect.stringContaining("has a newer checkpoint") });
    await writeFile(bad, older.text.slice(older.text.indexOf("\n\n") + 2));
    expect((await run("--new-origin", origin, "--checkpoint", bad)).text).toContain(
      "would be closed for ever",
    );
    const head = { v: 1, log, size: newest.size, root: toBase64url(newest.root), cosigned_at: 0 };
    await writeFile(bad, JSON.stringify(head));
    expect((await run("--new-origin", origin, "--checkpoint", bad)).text).toContain(
      "would be closed for ever",
    );
    expect(await readInstance(path.join(dataDir, "instance.json"))).toMatchObject({ origin: log });
    // Interrupted after the database: the same call does the rest.
    const keystore = path.join(dataDir, "keys", "witness", "keystore.json");
    await writeFile(keystore, "no keystore");
    const broken = await run(...args, "--confirm", "0");
    expect(broken).toMatchObject({ code: 1, text: expect.stringContaining("Lost for ever: nothing") });
    expect(await readInstance(path.join(dataDir, "instance.json"))).toMatchObject({ origin: log });
    await rm(keystore);
    const done = await run(...args, "--confirm", "0");
    expect(done).toMatchObject({ code: 0, text: expect.stringContaining("is closed already") });

    const instance = await readInstance(path.join(dataDir, "instance.json"));
    expect(instance).toMatchObject({ origin, unlock_origin: log, closed: [{ origin: log }] });
    const holders = [
      "custodian.identity",
      "portal.evaluation",
      "portal.receipt",
      "signer.log",
      "witness.cosigner",
    ];
    expect(Object.keys(instance?.vkeys ?? {}).sort()).toEqual(holders);
    for (const vkey of Object.values(instance?.vkeys ?? {})) expect(vkey.startsWith(origin)).toBe(true);

    // The new custodian takes the roster and announces itself; the new signer signs the new log from entry 0 on.
    const open = (holder: string) => {
      const dir = path.join(dataDir, "keys", holder);
      return openLocalKeystore({ dir, unlock: { keyFile: path.join(dir, "kek.key") } });
    };
    const custodian = await startCustodian({
      log: origin,
      keystore: await open("custodian"),
      dir: path.join(dataDir, "custodian", "custodian"),
      rosterFile: path.join(dataDir, "keys", "roster.json"),
      clock: systemClock,
      isEvaluation: true,
    });
    await custodian.close();
    const signer = loadSigningKey(await open("signer"), "log");
    expect(signer.vkey).toBe(instance?.vkeys["signer.log"]);
    const store = await openEntryFile(path.join(dataDir, "signer", "log"), origin);
    const next = { ...bench.cx, instance: { ...bench.cx.instance, log: origin } };
    await recordEvent(next, EVENT);
    while ((await integrateBatch(bench.sequencerPool, { log: origin, tenantId })).added > 0);
    const first = await signCheckpoint({
      pool: bench.signerPool,
      file: store,
      log: origin,
      signer,
      clock: systemClock,
    });
    expect(first.split("\n").slice(0, 2)).toEqual([origin, "2"]);
    await store.close();

    // A finished call that is given again changes nothing.
    expect(await run(...args, "--confirm", "0")).toMatchObject({ code: 1 });
    expect(await readInstance(path.join(dataDir, "instance.json"))).toEqual(instance);

    // With parts apart the same is done at a portal: the database's part, and the line for all portals.
    const second = path.join(dataDir, "newest-2.txt");
    await writeFile(second, first);
    const keyOf = (name: string) => instance?.vkeys[name] ?? "";
    const apart = {
      ...{ LOG_ORIGIN: origin, TENANT_ID: tenantId, LOG_VKEY: keyOf("signer.log") },
      ...{ KEY_DIR: path.join(dataDir, "keys/portal"), KEK_FILE: path.join(dataDir, "keys/portal/kek.key") },
      ...{ DATA_DIR: path.join(dataDir, "portal"), DATABASE_URL: bench.database.appUrl },
      ...{ CUSTODIAN_URL: "unix:/nowhere/c.sock", CUSTODIAN_VKEY: keyOf("custodian.identity") },
      ...{ DATABASE_OWNER_URL: bench.database.adminUrl },
    };
    const close = ["recover", "--new-origin", `${log}/3`, "--checkpoint", second, "--confirm", "0"];
    const closed = await operate(apart, ...close);
    expect(closed).toMatchObject({ code: 0, text: expect.stringContaining("begins with entry") });
    const line = /^CLOSED_LOGS='(.*)'$/m.exec(closed.text)?.[1] ?? "[]";
    expect(JSON.parse(line)).toMatchObject([
      { origin, log: [keyOf("signer.log")], receipts: [keyOf("portal.receipt")], witnesses: [] },
    ]);
  });
});
