import "server-only";
import type { SubjectFacts } from "@/lib/access/rules/facts";
import { getStanding, type Standing } from "@/lib/access/rules/reader-store";
import type { Principal } from "@/lib/context/principal";
import type { DbContext } from "@/lib/db/transaction";
import type { OfficeFacts } from "@/lib/organisations/hours";

/** The reader, as the rules see them, and the hours of their office. */
export interface Reader {
  readonly subject: SubjectFacts;
  readonly office: OfficeFacts;
}

/** Returns the reader of a standing. */
export function readerOf(principal: Principal, { isActive, hasSecondFactor, office }: Standing): Reader {
  const subject: SubjectFacts = {
    userId: principal.userId,
    handle: principal.handle,
    organisationId: principal.organisationId,
    ...(principal.participantId === undefined ? {} : { participantId: principal.participantId }),
    role: principal.role,
    duties: principal.duties,
    isActive,
    proof: principal.proof,
    hasSecondFactor,
  };
  return { subject, office };
}

/** Returns the reader, read again for each decision. */
export async function loadReader({
  db,
  principal,
}: DbContext & { readonly principal: Principal }): Promise<Reader> {
  return readerOf(principal, await getStanding(db.run, principal));
}
