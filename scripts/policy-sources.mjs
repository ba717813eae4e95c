import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

// The policy version is a digest over a policy set and the source of every file that decides with it: the floor. Each file counts with its
// name and its bytes, in this order; its folder does not count. Moving a file changes only this list.
export const POLICY_FILES = [
  "lib/access/rules/decide.ts",
  "lib/access/rules/floor.ts",
  "lib/access/rules/grant-cover.ts",
  "lib/access/rules/purposes.ts",
  "lib/access/policy/cedar-schema.ts",
  "lib/access/policy/cedar.ts",
  "lib/access/policy/cedar-request.ts",
  "lib/access/policy/engine.ts",
  "lib/access/policy/explain.ts",
  "lib/access/policy/ordinary.ts",
  "lib/access/policy/policy-document.ts",
  "lib/access/policy/set-reads.ts",
  "lib/access/policy/retention.ts",
  "lib/access/rules/limits.ts",
  "lib/organisations/hours.ts",
  "lib/access/rules/next-possible.ts",
  "lib/access/rules/facts.ts",
  "lib/access/rules/action-rules.ts",
  "lib/access/rules/action-facts.ts",
  "lib/access/review/conflicts/conflict-reasons.ts",
  "lib/access/rules/transitions.ts",
  "lib/access/rules/validity.ts",
  "lib/access/rules/reason.ts",
];

/** The generated module, which is committed: a change of the policy is seen in review. */
export const POLICY_SOURCES_FILE = "lib/access/policy-sources.ts";

/** Returns name and SHA-256 of each file, read by `read`. */
export function policySources(read) {
  return POLICY_FILES.map((file) => [
    path.basename(file),
    createHash("sha256").update(read(file)).digest("hex"),
  ]);
}

/** Returns the text of the generated module. */
export function policySourcesModule(sources) {
  return [
    "// Written by `npm run generate` (scripts/policy-sources.mjs). Do not edit.",
    "",
    "/** Name and SHA-256 of each file that decides who may do what. */",
    "export const POLICY_SOURCES: readonly (readonly [string, string])[] = [",
    ...sources.map(([name, digest]) => `  ["${name}", "${digest}"],`),
    "];",
    "",
  ].join("\n");
}

/** Writes the generated module where it is not up to date. */
export function writePolicySources(root) {
  const file = path.join(root, POLICY_SOURCES_FILE);
  const text = policySourcesModule(policySources((name) => readFileSync(path.join(root, name))));
  if (!existsSync(file) || readFileSync(file, "utf8") !== text) writeFileSync(file, text);
}
