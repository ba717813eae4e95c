import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { OperatorError } from "@/lib/errors";
import { verifyRelease } from "@/lib/launch/operator/release-list";
import { buildahArguments, IMAGES } from "./release/buildah";
import { fetchNode, makeRootFileSystem, shellsIn } from "./release/root-file-system";

// `npm run images [-- --only portal]`: builds the images of a release that `npm run package` made, and writes each as an
// OCI archive. Needs buildah and mmdebstrap (Debian), as root or with subordinate users. No daemon runs.
const root = path.resolve(import.meta.dirname, "..");
const MIB = 1024 * 1024;

function run(command: string, args: readonly string[]): string {
  const { status, error, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: "utf8" });
  if (status !== 0) throw new OperatorError(`${command} failed: ${error?.message ?? stderr.slice(-2_000)}`);
  return stdout;
}

/** Makes the folder that the Containerfile copies from. */
function makeContext(work: string, release: string): string {
  const context = path.join(work, "context");
  rmSync(path.join(context, "release"), { recursive: true, force: true });
  mkdirSync(context, { recursive: true });
  makeRootFileSystem(path.join(context, "rootfs"));
  const shells = shellsIn(path.join(context, "rootfs"));
  if (shells.length > 0) throw new OperatorError(`the root file system has ${shells.join(", ")}`);
  copyFileSync(fetchNode(work), path.join(context, "node"));
  chmodSync(path.join(context, "node"), 0o755);
  run("cp", ["-a", "--reflink=auto", release, path.join(context, "release")]);
  return context;
}

function buildImage(work: string, context: string, name: string, version: string): void {
  const tag = `sealport-${name}:${version}`;
  const file = path.join(root, "deploy/Containerfile");
  // The same files make the same image.
  const same = ["--timestamp", "0", "--format", "oci", "--quiet"];
  run(
    "buildah",
    buildahArguments(work, "build", ...same, "--target", name, "--tag", tag, "--file", file, context),
  );
  const archive = path.join(work, `sealport-${name}-${version}.oci.tar`);
  rmSync(archive, { force: true });
  run("buildah", buildahArguments(work, "push", "--quiet", tag, `oci-archive:${archive}:${tag}`));
  process.stdout.write(
    `${tag.padEnd(28)} ${(statSync(archive).size / MIB).toFixed(1).padStart(6)} MiB compressed\n`,
  );
}

async function make(out: string, only: string | undefined): Promise<void> {
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")));
  const release = path.join(out, `sealport-${version}`);
  if (!existsSync(release)) throw new OperatorError(`there is no ${release}: run npm run package first`);
  const [fault] = await verifyRelease(release);
  if (fault !== undefined)
    throw new OperatorError(`the release does not match its list: ${fault.file} ${fault.fault}`);
  const work = path.join(out, "images");
  mkdirSync(work, { recursive: true });
  const context = makeContext(work, release);
  for (const name of IMAGES)
    if (only === undefined || only === name) buildImage(work, context, name, version);
}

try {
  const { values } = parseArgs({
    options: { only: { type: "string" }, out: { type: "string", default: "dist" } },
  });
  await make(path.resolve(values.out), values.only);
} catch (error) {
  if (!(error instanceof OperatorError)) throw error;
  process.stderr.write(`Error: ${error.message}\n`);
  process.exitCode = 1;
}
