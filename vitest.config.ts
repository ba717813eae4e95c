import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { bundlePrograms } from "./scripts/bundle-programs.mjs";

const root = path.dirname(fileURLToPath(import.meta.url));
// Tests start programs from their bundles, in a third of the time.
await bundlePrograms(root);
const alias = {
  "@": root,
  "server-only": path.join(root, "node_modules/server-only/empty.js"),
};
const OUTSIDE = ["node_modules", ".next", ".git", "e2e", "dist"];
const outside = ["**/node_modules/**", "e2e/**", ".next/**", "dist/**"];
const INTEGRATION = "**/*.integration.test.ts";
const DEEP = "**/*.deep.test.ts";

const testFiles = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !OUTSIDE.includes(entry.name))
  .flatMap(({ name }) =>
    readdirSync(path.join(root, name), { recursive: true, encoding: "utf8" }).map((file) =>
      path.join(name, file),
    ),
  )
  .filter((file) => /\.test\.tsx?$/.test(file) && !file.includes("node_modules"));

/** Test files whose text contains these words, as patterns: a file joins a group by what it uses. */
function filesWith(words: RegExp, name = /\.test\.ts$/): string[] {
  return testFiles
    .filter((file) => name.test(file) && words.test(readFileSync(path.join(root, file), "utf8")))
    .map((file) =>
      file
        .split(path.sep)
        .join("/")
        .replace(/[()[\]{}!*?+@]/g, "\\$&"),
    );
}

/**
 * Files of one worker share its module graph, which saves loading the program for each of them. Those that change what the
 * whole process has (environment, clock, globals), or measure its memory, get a process to themselves. A spy is restored
 * by the test that set it.
 */
const CHANGES =
  /Object\.assign\(process\.env|process\.env\.\w+ = |createWorld|vi\.(mock|stub|useFakeTimers)|globalThis(?!\.crypto)|memoryUsage/;
const alone = filesWith(CHANGES);
/** Tests whose number of cases lib/testing/scale.ts sets: `npm run test:deep` runs them again with the larger numbers. */
const scaled = filesWith(/testing\/(scale|contracts\/custody-contract)"/);

const shared = {
  // A wait ends with its condition. These limits are watchdogs for a busy machine and cost nothing otherwise.
  expect: { poll: { timeout: 150_000, interval: 20 } },
  testTimeout: 300_000,
  hookTimeout: 300_000,
  // vitest would keep one of two processors free. A third worker uses the time in which two wait for the database and for programs.
  maxWorkers: 3,
};
const onServer = {
  ...shared,
  globalSetup: ["./lib/testing/global-setup.ts"],
};
const isIntegration = (file: string) => file.endsWith(".integration.test.ts");

const projects = [
  {
    ...shared,
    name: "unit",
    include: ["**/*.test.ts"],
    exclude: [...outside, INTEGRATION, DEEP, ...alone],
    isolate: false,
  },
  {
    ...shared,
    name: "unit-alone",
    include: alone.filter((file) => !isIntegration(file)),
    exclude: [...outside, DEEP],
  },
  { ...shared, name: "components", include: ["**/*.test.tsx"], exclude: outside, environment: "happy-dom" },
  {
    ...onServer,
    name: "integration",
    include: [INTEGRATION],
    exclude: [...outside, ...alone],
    isolate: false,
  },
  { ...onServer, name: "integration-alone", include: alone.filter(isIntegration), exclude: outside },
  {
    ...shared,
    name: "programs",
    include: ["e2e/programs/*.test.ts"],
    // Those that start several portals and servers belong to the deep run.
    exclude: process.env.SEALPORT_DEEP === "1" ? [] : [DEEP],
    globalSetup: ["./e2e/programs/set-up.ts"],
  },
];
const deep = {
  ...onServer,
  name: "deep",
  include: [DEEP, ...scaled],
  exclude: outside,
  testTimeout: 12 * 60 * 60_000,
};

export default defineConfig({
  resolve: { alias },
  test: {
    projects: [...projects, ...(process.env.SEALPORT_DEEP === "1" ? [deep] : [])].map((test) => ({
      resolve: { alias },
      test,
    })),
  },
});
