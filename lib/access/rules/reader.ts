import "server-only";
import type { SubjectFacts } from "@/lib/access/rules/facts";
import { getStanding } from "@/lib/access/rules/reader-store";
import type { Principal } from "@/lib/context/principal";
import { type DbContext, inSnapshot, type Tx } from "@/lib/db/transaction";
import type { OfficeFacts } from "@/lib/organisations/hours";

/** The reader, as the rules see them, and the hours of their office. */
export interface Reader {
  readonly subject: SubjectFacts;
  readonly office: OfficeFacts;
}

/** Returns the reader within a snapshot that reads more for the same decision. */
export async function readReader(tx: Tx, principal: Principal): Promise<Reader> {
  const { isActive, hasSecondFactor, office } = await getStanding(
    tx,
    principal.userId,
    principal.organisationId,
  );
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
export async function loadReader(cx: DbContext & { readonly principal: Principal }): Promise<Reader> {
  return inSnapshot(cx, (tx) => readReader(tx, cx.principal));
}
