import "server-only";
import type { Context } from "@/lib/context";
import { vkey } from "@/lib/crypto/signed-note";
import { portalEnv } from "@/lib/env";
import { witnessKeys } from "@/lib/env/anchors";
import type { AuditKeys } from "./schema";
import { readTrustedFile } from "./timestamp/trusted-file";

/** The public keys this instance is configured to trust; they are pinned, never read from the database. */
export function publicKeys(cx: Pick<Context, "audit">): AuditKeys {
  const env = portalEnv();
  const { name, publicKey } = cx.audit.receiptSigner;
  return {
    log: [env.LOG_VKEY],
    receipts: [vkey(name, publicKey)],
    witnesses: witnessKeys(env),
    time_stamp: readTrustedFile(env.TSA_CA_FILE),
    custodian: env.CUSTODIAN_VKEY,
  };
}

/** Public keys that checkpoints, receipts and the custodian's answers are checked with. */
export async function getAuditKeys(cx: Context): Promise<AuditKeys> {
  return publicKeys(cx);
}
