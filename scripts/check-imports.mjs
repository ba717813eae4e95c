import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import swc from "@swc/core";
import configuration from "../.dependency-cruiser.mjs";

// `npm run check:imports`. A parser that cannot read TypeScript would find no violation, so the check requires a
// minimum number of modules and of imports.
const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
process.chdir(root);

// dependency-cruiser asks swc for TypeScript without JSX, and fails at the first page. Its swc reader treats `import
// type` like `import`, so the value imports of a file are noted here, for the rules that types do not break.
const parseFile = swc.parseFileSync;
const isTypeOnly = (item) =>
  item.typeOnly === true ||
  (item.type === "ImportDeclaration" &&
    item.specifiers.length > 0 &&
    item.specifiers.every((specifier) => specifier.isTypeOnly === true));
/** Import specifiers of values by file. */
const values = new Map();
swc.parseFileSync = (file, options) => {
  const tree = parseFile(file, { ...options, tsx: file.endsWith(".tsx") });
  const named = tree.body.filter((item) => item.source != null && !isTypeOnly(item));
  values.set(path.resolve(file), new Set(named.map((item) => item.source.value)));
  return tree;
};
const { cruise } = await import("dependency-cruiser");

const FOLDERS = [
  "app",
  "components",
  "lib",
  "cli",
  "scripts",
  "e2e",
  "bench",
  "sdk/src",
  "proxy.ts",
  "instrumentation.ts",
].filter((name) => existsSync(name));

function countSources(folder) {
  let count = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.parentPath.includes("lib/db/generated"))
      count += 1;
  }
  return count;
}

const { output } = await cruise(FOLDERS, {
  ...configuration.options,
  ruleSet: { forbidden: configuration.forbidden },
  validate: true,
});
const own = output.modules.filter((module) =>
  /^(app|components|lib|cli|scripts|e2e|bench|sdk)\//.test(module.source),
);
const edges = own.reduce((total, module) => total + module.dependencies.length, 0);
const sources = FOLDERS.filter((name) => !name.includes(".")).reduce(
  (total, name) => total + countSources(name),
  0,
);
function isOfValues({ from, to }) {
  const dependencies = own.find((module) => module.source === from)?.dependencies ?? [];
  const named = values.get(path.resolve(from));
  return dependencies.some((one) => one.resolved === to && (one.dynamic || named?.has(one.module) !== false));
}
const violations = output.summary.violations.filter(
  (one) => !configuration.valuesOnly.includes(one.rule.name) || isOfValues(one),
);

for (const { rule, from, to, cycle } of violations) {
  const through = cycle === undefined ? "" : ` (circle: ${cycle.map((step) => step.name).join(" → ")})`;
  process.stdout.write(`${rule.severity} ${rule.name}: ${from} → ${to}${through}\n`);
}
process.stdout.write(`${own.length} modules, ${edges} imports read; ${violations.length} violations\n`);
if (own.length < sources || edges < sources) {
  process.stderr.write(
    `Only ${own.length} modules with ${edges} imports were read of ${sources} source files: the parser does not work.\n`,
  );
  process.exit(1);
}
process.exit(violations.some((violation) => violation.rule.severity === "error") ? 1 : 0);
