import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { AuditContext } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import { inTransaction, type Tx } from "@/lib/db/transaction";
import type { IdentityContext } from "@/lib/identity/people/create-organisation";
import { insertParticipant } from "@/lib/identity/people/store";
import type { Role } from "@/lib/vocabulary";

export interface NewParticipant {
  /** The participant's name in transactions, e.g. `client-456`. */
  readonly id: string;
  readonly organisationId: string;
  readonly role: Role;
  readonly kind: "natural" | "legal";
}

/** Creates a participant in the caller's transaction. */
export async function createParticipantIn(
  tx: Tx,
  cx: AuditContext,
  input: NewParticipant,
): Promise<AppendedEntry> {
  await insertParticipant(tx, {
    id: input.id,
    tenant_id: cx.instance.tenantId,
    organisation_id: input.organisationId,
    role: input.role,
    kind: input.kind,
  });
  return appendEntry(tx, cx, {
    class: "admin",
    outcome: "done",
    action: "participant.create",
    subjects: [`participant:${input.id}`],
    details: { kind: input.kind, role: input.role },
    index: { participantId: input.id },
  });
}

/** Creates a participant. Its keys are registered separately. */
export async function createParticipant(cx: IdentityContext, input: NewParticipant): Promise<{ id: string }> {
  await inTransaction(cx, (tx) => createParticipantIn(tx, cx, input));
  return { id: input.id };
}
