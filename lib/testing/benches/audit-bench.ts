import { cosignerVkey, vkey } from "@/lib/crypto/log/signed-note";
import "server-only";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Pool } from "pg";
import { createAuditRecorder } from "@/lib/audit/record/recorder";
import { systemClock } from "@/lib/clock";
import type { AuditContext, InstanceFacts, PinnedKeys } from "@/lib/context/context";
import type { AuditRecorder } from "@/lib/context/recorder";
import { toBase64url, utf8 } from "@/lib/crypto/bytes";
import { randomBytes } from "@/lib/crypto/primitives";
import { openDatabase } from "@/lib/db/client";
import { openPool } from "@/lib/db/pool";
import type { DbContext } from "@/lib/db/transaction";
import { writeFileAtomic } from "@/lib/keystore/files/atomic-file";
import { createKeys, type KeyedProcess } from "@/lib/keystore/files/create-keys";
import { folderKeystore } from "@/lib/keystore/files/folder-keystore";
import {
  KEYSTORE_FILE,
  kekAad,
  kekCheck,
  newKeks,
  newKeystoreId,
  type Root,
} from "@/lib/keystore/files/keystore-file";
import type { Keystore } from "@/lib/keystore/keystore";
import type { Kdf } from "@/lib/keystore/keystore-types";
import { fixedKeks } from "@/lib/keystore/roots/leased-keks";
import { sealText, unlockKey } from "@/lib/keystore/roots/local-root";
import { openKeks } from "@/lib/keystore/roots/open-roots";
import { createTestDatabase, type TestDatabase } from "@/lib/testing/servers/database";
import type { TestServer } from "@/lib/testing/servers/test-server";

/** How long a bench's calls wait for a connection: a busy machine is not a refusal. */
export const BENCH_WAIT_MS = 120_000;

/** Passphrase of every keystore made here. */
export const TEST_PASSPHRASE = "a passphrase for tests";

/** The cheapest scrypt that a keystore may have: these tests are about sealing, not about guessing passphrases. */
const KDF: Kdf = { kind: "scrypt", salt: toBase64url(utf8("salt for tests 0")), n: 2 ** 14, r: 8, p: 1 };
let testRootKey: Promise<Uint8Array> | undefined;

/** Writes a keystore with its own keys under the test passphrase, and opens it without deriving that key again. */
async function writeTestKeystore(dir: string): Promise<Keystore> {
  testRootKey ??= unlockKey({ passphrase: TEST_PASSPHRASE }, KDF, dir);
  const key = await testRootKey;
  const id = newKeystoreId();
  const bare: Root = { n: 1, state: "current", kdf: KDF, check: toBase64url(kekCheck(key)), keks: [] };
  const keks = [...newKeks()].map(([name, kek]) => ({
    name,
    id: kek.id,
    sealed: sealText(key, kekAad(id, bare, name, kek.id), kek.key),
  }));
  writeFileAtomic(
    path.join(dir, KEYSTORE_FILE),
    JSON.stringify({ v: 1, id, kdf: KDF, check: bare.check, keks }),
  );
  const open = () => openKeks(dir, id, { ...bare, keks }, key);
  return folderKeystore(
    dir,
    fixedKeks(open(), async () => open()),
  );
}

/** Makes a keystore of one process in a fresh folder, with that process's keys. */
export async function createTestKeyFolder(
  process: KeyedProcess,
  origin: string,
): Promise<{ readonly dir: string; readonly keystore: Keystore }> {
  const dir = await mkdtemp(path.join(tmpdir(), "sealport-keys-"));
  const keystore = await writeTestKeystore(dir);
  createKeys(keystore, process, origin);
  return { dir, keystore };
}

/** Returns only the keystore of `createTestKeyFolder`. */
export async function createTestKeystore(process: KeyedProcess, origin: string): Promise<Keystore> {
  return (await createTestKeyFolder(process, origin)).keystore;
}

/** One database with its own log: what the audit functions need, without a person. */
export interface AuditBench {
  readonly database: TestDatabase;
  readonly cx: AuditContext & DbContext & { readonly audit: AuditRecorder };
  readonly keystore: Keystore;
  /** Folder of that keystore, for child processes. */
  readonly keyDir: string;
  readonly appPool: Pool;
  readonly sequencerPool: Pool;
  readonly signerPool: Pool;
  readonly place: { readonly log: string; readonly tenantId: string };
  close(): Promise<void>;
}

/** Returns the pinned keys as in a portal's configuration, all of them this one. */
export function pinnedKeys(log: string, publicKey: Uint8Array): PinnedKeys {
  return {
    log: vkey(log, publicKey),
    custodian: vkey(`${log}/custodian`, publicKey),
    witnesses: [{ vkey: cosignerVkey(`${log}/witness`, publicKey), kind: "own" }],
    witnessPolicy: { own: 1, independent: 0 },
  };
}

/**
 * Opens the bench. Without `server` it uses the shared one of a vitest run, without `origin` a log with its own name. `writers` is the
 * number of connections of `cx.db`.
 */
export async function createAuditBench(
  options: {
    readonly server?: TestServer;
    readonly writers?: number;
    readonly origin?: string;
    /** Instead of a database of its own. */
    readonly database?: TestDatabase;
  } = {},
): Promise<AuditBench> {
  const database =
    options.database ?? (await (options.server ? createTestDatabase(options.server) : createTestDatabase()));
  const log = options.origin ?? `log.test/${toBase64url(randomBytes(6))}`;
  const { dir: keyDir, keystore } = await createTestKeyFolder("portal", log);
  const receiptKey = keystore.readNamedKey("receipt");
  if (receiptKey === undefined) throw new TypeError("no receipt key");
  const instance: InstanceFacts = {
    log,
    tenantId: database.tenantId,
    tenantPseudonym: `t_${toBase64url(randomBytes(6))}`,
    evaluation: true,
    pinned: pinnedKeys(log, receiptKey.publicKey),
  };
  const db = openDatabase({
    url: database.appUrl,
    ...(options.writers ? { maxConnections: options.writers } : {}),
    waitMs: BENCH_WAIT_MS,
  });
  const appPool = openPool({ url: database.appUrl, maxConnections: 4, waitMs: BENCH_WAIT_MS });
  const sequencerPool = openPool({ url: database.sequencerUrl, waitMs: BENCH_WAIT_MS });
  const signerPool = openPool({ url: database.signerUrl, waitMs: BENCH_WAIT_MS });
  const audit = createAuditRecorder({ pool: appPool, keystore, instance, receiptKey });
  const cx = { db, instance, audit, clock: systemClock, client: {}, requestId: "req_test", system: "test" };
  return {
    database,
    cx,
    keystore,
    keyDir,
    appPool,
    sequencerPool,
    signerPool,
    place: { log, tenantId: instance.tenantId },
    close: async () => {
      await Promise.all([db.close(), appPool.end(), sequencerPool.end(), signerPool.end()]);
      await database.drop();
    },
  };
}
