import "server-only";
import type { ReviewView } from "@/lib/access/review/schema";
import type { Context } from "@/lib/context/context";
import { DomainError } from "@/lib/errors";

/**
 * Returns what the caller signs decisions with, according to the roster that the custodian enforces; the custodian does
 * not trust the database for this. In an evaluation instance the portal signs for people who have no key on the roster.
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
