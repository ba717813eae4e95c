import { describe, expect, it } from "vitest";
import { cedar } from "@/lib/access/policy/cedar";
import { DEFAULT_DOCUMENT, defaultSet } from "@/lib/access/policy/default-document";
import { preparePolicySet } from "@/lib/access/policy/engine";
import { decideExample, runExamples } from "@/lib/access/policy/examples";
import { validateDocument } from "@/lib/access/policy/validate-document";

/** Each change of one policy's text: another operator, another number, another word, or a condition less. */
function changesOf(text: string): string[] {
  const changes: [RegExp, (found: string) => string][] = [
    [/ > /g, () => " >= "],
    [/ >= /g, () => " > "],
    [/ <= /g, () => " < "],
    [/ < /g, () => " <= "],
    [/ == (?!Action)/g, () => " != "],
    [/ != /g, () => " == "],
    [/ && /g, () => " || "],
    [/ \|\| /g, () => " && "],
    [/!(?==)/g, () => ""],
    [/\b\d+\b/g, (found) => String(Number(found) + 1)],
    [/\b\d+\b/g, (found) => String(Number(found) - 1)],
    [/(?<!Action::)"[a-z_]+"/g, (found) => (/Role/.test(found) ? found : '"nothing"')],
    [/(?<=Role::)"[a-z]+"/g, () => '"admin"'],
    [/^forbid/g, () => "permit"],
    [/^permit/g, () => "forbid"],
    [/principal in Role::"\w+", action/g, () => "principal, action"],
    [/\nwhen [\s\S]*(?=;)/g, () => ""],
    // One part of a conjunction less.
    [/[^&|(){}]+ && /g, (found) => (/context has \w+ && $/.test(found) ? found : " ")],
    [/ && [^&|(){}]+(?=\)| \}|\n\})/g, () => " "],
  ];
  return changes.flatMap(([pattern, change]) =>
    [...text.matchAll(pattern)].map(
      ({ 0: found, index }) => text.slice(0, index) + change(found) + text.slice(index + found.length),
    ),
  );
}

/** Changes that decide the same, by policy. */
const EQUAL: Readonly<Record<string, string>> = {
  // No other role looks back further.
  "age-coordinator": `forbid(principal, action == Action::"open", resource)
when { resource.ageDays > 3650 && !(resource.isKept && context has authority) };`,
  // Other staff may ask for a dispute already.
  "request-support": `permit(principal in Role::"coordinator", action == Action::"request", resource)
when { context.purpose == "dispute" && context.level != "full" };`,
};

/** All examples, those of this policy first: they catch most of its changes. */
function examplesFrom(policy: string) {
  const { policies } = DEFAULT_DOCUMENT;
  const first = policies.filter(({ id }) => id === policy);
  return [...first, ...policies.filter(({ id }) => id !== policy)].flatMap(({ examples }) => examples);
}

describe("default policies", () => {
  it("the document is valid, and each policy has an example that is allowed and one that is refused", () => {
    expect(validateDocument(DEFAULT_DOCUMENT).problems).toEqual([]);
    for (const { id, examples } of DEFAULT_DOCUMENT.policies) {
      const expected = new Set(examples.map((one) => one.expect));
      expect([id, expected.has("allow"), expected.has("refuse")]).toEqual([id, true, true]);
    }
  });

  it("every example is met", () => {
    expect(runExamples(DEFAULT_DOCUMENT, defaultSet()).filter(({ isMet }) => !isMet)).toEqual([]);
  });

  it.each(DEFAULT_DOCUMENT.policies.map(({ id, text }) => [id, text]))(
    "the examples catch every change of %s",
    (changed, text) => {
      const changes = [...new Set(changesOf(text))].filter((one) => one !== text);
      const living = changes.filter((other) => {
        const policies = DEFAULT_DOCUMENT.policies.map((one) =>
          one.id === changed ? { ...one, text: other } : one,
        );
        const document = { ...DEFAULT_DOCUMENT, policies };
        if (EQUAL[changed] === other || cedar.policyToJson(other).type === "failure") return false;
        const set = preparePolicySet(document);
        return examplesFrom(changed).every(
          ({ facts, expect: expected }) => decideExample(facts, set).isAllowed === (expected === "allow"),
        );
      });
      expect(living).toEqual([]);
      expect(changes.length).toBeGreaterThan(3);
    },
  );
});
