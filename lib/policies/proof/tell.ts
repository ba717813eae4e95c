import type { ExampleFacts } from "@/lib/access/policy/policy-document";

const DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const GRANTS: Readonly<Record<string, string>> = {
  request: "with a grant from a request",
  dispute: "with a grant for a dispute",
  emergency: "with emergency access",
};

const plain = (word: string): string => word.replaceAll("_", " ");

/** Words from policies can be any text; in a sentence they are quoted and cut. */
function quoted(word: string): string {
  return /^[a-z][a-z_]{0,39}$/.test(word) ? plain(word) : JSON.stringify(word.slice(0, 40));
}

const article = (word: string): string => `${/^[aeiou]/i.test(word) ? "an" : "a"} ${word}`;

function whoIs({ role, is_support }: ExampleFacts): string {
  if (is_support) return role === "coordinator" ? "Support" : `Support with the role ${role}`;
  const name = article(role);
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

const ORDINARY_DAY = 20_260_603;

function levelWord({ level }: ExampleFacts): string {
  return level === "full" ? "in full" : level;
}

function timeOf({ weekday, minute }: ExampleFacts): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return `on a ${DAYS[weekday - 1]} at ${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}

function withoutGrant({ is_party, is_support }: ExampleFacts): string {
  if (is_party) return "as a party";
  return is_support ? "without a dispute" : "without a grant";
}

function grantOf(facts: ExampleFacts): string[] {
  const { grant, is_party, authority } = facts;
  return [
    grant === null ? withoutGrant(facts) : (GRANTS[grant] ?? `with the grant ${grant}`),
    ...(grant !== null && is_party ? ["as a party"] : []),
    ...(authority === null ? [] : [`under ${article(plain(authority))}`]),
  ];
}

/** Returns the facts in which the situation differs from an ordinary one. */
function circumstances(facts: ExampleFacts): string[] {
  return [
    ...(facts.is_holiday ? ["on a public holiday"] : []),
    ...(facts.sets_hours
      ? [facts.is_open ? "within the office's own hours" : "outside the office's own hours"]
      : []),
    ...(facts.has_override ? ["with an override of the hours"] : []),
    ...(facts.age_days > 1 ? [`for a transaction of ${facts.age_days} days`] : []),
    ...(facts.is_kept ? ["that is kept longer"] : []),
    ...(facts.factor_minutes > 1 ? [`with a confirmation ${facts.factor_minutes} minutes old`] : []),
  ];
}

/** Returns the facts in which the grant or the person differs from an ordinary one. */
function particulars(facts: ExampleFacts, grantLevel: string | undefined): string[] {
  const { duties, organisation, retention_class: kept, approvals, views_used: views, grant } = facts;
  return [
    ...(duties.length === 0 ? [] : [`with the duty ${duties.map(quoted).join(" and ")}`]),
    ...(organisation === "" ? [] : [`in the organisation ${quoted(organisation)}`]),
    ...(kept === "standard" ? [] : [`for the retention class ${quoted(kept)}`]),
    ...(grant === null || approvals === 2 ? [] : [`approved by ${approvals}`]),
    ...(grant === null || views === 0 ? [] : [`after ${views} views`]),
    ...(facts.authority_state === "active" ? [] : [`that is ${quoted(facts.authority_state)}`]),
    ...(facts.day === ORDINARY_DAY ? [] : [`on the date ${facts.day}`]),
    ...(grantLevel === undefined ? [] : [`though the grant says ${quoted(grantLevel)}`]),
  ];
}

/**
 * Returns a counterexample as a sentence. `grantLevel` is the grant's level where it is not the one that is asked for.
 */
export function tellExample(facts: ExampleFacts, grantLevel?: string): string {
  const purpose = `for ${quoted(facts.purpose)}`;
  const rest = particulars(facts, grantLevel);
  if (facts.action === "request")
    return `${[`${whoIs(facts)} could request data ${purpose}, ${levelWord(facts)}`, ...rest].join(", ")}.`;
  const what = `${whoIs(facts)} could see ${plain(facts.group)} ${levelWord(facts)} ${timeOf(facts)}`;
  return `${[what, purpose, ...grantOf(facts), ...circumstances(facts), ...rest].join(", ")}.`;
}
