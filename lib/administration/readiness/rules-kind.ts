import "server-only";
import { z } from "zod";
import { kind } from "@/lib/administration/agreements/kind";
import { requireOrganisation } from "@/lib/administration/people/rules";
import { findRulesAgreement } from "@/lib/administration/readiness/store";
import { DomainError, invalidField } from "@/lib/errors";
import { findActivation } from "@/lib/policies/activation-store";

const Rules = z.strictObject({ policy_version: z.string() });

/**
 * Two administrators have read the rules in force. The agreement itself is the record: other rules, or a build with
 * another floor, have another version, and need another agreement, unless people wrote and approved them.
 */
export const rulesOfBuild = kind({
  after: Rules,
  subject: "organisation",
  name: async (tx, cx, { subjectId }) => (await requireOrganisation(tx, cx, subjectId)).name,
  concerns: () => undefined,
  before: async (tx, cx): Promise<Record<string, string>> => {
    const agreed = await findRulesAgreement(tx, cx.instance.tenantId, "agreed");
    return agreed === undefined ? {} : { policy_version: agreed.policy_version };
  },
  check: async (tx, cx, { after }) => {
    const inForce = (await findActivation(tx, cx.instance.tenantId))?.version;
    if (after.policy_version !== inForce)
      throw new DomainError("agreement.changed", {
        detail: "Other rules are in force now. Read them, and ask again.",
      });
    const agreed = await findRulesAgreement(tx, cx.instance.tenantId, "agreed");
    if (agreed?.policy_version === inForce) throw invalidField("/policy_version", "was agreed to already");
  },
  apply: async () => undefined,
});
