import "server-only";
import type { AuditKeys } from "@/lib/audit/schema";
import { readTrustedFile } from "@/lib/audit/timestamp/trusted-file";
import type { Context } from "@/lib/context";
import { vkey } from "@/lib/crypto/log/signed-note";
import { portalEnv } from "@/lib/env";
import { witnessKeys } from "@/lib/env/anchors";
import { closedLog, ofLog } from "../of-log";

/**
 * The public keys this instance is configured to trust; they are pinned, never read from the database. For a closed
 * log its own, and the present receipt key, which signs what is exported of it.
 */
export function publicKeys(cx: Pick<Context, "audit" | "instance">): AuditKeys {
  const env = portalEnv();
  const { name, publicKey } = cx.audit.receiptSigner;
  const closed = closedLog(cx.instance.log);
  return {
    log: closed?.log ?? [env.LOG_VKEY],
    receipts: [vkey(name, publicKey), ...(closed?.receipts ?? [])],
    witnesses: closed?.witnesses ?? witnessKeys(env),
    time_stamp: readTrustedFile(env.TSA_CA_FILE),
    custodian: env.CUSTODIAN_VKEY,
  };
}

/** Public keys that checkpoints, receipts and the custodian's answers are checked with. */
export async function getAuditKeys(cx: Context, log?: string): Promise<AuditKeys> {
  const closed = portalEnv().CLOSED_LOGS?.map(({ origin }) => origin) ?? [];
  return { ...publicKeys(ofLog(cx, log)), ...(closed.length === 0 ? {} : { closed }) };
}
