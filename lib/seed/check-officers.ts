import "server-only";
import { insertIdentityCheck } from "@/lib/access/review/store";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inTransaction } from "@/lib/db/transaction";
import { byHandle, type MadePerson } from "@/lib/seed/create-people";
import { contextOf, type SeedRuntime } from "@/lib/seed/demo-context";
import { DEMO_CONTACT } from "@/lib/seed/people";

const YEAR_MS = 365 * 86_400_000;
const OFFICER_ROLES: readonly string[] = ["auditor", "regulator"];

/**
 * Records the legal reviewer's checks of the demonstration officers except the unknown one, before any of them files a
 * request. The ordinary use case belongs to a request, so this act writes its own entry.
 */
export async function checkOfficers(runtime: SeedRuntime, people: readonly MadePerson[]): Promise<void> {
  const cx = contextOf(runtime, byHandle(people, "coordinator-001:legal").principal);
  const officers = people.filter(
    ({ person }) => OFFICER_ROLES.includes(person.role) && person.isUnknown !== true,
  );
  await inTransaction(cx, async (tx) => {
    for (const { principal } of officers) {
      await insertIdentityCheck(tx, {
        id: uuidv7(cx.clock.nowMs()),
        tenantId: cx.instance.tenantId,
        officerUserId: principal.userId,
        checkedBy: cx.principal.userId,
        domainVerified: true,
        calledNumberFromRecord: true,
        calledNumber: DEMO_CONTACT,
        note: "Checked when the demonstration was set up.",
        expiresAt: new Date(cx.clock.nowMs() + YEAR_MS),
      });
    }
    await appendEntry(tx, cx, {
      class: "identity",
      outcome: "done",
      action: "identity.check",
      subjects: officers.map(({ principal }) => `user:${principal.userId}`),
      details: { domain_verified: true, called_number_from_record: true, called_number: DEMO_CONTACT },
    });
  });
}
