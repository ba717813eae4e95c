import "server-only";
import type { Pool } from "pg";
import { askSigned } from "@/lib/audit/self-check/ask-signer";
import { openSignedCopy, type SignedCopy } from "@/lib/audit/signer/signed-copy";
import { systemClock } from "@/lib/clock";
import { equalConstantTime } from "@/lib/crypto/bytes";
import { requireDatabase } from "@/lib/db/check-database";
import { StartError } from "@/lib/db/embedded/start-error";
import { openOwnerPool } from "@/lib/db/migrate";
import { launchEnv, portalEnv } from "@/lib/env";
import { witnessKeys } from "@/lib/env/anchors";
import { custodySettings } from "@/lib/env/custody";
import { tlsFilesOf } from "@/lib/env/tls";
import { createEscrowClient } from "@/lib/escrow/client/client";
import { usePartIdentity } from "@/lib/ipc/part-identity";
import type { Keystore } from "@/lib/keystore/keystore";
import { openKeystore } from "@/lib/keystore/open-keystore";
import { loadSigningKey } from "@/lib/keystore/signing-key";
import { type RecoverOptions, recoverDatabase } from "@/lib/launch/recovery/recover-database";
import { closeLog, GRANTS_AGAIN } from "@/lib/launch/recovery/replace-log";

type PortalEnv = ReturnType<typeof portalEnv>;

/** Returns the copy in a folder that came from another machine. It must be what the running signer says that it signed. */
async function openExported(env: PortalEnv, folder: string): Promise<SignedCopy> {
  const copy = await openSignedCopy(folder, env.LOG_ORIGIN);
  if (copy === undefined)
    throw new StartError(`${folder} has no copy: npm run op -- signer export wrote none.`);
  if (env.SIGNER_URL === undefined) throw new StartError("Set SIGNER_URL: the signer confirms its copy.");
  const word = await askSigned(env.SIGNER_URL, env.LOG_VKEY);
  if (word.is !== "signed")
    throw new StartError(
      "The signer at SIGNER_URL does not confirm what it signed. Start it, and try again.",
    );
  const { size, root } = word.checkpoint;
  if (size !== copy.size || !equalConstantTime(root, copy.root))
    throw new StartError(
      `${folder} is not what the signer signed last (${size} entries, the copy has ${copy.size}). Export it again.`,
    );
  return copy;
}

const openOwnKeystore = (env: PortalEnv): Promise<Keystore> =>
  openKeystore({ dir: env.KEY_DIR, custody: custodySettings(env) });

/** The signer's store is whole: continues the log from its exported copy. */
async function continueLog(env: PortalEnv, owner: Pool, options: RecoverOptions): Promise<void> {
  if (options.copy === undefined)
    throw new StartError("Name the folder of npm run op -- signer export: --copy FOLDER.");
  const place = { log: env.LOG_ORIGIN, tenantId: env.TENANT_ID, logVkey: env.LOG_VKEY };
  const custodian = createEscrowClient({
    ...{ url: env.CUSTODIAN_URL, vkey: env.CUSTODIAN_VKEY },
    ...{ log: place.log, clock: systemClock },
  });
  let keystore: Keystore | undefined;
  try {
    const recovery = {
      ...{ owner, place, isEvaluation: env.SEALPORT_EVALUATION, origins: [] },
      openKeystore: async () => {
        keystore = await openOwnKeystore(env);
        return keystore;
      },
      withCustodian: <T>(use: (held: typeof custodian) => Promise<T>) => use(custodian),
    };
    await recoverDatabase(recovery, await openExported(env, options.copy), options);
  } finally {
    keystore?.close();
  }
}

/** The signer's store is lost: closes the log in the database. Prints what the portals need to read it further. */
async function closeHere(
  env: PortalEnv,
  owner: Pool,
  options: RecoverOptions & { readonly origin: string },
): Promise<void> {
  const keystore = await openOwnKeystore(env);
  try {
    const receipts = [loadSigningKey(keystore, "receipt").vkey];
    const place = { log: env.LOG_ORIGIN, tenantId: env.TENANT_ID };
    const size = await closeLog({ owner, place, vkey: env.LOG_VKEY }, options);
    if (size === undefined) return;
    const closed = { origin: place.log, log: [env.LOG_VKEY], receipts, witnesses: witnessKeys(env), size };
    process.stdout.write(
      `Make the keys of each part and its stores again (docs/runbooks/recovery.md). For all portals:\n` +
        `CLOSED_LOGS='${JSON.stringify([...(env.CLOSED_LOGS ?? []), closed])}'\n${GRANTS_AGAIN}\n`,
    );
  } finally {
    keystore.close();
  }
}

/**
 * Recovers the log of parts apart, on a portal's machine and with its variables and the owner's login. With the copy that
 * `signer export` wrote on the signer's machine the log continues; then the running custodian names the roster in force
 * and checks each passkey's counter. With `newOrigin` another log follows.
 */
export async function recoverApart(options: RecoverOptions): Promise<void> {
  const env = portalEnv();
  const { DATABASE_OWNER_URL: ownerUrl } = launchEnv();
  if (ownerUrl === undefined) throw new StartError("Set DATABASE_OWNER_URL for this command.");
  usePartIdentity("portal", tlsFilesOf(env));
  await requireDatabase("DATABASE_OWNER_URL", ownerUrl);
  const owner = openOwnerPool(ownerUrl, env.TENANT_ID);
  const { newOrigin: origin } = options;
  try {
    await (origin === undefined
      ? continueLog(env, owner, options)
      : closeHere(env, owner, { ...options, origin }));
  } finally {
    await owner.end();
  }
}
