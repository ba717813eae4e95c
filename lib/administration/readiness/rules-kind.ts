import "server-only";
import { z } from "zod";
import { kind, type RuleContext } from "@/lib/administration/agreements/kind";
import { requireOrganisation } from "@/lib/administration/people/rules";
import { findRulesAgreement } from "@/lib/administration/readiness/store";
import { DomainError, InvariantError, invalidField } from "@/lib/errors";

/** The version of the policies in force. People alone agree to it, and their calls bring the policies. */
function versionOf({ policies }: RuleContext): string {
  if (policies === undefined) throw new InvariantError("an agreement about rules has no policies");
  return policies.active().version;
}

const Rules = z.strictObject({ policy_version: z.string() });

/**
 * Two administrators have read the rules of this build. The agreement itself is the record: a build with other rules has
 * another version, and needs another.
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
    if (after.policy_version !== versionOf(cx))
      throw new DomainError("agreement.changed", {
        detail: "This build has other rules. Read them, and ask again.",
      });
    const agreed = await findRulesAgreement(tx, cx.instance.tenantId, "agreed");
    if (agreed?.policy_version === versionOf(cx))
      throw invalidField("/policy_version", "was agreed to already");
  },
  apply: async () => undefined,
});
