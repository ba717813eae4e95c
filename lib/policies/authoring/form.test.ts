import { policyToJson, validate } from "@cedar-policy/cedar-wasm/nodejs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CEDAR_SCHEMA } from "@/lib/access/policy/cedar-schema";
import { DEFAULT_POLICIES } from "@/lib/access/policy/default-policies";
import { GroupName, InstrumentKind, Purpose } from "@/lib/vocabulary";
import { ROLES } from "@/lib/word-lists";
import { cedarOf } from "./cedar-text";
import { DAY_END, EMPTY_FORM, faultsOf, GRANT_KINDS, LEVELS, type PolicyForm, tidy, WEEKDAYS } from "./form";
import { type CedarJson, readForm } from "./read-form";

function jsonOf(text: string): CedarJson {
  const answer = policyToJson(text);
  if (answer.type === "failure") throw new Error(`${answer.errors[0]?.message}\n${text}`);
  return answer.json as CedarJson;
}

const some = <T>(all: readonly T[]) => fc.subarray([...all]);
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const day = fc
  .date({ min: new Date("2000-01-01"), max: new Date("2056-11-29"), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));
const hours = fc.record({
  weekdays: fc.subarray([...WEEKDAYS], { minLength: 1 }),
  from: fc.integer({ min: 0, max: 700 }),
  to: fc.oneof(fc.integer({ min: 701, max: DAY_END }), fc.constant(DAY_END)),
  exceptHolidays: fc.boolean(),
});
const forms: fc.Arbitrary<PolicyForm> = fc.record({
  effect: fc.constantFrom("permit", "forbid"),
  action: fc.constantFrom("open", "open", "request"),
  roles: some(ROLES),
  support: fc.constantFrom("any", "yes", "no", "dispute"),
  records: fc.constantFrom("any", "own", "granted"),
  grantKind: fc.constantFrom("any", ...GRANT_KINDS),
  approvals: maybe(fc.integer({ min: 0, max: 5 })),
  purposes: some(Purpose.options),
  isOtherPurposes: fc.boolean(),
  groups: some(GroupName.options),
  levels: some(LEVELS),
  instruments: some(InstrumentKind.options),
  fromDay: maybe(day),
  toDay: maybe(day),
  ageDays: maybe(fc.integer({ min: 0, max: 100_000 })),
  exceptKept: fc.boolean(),
  exceptEmergency: fc.boolean(),
  office: fc.constantFrom("any", "none", "own"),
  hours: maybe(hours),
  exceptOverride: fc.boolean(),
  factorMinutes: maybe(fc.integer({ min: 0, max: 100_000 })),
  annotations: fc.constantFrom({}, { note: 'says "no"' }),
});

describe("form of a policy", () => {
  test("any answers become Cedar text that reads as the same answers", () => {
    fc.assert(
      fc.property(forms, (form) => {
        const text = cedarOf(form);
        expect(readForm(jsonOf(text)), text).toEqual({ kind: "form", form: tidy(form) });
        expect(cedarOf(tidy(form))).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  test("any answers are valid in the schema of policies", () => {
    fc.assert(
      fc.property(forms, (form) => {
        const answer = validate({
          schema: CEDAR_SCHEMA,
          policies: { staticPolicies: { one: cedarOf(form) } },
          validationSettings: { mode: "strict" },
        });
        expect(answer, cedarOf(form)).toMatchObject({ type: "success", validationErrors: [] });
      }),
      { numRuns: 100 },
    );
  });

  test.each(Object.entries(DEFAULT_POLICIES))(
    "the default policy %s has a form of the same meaning",
    (_, text) => {
      const reading = readForm(jsonOf(text));
      if (reading.kind === "locked") throw new Error(reading.construct);
      expect(readForm(jsonOf(cedarOf(reading.form)))).toEqual(reading);
    },
  );

  test.each([
    ["unless", 'permit(principal, action == Action::"open", resource) unless { context.isParty };'],
    [
      "if",
      'permit(principal, action == Action::"open", resource) when { if context.isParty then true else false };',
    ],
    [
      "like",
      'permit(principal, action == Action::"open", resource) when { principal.organisation like "a*" };',
    ],
    [
      "||",
      'permit(principal, action == Action::"open", resource) when { context.isParty || principal.isSupport };',
    ],
    ["action", "permit(principal, action, resource);"],
    ["resource", 'permit(principal, action == Action::"open", resource == Transaction::"a");'],
    ["principal", 'permit(principal == User::"a", action == Action::"open", resource);'],
    [
      "principal.organisation",
      'permit(principal, action == Action::"open", resource) when { principal.organisation == "a" };',
    ],
    ["when", 'permit(principal, action == Action::"open", resource) when { context.isParty } when { true };'],
    [
      "context.purpose",
      'permit(principal, action == Action::"open", resource) when { context.purpose == "party" };',
    ],
    ["+", 'permit(principal, action == Action::"open", resource) when { resource.ageDays + 1 < 3 };'],
    [
      "resource.ageDays",
      'permit(principal, action == Action::"open", resource) when { resource.ageDays < 3 };',
    ],
    [
      "context has authority",
      'forbid(principal, action == Action::"open", resource) when { context has authority };',
    ],
    [
      'context.purpose == "support"',
      'permit(principal, action == Action::"open", resource) when { context.purpose == "audit" && context.purpose == "support" };',
    ],
  ])("%s locks the form", (construct, text) => {
    expect(readForm(jsonOf(text))).toEqual({ kind: "locked", construct });
  });

  test("two conditions that only together are an answer do not pass for another one", () => {
    const text =
      'forbid(principal, action == Action::"open", resource) when { context has authority && !context.office.isOpen };';
    expect(readForm(jsonOf(text))).toMatchObject({ kind: "locked" });
  });

  test("hours that end before they begin, and days in the wrong order, are named", () => {
    const form = {
      ...EMPTY_FORM,
      hours: { weekdays: [1], from: 600, to: 600, exceptHolidays: true },
      fromDay: "2026-12-01",
      toDay: "2026-11-30",
      ageDays: 1.5,
    };
    expect(faultsOf(form)).toEqual({ hours: "hours", toDay: "days", ageDays: "number" });
    expect(faultsOf(EMPTY_FORM)).toEqual({});
  });
});
