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

/** Returns what an ordinary case does not have. */
function circumstances(facts: ExampleFacts): string[] {
  return [
    ...(facts.is_holiday ? ["on a public holiday"] : []),
    ...(facts.sets_hours
      ? [facts.is_open ? "within the office's own hours" : "outside the office's own hours"]
      : []),
    ...(facts.has_override ? ["with an override of the hours"] : []),
    ...(facts.age_days > 1 ? [`for a record of ${facts.age_days} days`] : []),
    ...(facts.is_kept ? ["that is kept longer"] : []),
    ...(facts.factor_minutes > 1 ? [`with a confirmation ${facts.factor_minutes} minutes old`] : []),
  ];
}

/**
 * Returns a counterexample as a sentence. `beyond` are facts that examples do not have, by their path in the schema.
 */
export function tellExample(
  facts: ExampleFacts,
  beyond: Readonly<Record<string, boolean | number | string>> = {},
): string {
  const others = Object.entries(beyond).map(([path, value]) => `${path} is ${JSON.stringify(value)}`);
  const extra = others.length === 0 ? "" : `, where ${others.join(" and ")}`;
  if (facts.action === "request")
    return `${whoIs(facts)} could request data for ${quoted(facts.purpose)}, ${facts.level}${extra}.`;
  const parts = [`for ${quoted(facts.purpose)}`, ...grantOf(facts), ...circumstances(facts)];
  return `${whoIs(facts)} could see ${plain(facts.group)} ${facts.level === "full" ? "in full" : facts.level} ${timeOf(facts)}, ${parts.join(", ")}${extra}.`;
}
