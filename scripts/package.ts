import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { OperatorError } from "@/lib/errors";
import { writeReleaseList } from "@/lib/launch/operator/release-list";
import { BUNDLED, bundleOperator, bundlePart, bundlePortalActs } from "./release/bundles";
import { assemblePortal } from "./release/portal-folder";

// `npm run package [-- --key release-key.pem] [--out dist]`: makes sealport-VERSION, a folder and an archive of it. The
// portal is built before, unless it is. docs/guides/releasing.md has what an operator does with it.
const root = path.resolve(import.meta.dirname, "..");
const MIB = 1024 * 1024;
const MOST_BYTES = { portal: 280 * MIB, other: 10 * MIB };
/** Taken as they are: the guides of an operator in docs/, and the files to start the parts with. */
const FILES = [
  "LICENSE",
  "CHANGELOG.md",
  "deploy",
  "docs/NOTICE.md",
  "docs/variables.md",
  "docs/guides/deploying.md",
  "docs/guides/releasing.md",
  "docs/guides/upgrading.md",
];

function run(command: string, args: readonly string[]): void {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  if (status !== 0)
    throw new OperatorError(`${command} ${args[0] ?? ""} ended with ${status ?? error?.message}`);
}

function bytesIn(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(path.join(entry.parentPath, entry.name)).size, 0);
}

/** Prints the size of each part. Throws OperatorError for one that is larger than a release may have it. */
function weigh(folder: string): void {
  for (const part of ["portal", ...BUNDLED, "op"]) {
    const bytes = bytesIn(path.join(folder, part));
    const most = part === "portal" ? MOST_BYTES.portal : MOST_BYTES.other;
    process.stdout.write(`${part.padEnd(10)} ${(bytes / MIB).toFixed(1).padStart(6)} MiB\n`);
    if (bytes > most) throw new OperatorError(`${part} has more than ${most / MIB} MiB`);
  }
}

/** The program's files belong to no one in particular and can be read by every user. */
function settleModes(folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const full = path.join(entry.parentPath, entry.name);
    if (entry.isDirectory()) chmodSync(full, 0o755);
    else if (entry.isFile()) chmodSync(full, 0o644);
  }
}

/** An archive of the same files has the same bytes: in order, without owners, dated by the last commit. */
function pack(out: string, name: string): string {
  const archive = path.join(out, `${name}.tar.gz`);
  const dated = spawnSync("git", ["log", "-1", "--format=%cI"], {
    cwd: root,
    encoding: "utf8",
  }).stdout.trim();
  const same = [
    "--sort=name",
    "--owner=0",
    "--group=0",
    "--numeric-owner",
    `--mtime=${dated || "1970-01-01"}`,
  ];
  run("tar", [...same, "--use-compress-program=gzip -n", "-cf", archive, "-C", out, name]);
  return archive;
}

async function make(out: string, keyFile: string | undefined): Promise<void> {
  const key = keyFile === undefined ? undefined : readFileSync(keyFile, "utf8");
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")));
  const name = `sealport-${version}`;
  const folder = path.join(out, name);
  run(process.execPath, ["scripts/build.mjs"]);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  assemblePortal(root, path.join(folder, "portal"));
  await bundlePortalActs(root, path.join(folder, "portal"));
  for (const part of BUNDLED) await bundlePart(root, part, path.join(folder, part));
  await bundleOperator(root, path.join(folder, "op"));
  for (const file of FILES) cpSync(path.join(root, file), path.join(folder, file), { recursive: true });
  run("npm", ["run", "--silent", "sbom", "--", path.join(folder, "sbom.cdx.json")]);
  settleModes(folder);
  weigh(folder);
  const { files } = await writeReleaseList(folder, key);
  const signed = key === undefined ? "UNSIGNED: no --key was given" : "signed";
  process.stdout.write(`SHA256SUMS of ${files} files, ${signed}\n`);
  const archive = pack(out, name);
  process.stdout.write(`${archive} ${(statSync(archive).size / MIB).toFixed(1)} MiB\n`);
}

try {
  const { values } = parseArgs({
    options: { key: { type: "string" }, out: { type: "string", default: "dist" } },
  });
  await make(path.resolve(values.out), values.key);
} catch (error) {
  if (!(error instanceof OperatorError)) throw error;
  process.stderr.write(`Error: ${error.message}\n`);
  process.exitCode = 1;
}
