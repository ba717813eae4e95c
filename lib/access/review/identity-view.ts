import "server-only";
import type { ReviewView } from "@/lib/access/review/schema";
import { findIdentityCheck } from "@/lib/access/review/store";
import type { Context } from "@/lib/context/context";
import type { Tx } from "@/lib/db/transaction";
import * as people from "@/lib/identity/people/people-store";
import { readCheckRecord } from "@/lib/organisations/agency/check-record";

/** Returns what is recorded of an officer's identity, and what a check of it needs. */
export async function identityOf(
  tx: Tx,
  cx: Context,
  requester: people.Person,
): Promise<ReviewView["identity_check"]> {
  const { role, userId } = requester;
  const check = await findIdentityCheck(tx, userId);
  const isRequired = role === "auditor" || role === "regulator";
  const record = isRequired ? await readCheckRecord(tx, cx.instance.tenantId, requester) : undefined;
  const byRecord =
    record === undefined
      ? {}
      : {
          domain: record.domain,
          is_domain_verified: record.isDomainVerified,
          contacts: [...record.contacts],
        };
  if (check === undefined) return { is_required: isRequired, is_valid: false, ...byRecord };
  const checker = await people.getPerson(tx, check.checkedBy);
  return {
    is_required: isRequired,
    is_complete: check.isComplete,
    is_valid: check.isComplete && cx.clock.now() < check.until,
    at: check.at.toISOString(),
    by: checker.name,
    until: check.until.toISOString(),
    ...byRecord,
  };
}
