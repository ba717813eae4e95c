import { describe, expect, it } from "vitest";
import { DEFAULT_DOCUMENT } from "@/lib/access/policy/default-document";
import { validateDocument } from "@/lib/access/policy/validate-document";
import { documentOf } from "@/lib/testing/contracts/open-set";

const GOOD = 'permit(principal in Role::"auditor", action == Action::"open", resource);';
const one = (text: string) => validateDocument(documentOf({ good: GOOD, tested: text })).problems;
const open = (condition: string) =>
  `permit(principal, action == Action::"open", resource)\nwhen { ${condition} };`;

describe("validation of a policy document", () => {
  it("the default document and a small one are valid", () => {
    expect(validateDocument(DEFAULT_DOCUMENT)).toEqual({ document: DEFAULT_DOCUMENT, problems: [] });
    expect(one(GOOD)).toEqual([]);
  });

  it.each([
    ["a syntax error", "permit(principal action, resource);", 1, 18, /unexpected token/i],
    ["an unknown attribute", open("context.colour == 3"), 2, 8, /`colour`.*not found/],
    [
      "an optional attribute that is not asked for",
      open('context.grant.kind == "request"'),
      2,
      8,
      /optional/,
    ],
    ["a wrong type", open('resource.ageDays > "old"'), 2, 27, /type/i],
    ["an unknown role", GOOD.replace("auditor", "auditr"), 1, 21, /auditr/],
    [
      "a number that is too large",
      open("resource.ageDays > 99999999999999999999"),
      2,
      27,
      /number too large/i,
    ],
    [
      "a date that does not exist",
      open('datetime("2026-13-45") < datetime("2026-01-02")'),
      2,
      8,
      /2026-13-45/,
    ],
    [
      "a duration that overflows",
      open('datetime("2026-01-02").offset(duration("999999999999999999d")) < datetime("2026-01-03")'),
      2,
      38,
      /duration/,
    ],
    ["a policy that never applies", open("false"), 1, 1, /impossible/],
    ["a letter of another alphabet", open('context.purpose == "\u0430udit"'), 2, 27, /mixed scripts/],
    ["two policies in one text", `${GOOD}\n${GOOD}`, 2, 1, /unexpected token `permit`/i],
    ["a template", "permit(principal in ?principal, action, resource);", 1, 21, /template/],
    ["an unknown function", open("include(context)"), 2, 8, /include/],
    ["one person", 'permit(principal == User::"u", action, resource);', 1, 1, /not one person/],
    ["one record", 'permit(principal, action, resource == Transaction::"t");', 1, 1, /not one person/],
  ])("%s is one problem at its place", (_what, text, line, column, message) => {
    const problems = one(text);
    expect(problems).toEqual([
      { policy: "tested", line, column, length: expect.any(Number), message: expect.stringMatching(message) },
    ]);
    expect(problems[0]?.message).not.toMatch(/for policy|with id/);
  });

  it("a place counts characters, also after letters of several bytes", () => {
    const [problem] = one(`// grün 🔒\n${GOOD.replace("auditor", "x")}`);
    expect(problem).toMatchObject({ line: 2, column: 21 });
    const [later] = one(open('context.purpose == "ä" && context.colour == 1'));
    expect(later).toMatchObject({ line: 2, column: 34, length: 14 });
  });

  it.each([
    ["a megabyte of text", { big: "x".repeat(1_000_001) }, /at most 1 MB/],
    [
      "2,000 policies",
      Object.fromEntries(Array.from({ length: 2_000 }, (_, at) => [`p${at}`, GOOD])),
      /2000/,
    ],
  ])("%s is one problem of the set, and nothing is parsed", (_what, texts, message) => {
    const began = performance.now();
    expect(validateDocument(documentOf(texts)).problems).toEqual([
      { policy: null, line: 1, column: 1, length: 0, message: expect.stringMatching(message) },
    ]);
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  it("an id in another alphabet, with capitals or twice is a problem of its policy", () => {
    const named = (...ids: string[]) =>
      validateDocument({
        ...DEFAULT_DOCUMENT,
        policies: ids.map((id) => ({ id, text: GOOD, examples: [] })),
      }).problems;
    expect(named("\u0430udit")).toMatchObject([{ message: expect.stringMatching(/small letters a to z/) }]);
    expect(named("Audit")).toMatchObject([
      { policy: "Audit", message: expect.stringMatching(/small letters/) },
    ]);
    expect(named("audit", "audit")).toEqual([
      { policy: "audit", line: 1, column: 1, length: 0, message: "Two policies have this id." },
    ]);
  });

  it.each([[null], ["text"], [{}], [{ policies: 3 }], [{ ...DEFAULT_DOCUMENT, format: 2 }], [[]]])(
    "%j is no document",
    (given) => {
      expect(validateDocument(given).problems.length).toBeGreaterThan(0);
    },
  );

  it("a quorum of 0 is a problem", () => {
    const settings = { ...DEFAULT_DOCUMENT.settings, quorums: { legal: 0, coordinator: 1 } };
    const { problems } = validateDocument({ ...DEFAULT_DOCUMENT, settings });
    expect(problems).toMatchObject([{ message: expect.stringContaining("settings.quorums.legal") }]);
  });
});
