import "server-only";
import type { Client } from "pg";
import { type Entry, encodeEntry, entryLeaf, parseEntry } from "@/lib/audit/entry/entry";
import { concat, utf8 } from "@/lib/crypto/bytes";
import { canonicalBytes, canonicalJson, type Json } from "@/lib/crypto/json/canonical-json";
import { partDigest } from "@/lib/crypto/log/audit-part";
import { aesGcmSeal, randomBytes } from "@/lib/crypto/primitives";
import { pastTriggers } from "./past-triggers";

const TABLES = ["audit_entry", "audit_part", "audit_queue", "audit_index", "audit_leaf"];

/** What the owner of the database writes over an entry whose part key a reader has received. */
export interface Forged {
  readonly id: string;
  /** Key of the entry's org part, as every bundle and every answer about the entry contains it. */
  readonly partKey: Uint8Array;
  readonly action: string;
  readonly org: Record<string, Json>;
  readonly pub?: Entry["pub"];
  /** Whether the entry then waits in the queue for a number, or keeps its leaf row, rewritten. */
  readonly isQueued?: boolean;
}

/** Rewrites an entry as one of class retention with another content, sealed with its own part key. */
export async function forgeEntry(admin: Client, forged: Forged): Promise<void> {
  const { id, partKey, action, org, pub, isQueued = false } = forged;
  const { rows } = await admin.query("SELECT bytes FROM audit_entry WHERE id = $1", [id]);
  const before = parseEntry(new Uint8Array(rows[0].bytes));
  const iv = randomBytes(12);
  const aad = utf8(canonicalJson({ c: "org", id, log: before.log }));
  const { ciphertext, tag } = aesGcmSeal(partKey, iv, canonicalBytes({ action, ...org }), aad);
  const stored = concat(iv, ciphertext, tag);
  const { pub: _pub, ...rest } = before;
  const bytes = encodeEntry({
    ...rest,
    class: "retention",
    outcome: "done",
    sealed: [{ c: "org", d: partDigest(stored) }],
    ...(pub === undefined ? {} : { pub }),
  });
  await pastTriggers(admin, TABLES, async () => {
    await admin.query(
      "UPDATE audit_entry SET bytes = $2, class = 'retention', outcome = 'done' WHERE id = $1",
      [id, Buffer.from(bytes)],
    );
    await admin.query("DELETE FROM audit_part WHERE entry_id = $1 AND c <> 'org'", [id]);
    await admin.query("UPDATE audit_part SET stored = $2 WHERE entry_id = $1", [id, Buffer.from(stored)]);
    await admin.query(
      "UPDATE audit_index SET action = $2, outcome = 'done', actor = $3 WHERE entry_id = $1",
      [id, action, String(org.actor ?? "system:retention")],
    );
    await admin.query("UPDATE audit_leaf SET leaf_hash = $2 WHERE entry_id = $1", [
      id,
      Buffer.from(entryLeaf(bytes)),
    ]);
    if (isQueued)
      await admin.query(
        "INSERT INTO audit_queue (entry_id, tenant_id, subject, action) SELECT id, tenant_id, 'entry:' || id, $2 FROM audit_entry WHERE id = $1",
        [id, action],
      );
  });
}
