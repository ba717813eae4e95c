import "server-only";
import { askSigned } from "@/lib/audit/self-check/ask-signer";
import { openSignedCopy, type SignedCopy } from "@/lib/audit/signer/signed-copy";
import { systemClock } from "@/lib/clock";
import { equalConstantTime } from "@/lib/crypto/bytes";
import { requireDatabase } from "@/lib/db/check-database";
import { StartError } from "@/lib/db/embedded/start-error";
import { openOwnerPool } from "@/lib/db/migrate";
import { launchEnv, portalEnv } from "@/lib/env";
import { custodySettings } from "@/lib/env/custody";
import { tlsFilesOf } from "@/lib/env/tls";
import { createEscrowClient } from "@/lib/escrow/client/client";
import { usePartIdentity } from "@/lib/ipc/part-identity";
import type { Keystore } from "@/lib/keystore/keystore";
import { openKeystore } from "@/lib/keystore/open-keystore";
import { type RecoverOptions, recoverDatabase } from "@/lib/launch/recovery/recover-database";

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

/**
 * Recovers the log of parts apart, on a portal's machine and with its variables: with the owner's login, the copy that
 * `signer export` wrote on the signer's machine, and the running custodian, which names the roster in force and checks each
 * passkey's counter.
 */
export async function recoverApart(options: RecoverOptions): Promise<void> {
  if (options.newOrigin !== undefined)
    throw new StartError(
      "--new-origin makes keys of all parts, which are apart here: see docs/runbooks/recovery.md.",
    );
  const env = portalEnv();
  const { DATABASE_OWNER_URL: ownerUrl } = launchEnv();
  if (ownerUrl === undefined) throw new StartError("Set DATABASE_OWNER_URL for this command.");
  if (options.copy === undefined)
    throw new StartError("Name the folder of npm run op -- signer export: --copy FOLDER.");
  usePartIdentity("portal", tlsFilesOf(env));
  await requireDatabase("DATABASE_OWNER_URL", ownerUrl);
  const place = { log: env.LOG_ORIGIN, tenantId: env.TENANT_ID, logVkey: env.LOG_VKEY };
  const custodian = createEscrowClient({
    ...{ url: env.CUSTODIAN_URL, vkey: env.CUSTODIAN_VKEY },
    ...{ log: place.log, clock: systemClock },
  });
  const owner = openOwnerPool(ownerUrl, place.tenantId);
  let keystore: Keystore | undefined;
  try {
    const recovery = {
      ...{ owner, place, isEvaluation: env.SEALPORT_EVALUATION, origins: [] },
      openKeystore: async () => {
        keystore = await openKeystore({ dir: env.KEY_DIR, custody: custodySettings(env) });
        return keystore;
      },
      withCustodian: <T>(use: (held: typeof custodian) => Promise<T>) => use(custodian),
    };
    await recoverDatabase(recovery, await openExported(env, options.copy), options);
  } finally {
    keystore?.close();
    await owner.end();
  }
}
