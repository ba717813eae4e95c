import "server-only";
import type { Principal, Proof } from "@/lib/context/principal";
import type { Holder } from "@/lib/identity/people/holders-store";
import type { Duty, Role, Scope } from "@/lib/vocabulary";

/** Returns the caller that a proof of this person makes. */
export function principalOf(holder: Holder, scopes: readonly Scope[], proof: Proof): Principal {
  const { userId, handle, name, pseudonym, tenantId, organisationId, participantId, role, duties } = holder;
  return {
    userId,
    handle,
    name,
    pseudonym,
    tenantId,
    organisationId,
    ...(participantId === null ? {} : { participantId }),
    role,
    duties,
    scopes,
    proof,
  };
}

/** Returns role and duties as one string. A session keeps the string of its sign-in and ends when it changes. */
export function standingOf(person: { readonly role: Role; readonly duties: readonly Duty[] }): string {
  return [person.role, ...[...person.duties].sort()].join(" ");
}
