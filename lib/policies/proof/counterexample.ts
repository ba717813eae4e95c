import { cedar } from "@/lib/access/policy/cedar";
import { CEDAR_SCHEMA } from "@/lib/access/policy/cedar-schema";
import { ExampleFacts } from "@/lib/access/policy/policy-document";
import { cedarCallOf, type FoundRequest, readFound } from "./found-request";
import type { Question } from "./question";
import { tellExample } from "./tell";

/** Policies by id, as Cedar text. */
export type PolicyTexts = Readonly<Record<string, string>>;

/** A request that the candidate allows and the base refuses; Cedar itself has confirmed both. */
export interface Counterexample {
  readonly facts: ExampleFacts;
  /** The level of the grant, where it is another than the level that is asked for; facts of an example cannot say it. */
  readonly grant_level?: string;
  /** Permits of the candidate that allow it. */
  readonly policies: readonly string[];
  /** Policies of the base that forbid it. Empty: the base has no permit for it. */
  readonly refused_by: readonly string[];
  readonly sentence: string;
}

interface Decided {
  readonly isAllowed: boolean;
  readonly policies: readonly string[];
}

/** Lets Cedar decide, without anything that was prepared before. Undefined: Cedar refused the call or met an error. */
function decide(found: FoundRequest, texts: PolicyTexts): Decided | undefined {
  const answer = cedar.isAuthorized({
    ...cedarCallOf(found),
    schema: CEDAR_SCHEMA,
    validateRequest: true,
    policies: { staticPolicies: { ...texts } },
  });
  if (answer.type !== "success") return undefined;
  const { decision, diagnostics } = answer.response;
  if (diagnostics.errors.length > 0) return undefined;
  return { isAllowed: decision === "allow", policies: [...diagnostics.reason].sort() };
}

function exampleOf({ action, role, duties, values }: FoundRequest): ExampleFacts | undefined {
  const has = (path: string) => values.get(path);
  const shared = {
    action,
    role,
    is_support: duties.includes("support"),
    organisation: has("principal.organisation"),
    duties: duties.filter((duty) => duty !== "support"),
    purpose: has("context.purpose"),
    level: has("context.level"),
  };
  const given =
    action === "request"
      ? shared
      : {
          ...shared,
          group: has("context.group"),
          is_party: has("context.isParty"),
          grant: has("context.grant.kind") ?? null,
          authority: has("context.authority.kind") ?? null,
          age_days: has("resource.ageDays"),
          is_kept: has("resource.isKept"),
          weekday: has("context.office.weekday"),
          minute: has("context.office.minute"),
          is_holiday: has("context.office.isHoliday"),
          sets_hours: has("context.office.setsHours"),
          is_open: has("context.office.isOpen"),
          has_override: has("context.hasOverride"),
          factor_minutes: has("context.factorMinutes"),
          day: has("context.day"),
          retention_class: has("resource.retentionClass"),
          approvals: has("context.grant.approvals"),
          views_used: has("context.grant.viewsUsed"),
          authority_state: has("context.authority.state"),
        };
  const read = ExampleFacts.safeParse(given);
  return read.success ? read.data : undefined;
}

/**
 * Returns the example that a solver's answer describes, after Cedar allowed it with the candidate and refused it with
 * the base. Undefined where either differs, or where no case of ours can have these facts.
 */
export function confirmed(
  question: Question,
  values: string,
  base: PolicyTexts,
  candidate: PolicyTexts,
): Counterexample | undefined {
  let found: FoundRequest;
  try {
    found = readFound(question, values);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
    throw error;
  }
  const [before, after] = [decide(found, base), decide(found, candidate)];
  if (before === undefined || after === undefined || before.isAllowed || !after.isAllowed) return undefined;
  const facts = exampleOf(found);
  if (facts === undefined) return undefined;
  const grantLevel = found.values.get("context.grant.level");
  const isOther = typeof grantLevel === "string" && grantLevel !== facts.level;
  return {
    facts,
    ...(isOther ? { grant_level: grantLevel } : {}),
    policies: after.policies,
    refused_by: before.policies,
    sentence: tellExample(facts, isOther ? grantLevel : undefined),
  };
}
