import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { inspect } from "node:util";
import { Client } from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { fromBase64url, toBase64url } from "@/lib/crypto/bytes";
import { openContentKey } from "@/lib/crypto/envelope/envelope";
import { randomBytes, x25519Shared } from "@/lib/crypto/primitives";
import { openPrivateKey } from "@/lib/crypto/private-key-blob";
import { inSnapshot } from "@/lib/db/transaction";
import { type CustodySettings, readCustody } from "@/lib/env/custody";
import { recordEpoch } from "@/lib/escrow/client/epochs";
import { registerPending } from "@/lib/escrow/client/registrar";
import { changeKeyState } from "@/lib/keys/change-state";
import { rotateEpoch } from "@/lib/keys/escrow-epochs/rotate-epoch";
import { listKeys } from "@/lib/keys/list-keys";
import { rotateKey } from "@/lib/keys/rotation/rotate-key";
import { KEYSTORE_FILE, readRoots } from "@/lib/keystore/files/keystore-file";
import { createLocalKeystore } from "@/lib/keystore/files/local-keystore";
import { dropOldRoot, stageRoot } from "@/lib/keystore/files/move-root";
import { holderOf, openKeystore } from "@/lib/keystore/open-keystore";
import { unlockKey } from "@/lib/keystore/roots/local-root";
import { localHolder, openKeystoreFile, openKeystoreRoots } from "@/lib/keystore/roots/open-roots";
import { createLogger, type Logger } from "@/lib/telemetry/logger";
import { TEST_PASSPHRASE } from "@/lib/testing/benches/audit-bench";
import { createLogBench, type LogBench } from "@/lib/testing/benches/log-bench";
import type { UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { CanaryScanner, filesBelow } from "@/lib/testing/contracts/canaries";
import { writeAdministratorsRoster } from "@/lib/testing/custodian/administrators-roster";
import { type FaultyProxy, startFaultyProxy } from "@/lib/testing/servers/faulty-proxy";
import { startTransitServer, type TransitServer } from "@/lib/testing/servers/transit-server";
import { openTransaction } from "@/lib/transactions/open/open-transaction";
import { loadSealed } from "@/lib/transactions/read/load-sealed";
import { rewrapEscrow } from "@/lib/transactions/rewrap/rewrap-escrow";
import { runRotations } from "@/lib/transactions/rewrap/run-rotations";
import { NewTransaction } from "@/lib/transactions/schema";
import { findTransaction } from "@/lib/transactions/store";
import { submitBatch } from "@/lib/transactions/submit/submit-batch";
import { submitTransaction } from "@/lib/transactions/submit/submit-transaction";

type Person = Awaited<ReturnType<UseCaseBench["person"]>>;

/**
 * All secrets that must not appear anywhere, by kind; and all texts that were returned or logged, which are scanned
 * with the other places.
 */
const secrets = new Map<string, string | Uint8Array>();
const plaintexts = new Map<string, string>();
const privateKeys = new Map<string, Uint8Array>();
const logged: string[] = [];
const answers: string[] = [];
const disclosures: string[] = [];
const failures: string[] = [];
const printed: string[] = [];

const PASSPHRASE = { passphrase: TEST_PASSPHRASE };
let bench: LogBench;
let logger: Logger;
let moved: TransitServer;
let proxy: FaultyProxy;
let scratch: string;
let databaseDir: string;
let databaseOid: string;

const mark = () => `canary-${toBase64url(randomBytes(15))}`;

async function query<T extends object>(text: string, values: unknown[] = []): Promise<T[]> {
  const client = new Client({ connectionString: bench.database.adminUrl });
  await client.connect();
  try {
    return (await client.query<T>(text, values)).rows;
  } finally {
    await client.end();
  }
}

function listenToOutput(): () => void {
  const spies = [process.stdout, process.stderr].map((stream) => {
    const original = stream.write;
    const spied = (...args: unknown[]): unknown => {
      printed.push(String(args[0]));
      return Reflect.apply(original, stream, args);
    };
    Reflect.set(stream, "write", spied);
    return () => Reflect.set(stream, "write", original);
  });
  return () => {
    for (const restore of spies) restore();
  };
}

/** Collects the answer to an act that must fail, in every form an error can be shown, and its log lines. */
async function fails(what: string, act: () => unknown): Promise<void> {
  const error = await Promise.resolve()
    .then(act)
    .then(
      () => undefined,
      (failure: unknown) => failure,
    );
  if (!(error instanceof Error)) throw new Error(`did not fail: ${what}`);
  logger.error({ err: error }, what);
  failures.push(inspect(error, { depth: 20, showHidden: true }), JSON.stringify(error), String(error.stack));
}

/** Runs changes of rows as a person with full access to the database; nothing afterwards needs their triggers. */
async function tamper(table: string, change: string, values: unknown[]): Promise<void> {
  await query(`ALTER TABLE ${table} DISABLE TRIGGER USER`);
  await query(`UPDATE ${table} SET ${change}`, values);
}

/** Collects the key-encryption keys of a process's keystore, its root key, and the keys in its folder. */
async function learnKeystore(name: string, dir: string): Promise<void> {
  const opened = await openKeystoreFile(dir, PASSPHRASE);
  for (const [purpose, { key }] of opened.keks) secrets.set(`${name}: KEK ${purpose}`, key);
  for (const root of readRoots(dir).roots)
    if ("kdf" in root) secrets.set(`${name}: root KEK`, await unlockKey(PASSPHRASE, root.kdf, name));
  for (const file of readdirSync(dir).filter((one) => one.endsWith(".key.json"))) {
    const { purpose, participant, version, kek, public_key, blob } = JSON.parse(
      readFileSync(path.join(dir, file), "utf8"),
    );
    const keyKek = [...opened.keks.values()].find(({ id }) => id === kek)?.key ?? new Uint8Array(32);
    const aad = { v: 1 as const, purpose, participant, version, kek, public_key };
    const kind = purpose === "escrow" ? "x25519" : "ed25519";
    secrets.set(`${name}: ${file}`, openPrivateKey({ kek: keyKek, aad, blob: fromBase64url(blob), kind }));
  }
}

interface StoredKey {
  participant_id: string;
  version: number;
  public_key: string;
  private_blob: Buffer;
  kek_id: string;
}

/** Collects the participants' private keys as they are stored now. */
async function learnParticipants(): Promise<void> {
  const { keks } = await openKeystoreFile(bench.keyDir, PASSPHRASE);
  const kek = keks.get("participant")?.key ?? new Uint8Array(32);
  for (const row of await query<StoredKey>("SELECT * FROM key_version WHERE private_blob IS NOT NULL")) {
    const kid = `${row.participant_id}#${row.version}`;
    if (privateKeys.has(kid)) continue;
    const aad = {
      v: 1 as const,
      purpose: "participant" as const,
      participant: row.participant_id,
      version: row.version,
      kek: row.kek_id,
      public_key: row.public_key,
    };
    const privateKey = openPrivateKey({ kek, aad, blob: new Uint8Array(row.private_blob), kind: "x25519" });
    privateKeys.set(kid, privateKey);
    secrets.set(`private key ${kid}`, privateKey);
  }
}

/** Collects the content key of every group of a transaction as it is sealed now. */
async function learnContentKeys(id: string): Promise<void> {
  const groups = await inSnapshot(bench.cx, async (tx) => {
    const transaction = await findTransaction(tx.run, bench.place.tenantId, id);
    if (transaction === undefined) throw new TypeError("no transaction");
    return (await loadSealed(tx, transaction)).groups;
  });
  for (const { context, envelope, wraps, row } of groups) {
    const own = wraps.find(({ kid }) => privateKeys.has(kid));
    if (own === undefined) throw new Error("no one here can open it");
    const privateKey = privateKeys.get(own.kid) ?? new Uint8Array(32);
    const derive = (epk: Uint8Array) => x25519Shared(privateKey, epk);
    const cek = await openContentKey({ ...context, envelope, kid: own.kid, derive });
    secrets.set(`content key ${id} ${row.group} ${row.gen}`, cek);
  }
}

function bodyOf(to: Person) {
  const sent = {
    amount: `${Math.floor(1e15 + Math.random() * 8e15)}`,
    narrative: mark(),
    iban: mark(),
    rate: mark(),
  };
  for (const [name, value] of Object.entries(sent)) plaintexts.set(`${name} ${plaintexts.size}`, value);
  const { amount, narrative, iban, rate } = sent;
  return {
    job_id: "job-of-a-canary",
    confidential: true,
    participants: [to.principal.participantId],
    amount,
    currency: "EUR",
    narrative,
    settlement_details: { iban },
    pricing: { rate },
  };
}

async function submit(from: Person, to: Person): Promise<string> {
  const answer = await submitTransaction(from, NewTransaction.parse(bodyOf(to)));
  answers.push(JSON.stringify(answer));
  return answer.transaction_id;
}

async function open(cx: Person, id: string): Promise<void> {
  disclosures.push(JSON.stringify(await openTransaction(cx, id, { purpose: "settlement" })));
}

const keyOf = async (cx: Person, state: string): Promise<string> => {
  const { items } = await listKeys(cx, { participant_id: cx.principal.participantId, limit: 50 });
  answers.push(JSON.stringify(items));
  return items.find((key) => key.state === state)?.key_id ?? "";
};

async function run(cx: Person): Promise<void> {
  await bench.anchor();
  await runRotations({ ...cx, system: "portal" });
}

/** Each person, with a log that records at its finest level. */
async function person(role: "client" | "miner" | "admin"): Promise<Person> {
  const cx = await bench.person({ role, ...(role === "admin" ? { duties: ["admin"] } : {}) });
  return { ...cx, logger };
}

/** A transaction's life: submitted, opened, rotated, resealed, its escrow renewed, a key compromised. */
async function live(): Promise<{ owner: Person; other: Person; id: string }> {
  const [owner, other, admin] = [await person("client"), await person("miner"), await person("admin")];
  await writeAdministratorsRoster(bench, [admin]);
  await recordEpoch(owner);
  const id = await submit(owner, other);
  const refused = mark();
  plaintexts.set("an invalid amount", refused);
  const batch = { transactions: [bodyOf(other), bodyOf(other), { amount: refused }], atomic: false };
  answers.push(JSON.stringify(await submitBatch(owner, batch)));
  const learn = async () => {
    await learnParticipants();
    await learnContentKeys(id);
  };
  await learn();
  await open(owner, id);
  await open(other, id);
  const { participantId } = owner.principal;
  for (const mode of ["rewrap", "reseal"] as const) {
    answers.push(JSON.stringify(await rotateKey(owner, { participantId }, mode)));
    await learn();
    await run(owner);
    await learn();
    await open(owner, id);
  }
  while ((await registerPending(owner)).registered > 0);
  answers.push(JSON.stringify(await rotateEpoch(admin)));
  await bench.anchor();
  await rewrapEscrow({ ...owner, principal: undefined, system: "portal" });
  const keyId = await keyOf(owner, "active");
  const order = { state: "compromised", reason: "a stolen backup" } as const;
  answers.push(JSON.stringify(await changeKeyState(owner, keyId, order)));
  await fails("opening with a compromised key", () => openTransaction(owner, id, { purpose: "settlement" }));
  for (const cx of [owner, admin]) answers.push(JSON.stringify(await rotateKey(cx, { keyId }, "reseal")));
  await run(owner);
  await learn();
  await open(owner, id);
  return { owner, other, id };
}

const transitOf = (): CustodySettings =>
  readCustody({
    SEALPORT_CUSTODY: "transit:sealport",
    VAULT_ADDR: proxy.url,
    VAULT_TOKEN: moved.token,
    KEK_PASSPHRASE: TEST_PASSPHRASE,
  });

/** Moves the portal's keys to a key service, which then fails in several ways. */
async function move({ owner, id }: { owner: Person; id: string }): Promise<void> {
  const patience = { attempts: 1, callMs: 60_000, pauseMs: 1 };
  const place = { dir: bench.keyDir, custody: transitOf(), patience };
  const to = await holderOf(place.custody, patience);
  await stageRoot(bench.keyDir, localHolder(PASSPHRASE), to);
  const keystore = await openKeystore(place);
  const current = readRoots(bench.keyDir).roots.find(({ state }) => state === "current");
  if (current === undefined || "kdf" in current) throw new Error("the root was not moved");
  const root = await to.custody.unwrap(
    { keystore: readRoots(bench.keyDir).id, root: String(current.n) },
    current.custody,
  );
  secrets.set("portal: root KEK at the key service", root);
  await open({ ...owner, keystore }, id);
  for (const fault of ["error", "garbage", "gone", "cut", "denied"] as const) {
    proxy.set(fault);
    await fails(`a key service that is ${fault}`, () => openKeystoreRoots(bench.keyDir, to));
    await fails(`a start while it is ${fault}`, () => openKeystore(place));
  }
  proxy.set(undefined);
  await dropOldRoot(bench.keyDir, to);
  await open({ ...owner, keystore: await openKeystore(place) }, id);
}

/** Causes faults: wrong passphrases, files and rows. */
async function goWrong({ owner, other, id }: { owner: Person; other: Person; id: string }): Promise<void> {
  const wrong = `wrong-${mark()}`;
  secrets.set("a wrong passphrase", wrong);
  await fails("a wrong passphrase", () => openKeystoreFile(bench.custodianKeyDir, { passphrase: wrong }));
  const damaged = path.join(scratch, "damaged");
  cpSync(bench.custodianKeyDir, damaged, { recursive: true });
  const file = path.join(damaged, KEYSTORE_FILE);
  const text = readFileSync(file, "utf8");
  writeFileSync(
    file,
    text.replace(/("sealed": ?")(.)/, (_all, before, first) => before + (first === "A" ? "B" : "A")),
  );
  await fails("a damaged keystore", () => openKeystoreFile(damaged, PASSPHRASE));
  writeFileSync(file, text.slice(0, 200));
  await fails("half a keystore", () => openKeystoreFile(damaged, PASSPHRASE));
  const stranger = await person("client");
  await fails("a stranger's opening", () => openTransaction(stranger, id, { purpose: "settlement" }));
  await fails("an invalid amount", () => NewTransaction.parse({ ...bodyOf(other), amount: [1] }));
  await tamper(
    "key_version",
    "private_blob = set_byte(private_blob, 20, 255 - get_byte(private_blob, 20)) WHERE participant_id = $1",
    [other.principal.participantId],
  );
  await fails("a private key that does not open", () =>
    openTransaction(other, id, { purpose: "settlement" }),
  );
  await tamper("wrap", "encrypted_key = $1 WHERE transaction_id = $2", [toBase64url(randomBytes(40)), id]);
  await fails("replaced entries", () => openTransaction(owner, id, { purpose: "settlement" }));
}

beforeAll(async () => {
  bench = await createLogBench();
  logger = createLogger("portal", "trace", { write: (line) => void logged.push(line) });
  scratch = mkdtempSync(path.join(os.tmpdir(), "sealport-canary-"));
  moved = await startTransitServer();
  await moved.admin("POST", "keys/sealport");
  proxy = await startFaultyProxy(moved.url, { status: 403, body: '{"errors":["permission denied"]}' });
  secrets.set("the token of the key service", moved.token);
  secrets.set("the passphrase", TEST_PASSPHRASE);
  const stop = listenToOutput();
  try {
    await learnKeystore("portal", bench.keyDir);
    await learnKeystore("signer", bench.signerKeyDir);
    const lived = await live();
    await learnKeystore("custodian", bench.custodianKeyDir);
    await move(lived);
    await goWrong(lived);
  } finally {
    stop();
  }
  await query("CHECKPOINT");
  const [place] = await query<{ dir: string; oid: string }>(
    "SELECT current_setting('data_directory') AS dir, oid::text FROM pg_database WHERE datname = current_database()",
  );
  databaseDir = place?.dir ?? "";
  databaseOid = place?.oid ?? "";
});
afterAll(async () => {
  await proxy?.close();
  await moved?.close();
  await bench?.close();
  rmSync(scratch, { recursive: true, force: true });
});

function scannerOf(...values: ReadonlyMap<string, string | Uint8Array>[]): CanaryScanner {
  const scanner = new CanaryScanner();
  for (const map of values) for (const [name, value] of map) scanner.add(name, value);
  return scanner;
}

const everything = () => scannerOf(secrets, plaintexts);

/** Returns every row of every table, as text; bytes are hexadecimal there. */
async function eachTable(look: (table: string, rows: string) => void): Promise<number> {
  const tables = await query<{ name: string }>(
    "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')",
  );
  for (const { name } of tables) {
    const rows = await query<{ row: string }>(`SELECT row::text AS row FROM ${name} AS row`);
    look(name, rows.map(({ row }) => row).join("\n"));
  }
  return tables.length;
}

const filesOf = (): string[] =>
  [
    path.join(databaseDir, "base", databaseOid),
    path.join(databaseDir, "pg_wal"),
    bench.keyDir,
    bench.signerKeyDir,
    bench.custodianKeyDir,
    bench.custodianDir,
    bench.dataDir,
    scratch,
  ].flatMap((folder) => [...filesBelow(folder)]);

it("the scan knows its secrets: private keys of each process and participant, key-encryption, root and content keys", () => {
  const names = [...secrets.keys()];
  const count = (pattern: RegExp) => names.filter((name) => pattern.test(name)).length;
  expect(count(/^(portal|signer|custodian): KEK /)).toBe(18);
  expect(count(/^(portal|signer|custodian): root KEK$/)).toBe(3);
  expect(names).toEqual(
    expect.arrayContaining(["portal: root KEK at the key service", "signer: log.key.json"]),
  );
  expect(names).toEqual(
    expect.arrayContaining(["custodian: escrow-1.key.json", "custodian: escrow-2.key.json"]),
  );
  expect(names).toEqual(expect.arrayContaining(["portal: receipt.key.json", "custodian: identity.key.json"]));
  expect(count(/^private key client-.*#[1-4]$/)).toBeGreaterThanOrEqual(4);
  expect(count(/^content key .* 1$/)).toBe(4);
  expect(count(/^content key .* [23]$/)).toBe(8);
  expect(failures.length).toBeGreaterThanOrEqual(3 * 18);
});

it("no table contains a secret", async () => {
  const scanner = everything();
  const found: string[] = [];
  const count = await eachTable((table, rows) => {
    found.push(...scanner.find(rows).map((name) => `${table}: ${name}`));
  });
  expect(count).toBeGreaterThan(40);
  expect(found).toEqual([]);
});

it("no file of the database, its WAL, a keystore, the custodian's or the signer's folder contains a secret", () => {
  const scanner = everything();
  const files = filesOf();
  expect(files.length).toBeGreaterThan(200);
  expect(files.flatMap((file) => scanner.findInFile(file).map((name) => `${file}: ${name}`))).toEqual([]);
});

it("no log line, process output, error or answer contains a secret", () => {
  const scanner = everything();
  for (const said of [logged, printed, failures, answers])
    expect(said.flatMap((text) => scanner.find(text))).toEqual([]);
  expect(logged.length).toBeGreaterThanOrEqual(18);
});

it("a party's opening returns its values and no key", () => {
  expect(disclosures.length).toBeGreaterThanOrEqual(7);
  const keys = scannerOf(secrets);
  for (const text of disclosures) expect(keys.find(text)).toEqual([]);
  const values = scannerOf(plaintexts);
  for (const text of disclosures) expect(values.find(text).length).toBe(4);
});

it("the scan finds expected texts: public keys in a table, a job's name in the database's files, a key file's key", async () => {
  const publicKeys = scannerOf(
    new Map(
      (await query<{ public_key: string }>("SELECT public_key FROM key_version")).map(
        ({ public_key: key }) => [key, fromBase64url(key)],
      ),
    ),
  );
  const tables: string[] = [];
  await eachTable((table, rows) => {
    if (publicKeys.find(rows).length > 0) tables.push(table);
  });
  expect(tables).toContain("public.key_version");
  const job = scannerOf(new Map([["job", "job-of-a-canary"]]));
  expect(filesOf().some((file) => job.findInFile(file).length > 0)).toBe(true);
  const dir = path.join(scratch, "with-key-file");
  const keyFile = path.join(dir, "kek.key");
  await createLocalKeystore({ dir, unlock: { keyFile } });
  const root = scannerOf(new Map([["root", fromBase64url(readFileSync(keyFile, "utf8").trim())]]));
  expect([...filesBelow(dir)].filter((file) => root.findInFile(file).length > 0)).toEqual([keyFile]);
});
