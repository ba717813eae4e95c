import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import swc from "@swc/core";
import configuration from "../.dependency-cruiser.mjs";

// `npm run check:imports`. A parser that cannot read TypeScript finds nothing wrong: so the number of modules
// and of imports that were read has a floor.
const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
process.chdir(root);

// dependency-cruiser asks swc for TypeScript without JSX, and fails at the first page; and its swc reader does
// not tell `import type` from `import`. Types vanish at build time: what stays is what the rules are about.
const parseFile = swc.parseFileSync;
const isTypeOnly = (item) =>
  item.typeOnly === true ||
  (item.type === "ImportDeclaration" &&
    item.specifiers.length > 0 &&
    item.specifiers.every((specifier) => specifier.isTypeOnly === true));
swc.parseFileSync = (file, options) => {
  const tree = parseFile(file, { ...options, tsx: file.endsWith(".tsx") });
  return { ...tree, body: tree.body.filter((item) => !isTypeOnly(item)) };
};
const { cruise } = await import("dependency-cruiser");

const FOLDERS = ["app", "components", "lib", "cli", "scripts", "e2e", "bench", "sdk/src", "proxy.ts"].filter(
  (name) => existsSync(name),
);

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
const { violations } = output.summary;

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
