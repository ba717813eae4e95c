import { expect, test } from "vitest";
import { preparePolicySet } from "@/lib/access/policy/engine";
import { decideExample } from "@/lib/access/policy/examples";
import { documentOf } from "@/lib/testing/contracts/open-set";
import { cedarOf } from "./cedar-text";
import { EMPTY_FORM, type PolicyForm } from "./form";
import { ordinaryExample } from "./ordinary-example";

const NOW = new Date("2026-11-27T10:00:00Z");

const RULES: readonly PolicyForm[] = [
  { ...EMPTY_FORM, roles: ["client"], records: "own", purposes: ["settlement"] },
  { ...EMPTY_FORM, roles: ["regulator"], records: "granted", grantKind: "request", purposes: ["compliance"] },
  { ...EMPTY_FORM, roles: ["coordinator"], records: "granted", grantKind: "emergency", levels: ["masked"] },
  { ...EMPTY_FORM, roles: ["auditor"], groups: ["parties"], instruments: ["subpoena"] },
  { ...EMPTY_FORM, roles: ["coordinator"], support: "yes", records: "granted", grantKind: "dispute" },
  { ...EMPTY_FORM, action: "request", roles: ["auditor"], purposes: ["audit"], levels: ["full"] },
  { ...EMPTY_FORM, roles: ["miner"], fromDay: "2026-11-01", toDay: "2026-12-01" },
];

test.each(RULES)("a new example is a case that the rule is about: %#", (form) => {
  const set = preparePolicySet(documentOf({ rule: cedarOf(form) }));
  expect(decideExample(ordinaryExample(form, NOW), set)).toMatchObject({
    isAllowed: true,
    policies: ["rule"],
  });
});
