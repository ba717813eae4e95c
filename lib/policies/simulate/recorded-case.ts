import "server-only";
import { z } from "zod";
import { openQuestions } from "@/lib/access/policy/cedar-request";
import { ExampleFacts } from "@/lib/access/policy/policy-document";
import type { OpeningFacts } from "@/lib/access/rules/facts";
import { readFacts } from "@/lib/access/rules/read-facts";
import { getEvent } from "@/lib/audit/reading/get-event";
import type { Context } from "@/lib/context/context";
import { DomainError } from "@/lib/errors";

const Details = z.looseObject({ details: z.looseObject({ facts: z.unknown() }) });

/** Returns the question that decided, for one field, as the facts of an example. */
function exampleOf(facts: OpeningFacts): ExampleFacts | undefined {
  const { grant, record } = facts;
  const [group = "amount"] = facts.groups ?? grant?.groups ?? record.groups;
  const level = grant === undefined || grant.level === "full" ? "full" : "masked";
  const { principal, resource, context } = openQuestions(facts)(group, level);
  const { office } = context;
  return ExampleFacts.safeParse({
    action: "open",
    role: principal.role,
    is_support: principal.isSupport,
    purpose: context.purpose,
    group,
    level,
    is_party: context.isParty,
    grant: context.grant?.kind ?? null,
    authority: context.authority?.kind ?? null,
    age_days: resource.ageDays,
    is_kept: resource.isKept,
    weekday: office.weekday,
    minute: office.minute,
    is_holiday: office.isHoliday,
    sets_hours: office.setsHours,
    is_open: office.isOpen,
    has_override: context.hasOverride,
    factor_minutes: context.factorMinutes,
    day: context.day,
    organisation: principal.organisation,
    duties: principal.duties.filter((duty) => duty !== "support"),
    retention_class: resource.retentionClass,
    approvals: context.grant?.approvals ?? 2,
    views_used: context.grant?.viewsUsed ?? 0,
    authority_state: context.authority?.state ?? "active",
  }).data;
}

/**
 * Returns the facts of a recorded decision about an opening as the facts of an example. Undefined for an entry that the
 * caller may not read, or that has no such facts.
 */
export async function recordedCase(cx: Context, seq: number): Promise<ExampleFacts | undefined> {
  try {
    const { parts } = await getEvent(cx, seq);
    const read = Details.safeParse(parts.find(({ kind }) => kind === "org")?.plaintext);
    const facts = read.success ? readFacts(read.data.details.facts) : undefined;
    return facts === undefined ? undefined : exampleOf(facts);
  } catch (error) {
    if (error instanceof DomainError) return undefined;
    throw error;
  }
}
