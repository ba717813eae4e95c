// Faults of a policy are found by Cedar and by us, in English. Pages say the usual ones in their reader's language and in
// plain words; any other fault is shown as Cedar wrote it.

/** The usual faults, by the message key of a page. The groups of a pattern are the values of its words. */
const PATTERNS = {
  token: /^Unexpected token `(?<name>.+)`\.$/,
  end: /^Unexpected end of input/,
  quote: /^Invalid token/,
  effect: /^Invalid policy effect: (?<name>\S+):/,
  attribute: /^Attribute `(?<name>.+?)` .*not found/,
  optional: /^Unable to guarantee safety of access to optional attribute `(?<name>.+?)`/,
  type: /^Unexpected type: expected (?<expected>\w+) but saw (?<seen>\w+)/,
  types: /^The types .+ are not compatible/,
  entity: /entity `\w+::"(?<name>.*?)"` is of an enumerated entity type/,
  unrecognized: /^Unrecognized (?:action|entity type) `(?<name>.+?)`/,
  noAction: /^Unable to find an applicable action/,
  number: /number too large/,
  impossible: /^Policy is impossible/,
  scripts: /contains mixed scripts/,
  template: /got a template/,
  call: /^`(?<name>.+)` is not a valid (?:function|method)/,
  emptySet: /^Empty set literals/,
  unary: /^Too many occurrences of `(?<name>.)`/,
  person: /^A policy names roles/,
  twice: /^Two policies have this id/,
  expected:
    /^Expected to be (?<expected>\w+), but is (?<seen>\w+): (?:by (?<name>.+)|no policy permits it)\.$/,
  absent: /^Add an example that is (?<expected>\w+)/,
  nested: /^Brackets are nested/,
  conditions: /^The policy has more than 60 conditions/,
  parts: /^A name has more than 10 parts/,
  calculates: /^The policy calculates/,
  choices: /^The policy uses if more than 10 times/,
  hidden: /^text: holds characters that cannot be shown/,
} as const satisfies Readonly<Record<string, RegExp>>;

export type FaultKey = keyof typeof PATTERNS;

/** The words for a fault: its message key, with the values that the words name. */
export interface FaultWords {
  readonly key: FaultKey;
  readonly values: Readonly<Record<"name" | "expected" | "seen", string>>;
}

/** Returns the words for a fault's message; undefined for one that is shown as it is. Pure. */
export function faultWords(message: string): FaultWords | undefined {
  for (const [key, pattern] of Object.entries(PATTERNS)) {
    const found = pattern.exec(message);
    if (found === null) continue;
    const { name = "", expected = "", seen = "" } = found.groups ?? {};
    return { key: key as FaultKey, values: { name, expected, seen } };
  }
  return undefined;
}
