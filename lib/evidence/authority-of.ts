import "server-only";
import { getGrant } from "@/lib/access/grants/get-grant";
import type { GrantDetail } from "@/lib/access/grants/schema";
import type { EvidenceStatement } from "@/lib/audit/bundle-verifier/evidence/evidence-format";
import type { Context } from "@/lib/context/context";
import type { OpenedRecord } from "@/lib/transactions/open/open-transaction";

type Authority = EvidenceStatement["authority"];

function orderOf({ legal_authority: order }: GrantDetail): Partial<Authority> {
  if (order === undefined) return {};
  return {
    instrument: order.kind,
    issuer: order.issuer,
    case_number: order.case_number,
    valid_from: order.valid_from,
    valid_until: order.valid_until,
    ...(order.sealed === undefined ? {} : { sealed_until: order.sealed.until }),
  };
}

/** What the values were shown under: the grant with its order and deciders, or that the maker is a party. */
export async function authorityOf(
  cx: Context,
  grantId: string | undefined,
  [first]: readonly OpenedRecord[],
): Promise<Authority> {
  const { purpose } = first?.plan.input ?? { purpose: "audit" as const };
  const policy = first?.plan.permit.policyVersion ?? "";
  if (grantId === undefined) {
    const { participantId } = cx.principal;
    return {
      ...(participantId === undefined ? {} : { participant: participantId }),
      purpose,
      level: "full",
      decided_by: [],
      policy,
    };
  }
  const grant = await getGrant(cx, grantId);
  return {
    grant: grant.reference,
    purpose,
    level: grant.level,
    ...orderOf(grant),
    decided_by: grant.decided_by.map(({ stage, at, person }) => ({
      stage,
      at,
      name: person.name,
      organisation: person.organisation,
    })),
    policy,
  };
}
