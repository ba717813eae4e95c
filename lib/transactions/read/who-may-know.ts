import type { Principal } from "@/lib/context/principal";

/**
 * Returns whether the caller is staff who may know the metadata of every transaction of their tenant (api.md "May know
 * of a transaction").
 */
export function knowsAll(principal: Principal): boolean {
  return (
    ["coordinator", "auditor", "regulator"].includes(principal.role) || principal.duties.includes("support")
  );
}

/** Returns whether the caller is a party of the transaction and acts as one. Staff never do. */
export function isParty(principal: Principal, participants: readonly string[]): boolean {
  const { role, participantId } = principal;
  return (
    (role === "client" || role === "miner") &&
    participantId !== undefined &&
    participants.includes(participantId)
  );
}

/** Returns whether the caller may know that the transaction exists. All others get a 404. */
export function mayKnow(principal: Principal, participants: readonly string[]): boolean {
  return knowsAll(principal) || isParty(principal, participants);
}
