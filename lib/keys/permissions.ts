import type { Principal } from "@/lib/context/principal";
import { DomainError } from "@/lib/errors";
import type { KeyState } from "@/lib/keys/states";
import type { Role } from "@/lib/vocabulary";

/** Operations on a key that exists. Registering is its participant's alone (`register-key.ts`). */
export type KeyOperation = "rotate" | "read-rotation" | KeyState;

/** The instance's administrators may stop a key that is not theirs; they never activate or destroy one. */
const BY_ADMINISTRATORS: readonly KeyOperation[] = ["rotate", "read-rotation", "suspended", "compromised"];

const PARTIES: readonly Role[] = ["client", "miner"];

/**
 * Whether somebody may do this to a participant's key: the participant's own people and programs, and administrators as
 * far as it protects.
 */
export function mayUseKey(
  principal: Pick<Principal, "role" | "participantId">,
  participantId: string,
  operation: KeyOperation,
): boolean {
  const isOwn = principal.participantId === participantId && PARTIES.includes(principal.role);
  return isOwn || (principal.role === "admin" && BY_ADMINISTRATORS.includes(operation));
}

/** Who sees how much lies under the escrow's epochs: nobody's own data, so the operators'. */
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
    detail: "Only users of the participant, and in part administrators, act on its keys.",
  });
}
