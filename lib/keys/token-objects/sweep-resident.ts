import "server-only";
import type { Context } from "@/lib/context/context";
import type { Tx } from "@/lib/db/transaction";
import { inSnapshot } from "@/lib/db/transaction";

/**
 * Returns ids of token objects that rows name (docs/formats/keys.md, "Resident keys"): bytes 2 to 17 of blobs that
 * begin with 0x02. The bytes are read as stored, so a row whose blob is damaged elsewhere still protects its key.
 */
export async function selectNamedObjects(tx: Tx): Promise<Uint8Array[]> {
  const rows = await tx.$queryRaw<{ object: Uint8Array }[]>`
    SELECT substring(private_blob FROM 2 FOR 16) AS object FROM key_version
    WHERE private_blob IS NOT NULL AND substring(private_blob FROM 1 FOR 1) = '\\x02'::bytea`;
  return rows.map(({ object }) => Uint8Array.from(object));
}

/**
 * Compares the keys in the token with the rows, and has it destroy keys whose registration was rolled back. Other
 * differences are logged and left unchanged. Throws `service.keystore-unavailable`.
 */
export async function sweepResident(
  cx: Pick<Context, "db" | "instance" | "keystore" | "logger">,
): Promise<void> {
  const found = await cx.keystore.sweepResident(() => inSnapshot(cx, selectNamedObjects));
  if (found === undefined) return;
  const { destroyed, unknown, missing } = found;
  if (destroyed > 0) cx.logger.info({ destroyed }, "destroyed keys of registrations that were rolled back");
  if (unknown > 0)
    cx.logger.warn({ unknown }, "token has keys of this keystore that no row names; left unchanged");
  if (missing > 0)
    cx.logger.error({ missing }, "token lacks keys that rows name; data sealed for them cannot be opened");
}
