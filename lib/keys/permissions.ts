import type { Principal } from "@/lib/context/principal";
import { DomainError } from "@/lib/errors";
import type { KeyState } from "@/lib/keys/states";
import type { Role } from "@/lib/vocabulary";

/** Operations on a key that exists. Only its participant registers a key (`register-key.ts`). */
export type KeyOperation = "rotate" | "read-rotation" | KeyState;

/** Administrators of the instance may stop any key. They cannot activate or destroy another participant's. */
const BY_ADMINISTRATORS: readonly KeyOperation[] = ["rotate", "read-rotation", "suspended", "compromised"];

const PARTIES: readonly Role[] = ["client", "miner"];

/**
 * Returns whether the caller may do this to a participant's key. The participant's own people and programs may;
 * administrators only where it protects.
 */
export function mayUseKey(
  principal: Pick<Principal, "role" | "participantId">,
  participantId: string,
  operation: KeyOperation,
): boolean {
  const isOwn = principal.participantId === participantId && PARTIES.includes(principal.role);
  return isOwn || (principal.role === "admin" && BY_ADMINISTRATORS.includes(operation));
}

/**
 * Returns whether the caller sees how much is sealed for the escrow's epochs. Only the operators do, because the escrow
 * belongs to no participant.
 */
export function seesUnderEpochs({ role }: Pick<Principal, "role">): boolean {
  return role === "coordinator" || role === "admin";
}

/** Requires `mayUseKey`. Throws `access.forbidden`. */
export function requireKeyPermission(
  principal: Principal,
  participantId: string,
  operation: KeyOperation,
): void {
  if (mayUseKey(principal, participantId, operation)) return;
  throw new DomainError("access.forbidden", {
    detail:
      "Only users of the participant can change its keys. Administrators can rotate, suspend or report them.",
  });
}
