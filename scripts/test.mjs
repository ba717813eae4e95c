import { spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

// `npm test`: check, unit, components, build, integration, programs, end to end. `npm run test:deep`: the long loops and full matrices.
// Names of stages after it run these alone. Every stage runs even if an earlier one failed. The last line is the sum, alone:
// `N passed, N failed`.
const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const results = path.join(root, "test-results");
const bin = (name) => path.join(root, "node_modules/.bin", name);
const asked = process.argv.slice(2);
const isDeep = asked.includes("--deep");
const only = asked.filter((word) => word !== "--deep");
const cases = path.join(results, "cases.ndjson");
rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });
// What tests and their programs leave behind, also those of other users and those that were killed, is removed with it.
const temp = mkdtempSync(path.join(tmpdir(), "sp-"));
chmodSync(temp, 0o1777);
process.once("exit", () => rmSync(temp, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

function run(command, args) {
  return new Promise((resolve) => {
    const env = {
      ...process.env,
      TMPDIR: temp,
      SEALPORT_CASES: cases,
      ...(isDeep ? { SEALPORT_DEEP: "1" } : {}),
    };
    const child = spawn(command, args, { cwd: root, env, stdio: ["ignore", "inherit", "inherit"] });
    child.once("error", (error) => {
      process.stderr.write(`${command}: ${error.message}\n`);
      resolve(1);
    });
    child.once("close", (code) => resolve(code ?? 1));
  });
}

/** Programs of others that tests run: openssl checks our formats, cvc5 our proofs; the others are the key services of lib/custody, a scanner, a counter, and what several portals need. */
const TOOLS = [
  { packages: ["openssl"], isInstalled: () => runs("openssl", "version") },
  { packages: ["cvc5"], isInstalled: () => runs("cvc5", "--version") },
  { packages: ["python3-moto", "python3-flask-cors"], isInstalled: () => existsSync("/usr/bin/moto_server") },
  { packages: ["softhsm2"], isInstalled: () => runs("softhsm2-util", "--version") },
  { packages: ["clamav-daemon"], isInstalled: () => existsSync("/usr/sbin/clamd") },
  { packages: ["redis-server"], isInstalled: () => existsSync("/usr/bin/redis-server") },
  { packages: ["postgresql-17"], isInstalled: () => existsSync("/usr/lib/postgresql/17/bin/initdb") },
  { packages: ["pgbouncer"], isInstalled: () => existsSync("/usr/sbin/pgbouncer") },
  { packages: ["haproxy"], isInstalled: () => existsSync("/usr/sbin/haproxy") },
  { packages: ["nginx-light"], isInstalled: () => existsSync("/usr/sbin/nginx") },
  // promtool, which checks and tests the alert rules; its server is not started.
  { packages: ["prometheus"], isInstalled: () => runs("promtool", "--version") },
  // age reads our backups without us, and pg_basebackup makes one.
  { packages: ["age"], isInstalled: () => runs("age", "--version") },
  {
    packages: ["postgresql-client-17"],
    isInstalled: () => existsSync("/usr/lib/postgresql/17/bin/pg_basebackup"),
  },
  { packages: ["opensc"], isInstalled: () => spawnSync("pkcs11-tool", ["--help"]).error === undefined },
];

function runs(command, ...args) {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}

/** As root on Debian missing programs are installed; elsewhere they are named, and the tests that need them fail. */
function needTools() {
  const missing = () => TOOLS.filter(({ isInstalled }) => !isInstalled()).flatMap(({ packages }) => packages);
  if (missing().length === 0) return;
  if (process.getuid?.() === 0 && existsSync("/etc/debian_version")) {
    const options = { stdio: "inherit", env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
    spawnSync("apt-get", ["update", "-qq"], options);
    spawnSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...missing()], options);
  }
  const left = missing();
  if (left.length > 0)
    process.stderr.write(`The tests need more programs (Debian: apt-get install ${left.join(" ")}).\n`);
}

function readReport(name) {
  const file = path.join(results, name);
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
}

/** A stage without tests counts as one; so does one that broke before it could count. */
const single = (code) => (code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 });

function vitestCounts(name) {
  return (code) => {
    const report = readReport(name);
    if (report === undefined || report.numTotalTests === 0) return { passed: 0, failed: 1 };
    const failed = report.numFailedTests + report.numPendingTests;
    return { passed: report.numPassedTests, failed: code !== 0 && failed === 0 ? 1 : failed };
  };
}

function playwrightCounts(code) {
  const stats = readReport("e2e.json")?.stats;
  if (stats === undefined || stats.expected + stats.unexpected === 0) return { passed: 0, failed: 1 };
  const failed = stats.unexpected + stats.skipped;
  return { passed: stats.expected + stats.flaky, failed: code !== 0 && failed === 0 ? 1 : failed };
}

/** Every browser test of the last run as `[name, spec]`. */
function browserTests() {
  const inside = (suite) => [
    ...(suite.suites ?? []).flatMap(inside),
    ...(suite.specs ?? []).map((spec) => [`${spec.file}: ${spec.title}`, spec]),
  ];
  return (readReport("e2e.json")?.suites ?? []).flatMap(inside);
}

/** What failed, by name, so that the end of a long output says it. */
const vitestFailures = (project) => () => [
  ...(readReport(`${project}.errors.json`) ?? []).map((error) => `outside of tests: ${error}`),
  ...(readReport(`${project}.json`)?.testResults ?? []).flatMap((file) => {
    const name = path.relative(root, file.name);
    const failed = file.assertionResults.filter((test) => test.status !== "passed");
    if (failed.length === 0) return file.status === "failed" ? [`${name}: ${file.message}`] : [];
    return failed.map((test) => `${name}: ${test.fullName}: ${test.failureMessages?.[0] ?? test.status}`);
  }),
];

const playwrightFailures = () => browserTests().flatMap(([name, spec]) => (spec.ok ? [] : [name]));

/** Browser tests that failed once and passed when they were repeated. */
function tellFlaky() {
  const flaky = browserTests().filter(([, { tests }]) => tests.some(({ status }) => status === "flaky"));
  if (flaky.length === 0) return;
  process.stdout.write(`flaky: ${flaky.length}, ${flaky.map(([name]) => name).join("; ")}\n`);
}

/** One run of vitest over the projects whose names begin so: those of a stage, and its files that need a process each. */
const vitest = (project) => [
  bin("vitest"),
  [
    "run",
    "--project",
    `${project}*`,
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=test-results/${project}.json`,
    "--reporter=./scripts/errors-reporter.mjs",
  ],
  vitestCounts(`${project}.json`),
  vitestFailures(project),
];

const generate = [process.execPath, ["scripts/generate-client.mjs"], single];
// Before the tests that start the program: they would build it within their own time.
const build = [process.execPath, ["scripts/build.mjs"], single];
const browser = [bin("playwright"), ["test"], playwrightCounts, playwrightFailures];

const stages = isDeep
  ? { generate, build, deep: vitest("deep"), programs: vitest("programs"), "end to end": browser }
  : {
      generate,
      format: [bin("biome"), ["check", "."], single],
      types: ["npm", ["run", "--silent", "check:types"], single],
      imports: [process.execPath, ["scripts/check-imports.mjs"], single],
      unused: [bin("knip"), [], single],
      dependencies: [bin("tsx"), ["scripts/dependencies/check-dependencies.ts"], single],
      sbom: [bin("tsx"), ["scripts/dependencies/sbom.ts"], single],
      unit: vitest("unit"),
      components: vitest("components"),
      build,
      integration: vitest("integration"),
      programs: vitest("programs"),
      "end to end": browser,
    };

/** Sizes that the long tests ran with, the largest of each name, and what could not run; lib/testing/scale.ts writes them down. */
function tellCases() {
  if (!existsSync(cases)) return;
  const sizes = new Map();
  const lines = readFileSync(cases, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  for (const { name, cases: size } of lines.filter((line) => line.notRun === undefined))
    sizes.set(name, Math.max(size, sizes.get(name) ?? 0));
  for (const what of new Set(lines.flatMap((line) => line.notRun ?? [])))
    process.stdout.write(`not run: ${what}\n`);
  for (const [name, size] of [...sizes].sort())
    process.stdout.write(`cases: ${name} ${size.toLocaleString("en")}\n`);
}

/** These have no tests, read sources only and use one processor each. */
const CHECKS = new Set(["format", "types", "imports", "unused", "dependencies", "sbom"]);

needTools();
const outcome = [];
const failures = [];

async function stage([name, [command, args, count, failuresOf]]) {
  process.stdout.write(`\n=== ${name}\n`);
  const startedAt = Date.now();
  const counts = count(await run(command, args));
  if (counts.failed > 0) failures.push(...(failuresOf?.() ?? [name]));
  outcome.push({ name, ...counts, seconds: ((Date.now() - startedAt) / 1000).toFixed(1) });
}

const wanted = Object.entries(stages).filter(([name]) => only.length === 0 || only.includes(name));
const isCheck = ([name]) => CHECKS.has(name);
for (const [at, one] of wanted.entries()) {
  if (!isCheck(one)) await stage(one);
  else if (at === wanted.findIndex(isCheck)) await Promise.all(wanted.filter(isCheck).map(stage));
}

process.stdout.write("\n");
for (const { name, passed, failed, seconds } of outcome) {
  process.stdout.write(
    `${name.padEnd(12)} ${String(passed).padStart(5)} passed ${String(failed).padStart(4)} failed  ${seconds} s\n`,
  );
}
tellCases();
tellFlaky();
for (const failure of failures)
  process.stdout.write(`failed: ${failure.split("\n", 2).join(" ").slice(0, 400)}\n`);
const sum = (member) => outcome.reduce((total, stage) => total + stage[member], 0);
process.stdout.write(`${sum("passed")} passed, ${sum("failed")} failed\n`);
process.exit(sum("failed") === 0 && outcome.length > 0 ? 0 : 1);
