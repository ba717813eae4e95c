/**
 * Words that policies may use, as a Cedar schema. cedar-request.ts fills them from the facts of a decision.
 * There are no dates: every time is a whole number (days, minutes, a day as 20261129), so that no rule can overflow and
 * the prover can read each of them.
 */
export const CEDAR_SCHEMA = `entity Role enum ["client", "miner", "coordinator", "auditor", "regulator", "admin"];
entity User in [Role] { organisation: String, duties: Set<String>, isSupport: Bool };
entity Transaction { ageDays: Long, retentionClass: String, isKept: Bool };
entity Register;
type Office = { setsHours: Bool, isOpen: Bool, weekday: Long, minute: Long, isHoliday: Bool };
type Grant = { kind: String, level: String, approvals: Long, viewsUsed: Long };
type Authority = { kind: String, state: String };
type Opening = {
  purpose: String, group: String, level: String, isParty: Bool, day: Long, factorMinutes: Long,
  hasOverride: Bool, office: Office, grant?: Grant, authority?: Authority
};
action open appliesTo { principal: [User], resource: [Transaction], context: Opening };
action request appliesTo { principal: [User], resource: [Register], context: { purpose: String, level: String } };
`;
