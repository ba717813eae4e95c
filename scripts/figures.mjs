import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

// `npm run figures`: the size of the house, from the files that git knows. Generated files and test data do not count.
const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const FEW_LINES = 25;
const MANY_FILES = 40;
/** Next needs these names, however short the file is; an endpoint's address is its folder. */
const NEEDED_BY_NEXT =
  /(^|\/)(page|layout|loading|error|not-found|forbidden|template|default|route|global-error)\.tsx?$|\/endpoint\.ts$/;
const GENERATED =
  /^app\/confidential\/endpoints\.ts$|policy-sources\.ts$|next-env\.d\.ts$|\/(generated|testdata)\//;
const TEST = /\.(test|spec)\.tsx?$|^(e2e|bench|interop)\/|^lib\/testing\//;

const git = (...args) => execFileSync("git", args, { cwd: root, encoding: "utf8", maxBuffer: 1 << 26 });
const all = git("ls-files", "-z")
  .split("\0")
  .filter((file) => file !== "");
const read = (file) => readFileSync(path.join(root, file), "utf8");
const linesOf = (file) => read(file).split("\n").length - 1;

function tell(name, value, names = []) {
  process.stdout.write(`${name.padEnd(44)} ${value.toLocaleString("en").padStart(8)}\n`);
  for (const one of names) process.stdout.write(`  ${one}\n`);
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function tellCode(name, files) {
  const lengths = new Map(files.map((file) => [file, linesOf(file)]));
  const sum = [...lengths.values()].reduce((total, lines) => total + lines, 0);
  tell(`${name}: files`, files.length);
  tell(`${name}: lines`, sum);
  tell(`${name}: median lines of a file`, median(lengths.values()));
  const short = files.filter((file) => (lengths.get(file) ?? 0) <= FEW_LINES);
  tell(`${name}: files of ${FEW_LINES} lines or fewer`, short.length);
  const free = short.filter((file) => !NEEDED_BY_NEXT.test(file));
  tell("  of these not needed by Next", free.length);
}

/** Folders with more files in them than a reader can overlook. */
function crowded(files) {
  const counts = new Map();
  for (const file of files) counts.set(path.dirname(file), (counts.get(path.dirname(file)) ?? 0) + 1);
  return [...counts]
    .filter(([, count]) => count > MANY_FILES)
    .map(([folder, count]) => `${folder}: ${count}`);
}

const code = all.filter((file) => /\.(tsx?|mjs)$/.test(file) && !GENERATED.test(file));
const product = code.filter((file) => !TEST.test(file));
tellCode("product", product);
tellCode(
  "tests and their support",
  code.filter((file) => TEST.test(file)),
);
const full = crowded(product);
tell(`folders of more than ${MANY_FILES} product files`, full.length, full);
tell("migrations", all.filter((file) => /^prisma\/migrations\/[^/]+\/migration\.sql$/.test(file)).length);
const pages = all.filter((file) => file.startsWith("docs/") && file.endsWith(".md"));
const words = pages.flatMap((file) =>
  read(file)
    .split(/\s+/)
    .filter((word) => word !== ""),
);
tell("words in docs", words.length);
