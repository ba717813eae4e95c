import "server-only";
import type { ReviewView } from "@/lib/access/review/schema";
import type { Context } from "@/lib/context/context";
import { DomainError } from "@/lib/errors";

/**
 * What the caller signs decisions with, by the roster that the custodian enforces: the database's word would not
 * count there. In evaluation the portal signs for whoever has no key in it.
 */
export async function loadSigning(cx: Context): Promise<ReviewView["signing"]> {
  try {
    const { persons } = await cx.escrow.roster();
    const credentials = persons.find(({ person }) => person === cx.principal.handle)?.credentials ?? [];
    const passkeys = credentials.flatMap((one) => (one.kind === "passkey" ? [one.credential_id] : []));
    if (passkeys.length > 0) return { by: "passkey", passkeys };
    if (credentials.some((one) => one.kind === "ed25519")) return { by: "key", passkeys };
    return { by: cx.instance.evaluation ? "portal" : "nobody", passkeys };
  } catch (error) {
    if (error instanceof DomainError) return { by: "unknown", passkeys: [] };
    throw error;
  }
}
