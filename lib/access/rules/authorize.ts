// lib/access decides who may see which data: rules, requests and their deadlines, review, decisions, grants, executive
// releases, break-glass, legal authorities, notices and legal holds, each in its own folder.
// Main files: rules/decide.ts (openings of fields), rules/action-rules.ts (all other acts), requests/move-request.ts (the
// only place that changes a request's state) and grants/activate-grant.ts (sends a grant to the custodian).
// Must stay true: every act is authorized here or by authorize-opening.ts before it reads a protected row. Rules are
// pure. What a caller may not know of is answered as not found, and every act writes its entry in its own transaction.
import "server-only";
import type { Action, ActionFacts } from "@/lib/access/rules/action-facts";
import { decideAction } from "@/lib/access/rules/action-rules";
import { asPermit, type Permit } from "@/lib/access/rules/permit";
import { refusalOf } from "@/lib/access/rules/refusal";
import type { Context } from "@/lib/context/context";
import { counter } from "@/lib/telemetry/metrics/registry";

const countDecision = counter("sealport_decisions_total");

/**
 * Returns a permit when the caller may do this action, else throws the refusal (`extra.reason` names the rule).
 * `authorizeOpening` decides openings of fields by the policies in force; these acts are decided here, in TypeScript, but
 * for the purposes of a request, which its facts bring from the policies (ADR 0055).
 */
export async function authorize<A extends Action>(
  cx: Pick<Context, "principal" | "policies">,
  action: A,
  facts: ActionFacts[A],
): Promise<Permit<A>> {
  const [first, ...others] = decideAction(cx.principal, action, facts);
  countDecision(1, "action", first === undefined ? "allowed" : "refused", first?.id ?? "none");
  if (first !== undefined) throw refusalOf([first, ...others], { reader: cx.principal });
  return asPermit({ action, policyVersion: cx.policies.active().version, policies: [`default.${action}`] });
}
