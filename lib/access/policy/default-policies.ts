/**
 * The policies of version 1, by id. Each has its boundary test in default-policies.test.ts. The first word of an id
 * names what it limits in the answer to a refusal (explain.ts): `age-` and `hours-`.
 */
export const DEFAULT_POLICIES: Readonly<Record<string, string>> = {
  "client-own": `permit(principal in Role::"client", action == Action::"open", resource)
when {
  context.isParty && ["settlement", "dispute", "support"].contains(context.purpose) &&
  (!principal.isSupport || context.purpose == "dispute")
};`,
  "miner-own": `permit(principal in Role::"miner", action == Action::"open", resource)
when { context.isParty && !principal.isSupport && context.purpose == "settlement" };`,
  "regulator-grant": `permit(principal in Role::"regulator", action == Action::"open", resource)
when {
  context has grant && context.grant.kind == "request" && !principal.isSupport &&
  ["audit", "compliance"].contains(context.purpose)
};`,
  "auditor-grant": `permit(principal in Role::"auditor", action == Action::"open", resource)
when {
  context has grant && context.grant.kind == "request" && !principal.isSupport &&
  ["audit", "compliance"].contains(context.purpose)
};`,
  "coordinator-grant": `permit(principal in Role::"coordinator", action == Action::"open", resource)
when {
  context has grant && context.grant.kind == "request" && !principal.isSupport &&
  ["settlement", "audit", "compliance", "dispute", "support", "reporting"].contains(context.purpose)
};`,
  "support-dispute": `permit(principal in Role::"coordinator", action == Action::"open", resource)
when {
  context has grant && principal.isSupport && context.purpose == "dispute" && context.level == "masked"
};`,
  emergency: `permit(principal in Role::"coordinator", action == Action::"open", resource)
when { context has grant && context.grant.kind == "emergency" && context.level == "masked" };`,
  "masked-by-instrument": `forbid(principal, action == Action::"open", resource)
when {
  context has authority && context.level == "full" &&
  ["subpoena", "statutory_demand", "audit_mandate"].contains(context.authority.kind) &&
  ["parties", "narrative", "external_references"].contains(context.group)
};`,
  "age-regulator": `forbid(principal in Role::"regulator", action == Action::"open", resource)
when { resource.ageDays > 2555 && !(resource.isKept && context has authority) };`,
  "age-auditor": `forbid(principal in Role::"auditor", action == Action::"open", resource)
when { resource.ageDays > 1825 && !(resource.isKept && context has authority) };`,
  "age-coordinator": `forbid(principal in Role::"coordinator", action == Action::"open", resource)
when { resource.ageDays > 3650 && !(resource.isKept && context has authority) };`,
  "age-party": `forbid(principal, action == Action::"open", resource)
when {
  (principal in Role::"client" || principal in Role::"miner") && resource.ageDays > 365 &&
  !(resource.isKept && context has authority)
};`,
  "hours-auditor": `forbid(principal in Role::"auditor", action == Action::"open", resource)
when {
  !context.office.setsHours &&
  !(context.office.weekday <= 5 && context.office.minute >= 540 &&
    context.office.minute < 1020 && !context.office.isHoliday) &&
  !(context.hasOverride && context has authority && context.authority.kind != "audit_mandate")
};`,
  "hours-own": `forbid(principal, action == Action::"open", resource)
when {
  (principal in Role::"auditor" || principal in Role::"regulator") &&
  context.office.setsHours && !context.office.isOpen &&
  !(context.hasOverride && context has authority && context.authority.kind != "audit_mandate")
};`,
  "request-officer": `permit(principal, action == Action::"request", resource)
when {
  (principal in Role::"regulator" || principal in Role::"auditor") && !principal.isSupport &&
  ["audit", "compliance"].contains(context.purpose)
};`,
  "request-coordinator": `permit(principal in Role::"coordinator", action == Action::"request", resource)
when {
  !principal.isSupport &&
  ["settlement", "audit", "compliance", "dispute", "support", "reporting"].contains(context.purpose)
};`,
  "request-support": `permit(principal in Role::"coordinator", action == Action::"request", resource)
when { principal.isSupport && context.purpose == "dispute" && context.level != "full" };`,
};
