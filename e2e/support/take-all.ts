// Runs with a process's own environment only. It collects every secret from that environment, its key folder and its open files, and tries
// each on the escrow entries and on the log's key. Prints counts as JSON.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { Client } from "pg";
import { apuText, wrappingKey } from "@/lib/crypto/envelope/envelope-format";
import { openKeystoreFile } from "@/lib/keystore/roots/open-roots";
import { fromBase64url, toBase64url, utf8 } from "../../lib/crypto/bytes";
import { aesKeyUnwrap, ed25519PublicKey, x25519Handle } from "../../lib/crypto/primitives";
import { openPrivateKey } from "../../lib/crypto/private-key-blob";
import { unlockOf } from "../../lib/env";

const env = process.env;
const taken: Buffer[] = [Buffer.from(JSON.stringify(env))];
const fileList = (JSON.parse(env.TAKE_FILES ?? "[]") as string[]).concat(
  env.KEY_DIR ? readdirSync(env.KEY_DIR).map((name) => path.join(env.KEY_DIR ?? "", name)) : [],
);
for (const file of fileList) {
  try {
    taken.push(readFileSync(file));
  } catch {
    // Sockets and removed files contain no secret.
  }
}

/** Every collected text that reads as 32 bytes. */
const candidates = new Map<string, Uint8Array>();
for (const bytes of taken) {
  for (const [token] of bytes.toString("latin1").matchAll(/[A-Za-z0-9_-]{43}/g)) {
    try {
      candidates.set(token, fromBase64url(token));
    } catch {
      // Not canonical: our keys are not written so.
    }
  }
  for (const [token] of bytes.toString("latin1").matchAll(/[0-9a-f]{64}/g)) {
    candidates.set(token, Uint8Array.from(Buffer.from(token, "hex")));
  }
}

const keks: Uint8Array[] = [];
if (env.KEY_DIR) {
  const opened = await openKeystoreFile(
    env.KEY_DIR,
    unlockOf({ KEK_FILE: env.KEK_FILE, KEK_PASSPHRASE: env.KEK_PASSPHRASE }),
  );
  for (const kek of opened.keks.values()) keks.push(kek.key);
}

interface Named {
  purpose: "participant" | "escrow" | "log" | "receipt" | "custodian";
  participant: string;
  version: number;
  kek: string;
  public_key: string;
  blob: string;
}

function tryOpen(key: Named, kind: "x25519" | "ed25519"): Uint8Array | undefined {
  const { purpose, participant, version, kek, public_key } = key;
  for (const secret of [...keks, ...candidates.values()]) {
    try {
      const aad = { v: 1 as const, purpose, participant, version, kek, public_key };
      return openPrivateKey({ kek: secret, aad, blob: fromBase64url(key.blob), kind });
    } catch {
      // Another key-encryption key.
    }
  }
  return undefined;
}

const signing: string[] = [];
for (const name of env.KEY_DIR ? readdirSync(env.KEY_DIR).filter((file) => file.endsWith(".key.json")) : []) {
  const key = JSON.parse(readFileSync(path.join(env.KEY_DIR ?? "", name), "utf8")) as Named;
  if (tryOpen(key, "ed25519")) signing.push(key.participant);
}

const options = `-c sealport.tenant=${env.TENANT_ID}`;
const client = new Client({ connectionString: env.DATABASE_URL, options });
await client.connect();
const keys: Uint8Array[] = [...candidates.values()];
const stored = await client.query(
  "SELECT participant_id, version, public_key, private_blob, kek_id FROM key_version WHERE private_blob IS NOT NULL",
);
let managed = 0;
for (const row of stored.rows) {
  const opened = tryOpen(
    {
      purpose: "participant",
      participant: row.participant_id,
      version: row.version,
      kek: row.kek_id,
      public_key: row.public_key,
      blob: toBase64url(row.private_blob),
    },
    "x25519",
  );
  if (opened) {
    managed += 1;
    keys.push(opened);
  }
}

const wraps = await client.query(
  `SELECT w.kid, w.kind, w.epk, w.encrypted_key, w.transaction_id AS tx, w.grp, w.gen, g.ep
     FROM wrap w JOIN transaction_group g ON g.transaction_id = w.transaction_id AND g.grp = w.grp AND g.gen = w.gen
    ORDER BY w.transaction_id DESC LIMIT 400`,
);
const handles = keys.map((key) => x25519Handle(key));
const opened = { escrow: 0, participant: 0, escrowTried: 0 };
for (const row of wraps.rows) {
  const apu = utf8(apuText({ tx: row.tx, group: row.grp, ep: row.ep, gen: row.gen, rd: "" }));
  if (row.kind === "escrow") opened.escrowTried += 1;
  for (const handle of handles) {
    try {
      const kek = wrappingKey(handle.derive(fromBase64url(row.epk)), apu, row.kid);
      aesKeyUnwrap(kek, fromBase64url(row.encrypted_key));
      opened[row.kind === "escrow" ? "escrow" : "participant"] += 1;
      break;
    } catch {
      // Not for this key.
    }
  }
}
const epochs = await client.query("SELECT public_key FROM escrow_epoch");
await client.end();

const escrowKeys = new Set<string>(epochs.rows.map((row) => row.public_key));
const logKey = (env.LOG_VKEY ?? env.TAKE_LOG_VKEY ?? "").split("+").slice(2).join("+");
const isLogKey = (seed: Uint8Array) =>
  logKey !== "" && Buffer.from(logKey, "base64").subarray(1).equals(ed25519PublicKey(seed));
console.log(
  JSON.stringify({
    candidates: candidates.size,
    keks: keks.length,
    signing,
    managed,
    opened,
    escrowPrivateKeys: keys.filter((key) => escrowKeys.has(toBase64url(x25519Handle(key).publicKey))).length,
    logPrivateKeys: [...candidates.values(), ...keks].filter(isLogKey).length,
    proof: toBase64url(utf8("done")),
  }),
);
