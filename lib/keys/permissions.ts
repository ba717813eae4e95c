import "server-only";
import type { Principal } from "@/lib/context";
import { DomainError } from "@/lib/errors";
import type { KeyState } from "@/lib/keys/states";

/** Operations on a key that exists. Registering is its participant's alone (`register-key.ts`). */
export type KeyOperation = "rotate" | "read-rotation" | KeyState;

/** The instance's administrators may stop a key that is not theirs; they never register, activate or destroy one. */
const BY_ADMINISTRATORS: readonly KeyOperation[] = ["rotate", "read-rotation", "suspended"];

/**
 * Requires that the caller may do this to a participant's key: the participant's own people and programs, and
 * administrators as far as it protects. Throws `access.forbidden`.
 */
export function requireKeyPermission(
  principal: Principal,
  participantId: string,
  operation: KeyOperation,
): void {
  const isOwn = principal.participantId === participantId;
  const isParty = principal.role === "client" || principal.role === "miner";
  if (isOwn && isParty) return;
  if (principal.role === "admin" && BY_ADMINISTRATORS.includes(operation)) return;
  throw new DomainError("access.forbidden", {
    detail: "Only users of the participant, and in part administrators, act on its keys.",
  });
}
