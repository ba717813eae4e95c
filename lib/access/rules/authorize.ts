import "server-only";
import type { Action, ActionFacts } from "@/lib/access/rules/action-facts";
import { decideAction } from "@/lib/access/rules/action-rules";
import { POLICY_VERSION } from "@/lib/access/rules/decide";
import { asPermit, type Permit } from "@/lib/access/rules/permit";
import { refusalOf } from "@/lib/access/rules/refusal";
import type { Context } from "@/lib/context/context";

/**
 * Returns a permit when the caller may do this action, else throws the refusal (`extra.reason` names the rule).
 * `authorizeOpening` decides openings of fields, since it knows grants, hours and retention. Cedar will replace this
 * function later.
 */
export async function authorize<A extends Action>(
  cx: Pick<Context, "principal">,
  action: A,
  facts: ActionFacts[A],
): Promise<Permit<A>> {
  const [first, ...others] = decideAction(cx.principal, action, facts);
  if (first !== undefined) throw refusalOf([first, ...others], { reader: cx.principal });
  return asPermit({ action, policyVersion: POLICY_VERSION, policies: [`default.${action}`] });
}
