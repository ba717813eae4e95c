import "server-only";
import type { portalEnv } from "@/lib/env";
import { custodySettings } from "@/lib/env/custody";
import type { Keystore } from "@/lib/keystore/keystore";
import { openKeystore } from "@/lib/keystore/open-keystore";
import { mapServiceFailure } from "@/lib/keystore/roots/persist";
import type { Logger } from "@/lib/telemetry/logger";

/** While the key service is away every call answers 503, as without the database. */
export async function openPortalKeystore(
  env: ReturnType<typeof portalEnv>,
  logger: Logger,
): Promise<Keystore> {
  const onFailure = (err: unknown) =>
    logger.error({ err }, "the root of the keys was not renewed or not promoted");
  try {
    return await openKeystore({ dir: env.KEY_DIR, custody: custodySettings(env), onFailure });
  } catch (error) {
    throw mapServiceFailure(error);
  }
}
