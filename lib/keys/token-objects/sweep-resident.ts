import "server-only";
import type { Context } from "@/lib/context/context";
import { inSnapshot } from "@/lib/db/transaction";
import { selectNamedObjects } from "@/lib/keys/token-objects/store";

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
  if (destroyed > 0)
    cx.logger.info({ destroyed }, "keys of registrations that were rolled back are destroyed");
  if (unknown > 0)
    cx.logger.warn({ unknown }, "the token has keys of this keystore that no row names; they are left alone");
  if (missing > 0)
    cx.logger.error(
      { missing },
      "the token does not have keys that rows name; what is sealed for them stays shut",
    );
}
