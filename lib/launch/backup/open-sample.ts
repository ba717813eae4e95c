import "server-only";
import { z } from "zod";
import { BackupRefused } from "@/lib/backup/refused";
import { openDatabase } from "@/lib/db/client";
import { inSnapshot } from "@/lib/db/transaction";
import type { LaunchEnv } from "@/lib/env";
import { readCustody } from "@/lib/env/custody";
import { selectSealedGroups } from "@/lib/escrow/client/store";
import type { Keystore } from "@/lib/keystore/keystore";
import { openKeystore } from "@/lib/keystore/open-keystore";
import { keyVariables } from "@/lib/launch/environments";
import type { InstanceFolders } from "@/lib/launch/folders";
import { type InstanceFile, unlockOriginOf } from "@/lib/launch/instance-file";
import { withCustodian } from "@/lib/launch/recovery/custodian-at-hand";
import { GroupName } from "@/lib/vocabulary";

/** A restored instance with its keys. */
export interface RestoredInstance {
  readonly env: LaunchEnv;
  readonly folders: InstanceFolders;
  readonly instance: InstanceFile;
  /** The database, for a login that needs no password. */
  readonly url: string;
}

/** Opens the portal's keys of a restored instance. */
export function openPortalKeys({ env, folders, instance }: Omit<RestoredInstance, "url">): Promise<Keystore> {
  const { KEY_DIR = "", ...unlock } = keyVariables(env, folders, "portal", unlockOriginOf(instance));
  return openKeystore({ dir: KEY_DIR, custody: readCustody(unlock) });
}

const Ids = z.array(z.object({ id: z.string() }));

/** Reads the envelopes of the newest record that has any. */
async function readSample(url: string, tenantId: string) {
  const db = openDatabase({ url, tenantId, applicationName: "sealport-drill", waitMs: 60_000 });
  try {
    return await inSnapshot({ db, instance: { tenantId } }, async (tx) => {
      const rows = await tx.$queryRaw<unknown[]>`
        SELECT t.id::text FROM transaction t WHERE t.tenant_id = ${tenantId}::uuid
          AND EXISTS (SELECT 1 FROM transaction_group g WHERE g.transaction_id = t.id) ORDER BY t.id DESC LIMIT 1`;
      const ids = Ids.parse(rows).map(({ id }) => id);
      return selectSealedGroups(tx, {
        transactionIds: ids,
        groups: GroupName.options,
        onlyUnregistered: false,
      });
    });
  } finally {
    await db.close();
  }
}

/**
 * Has the custodian of a restored instance open the newest record: it decrypts each group with the restored escrow keys,
 * makes every check of the envelope, and wraps its key for the newest epoch. No plaintext leaves it, so no one has to
 * approve. Returns how many groups opened; 0 in an instance without records. Throws BackupRefused if one does not open.
 */
export async function openSample({ env, folders, instance, url }: RestoredInstance): Promise<number> {
  const items = await readSample(url, instance.tenant_id);
  if (items.length === 0) return 0;
  const place = { env, folders, instance, isLocked: true };
  const results = await withCustodian(place, (custodian) => custodian.rewrap(items));
  const refused = results.find(({ ok }) => !ok);
  if (refused !== undefined && !refused.ok)
    throw new BackupRefused(
      `The restored keys do not open a sample transaction (${refused.reason}). The backup of the keys is older than the transaction, or of another instance.`,
    );
  return results.length;
}
