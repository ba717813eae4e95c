import { spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { OperatorError } from "@/lib/errors";

// What the images have below the program: the C and C++ libraries of Debian, and Node's own binary from npm. Node has the
// certificates of authorities built in, and reads no time zone files.

/** Long-term support until April 2028. The version that the images are tested with. */
export const NODE_VERSION = "24.22.3";
const USER = 65_532;
const SUITE = "trixie";
const LIBRARIES = ["libc6", "libstdc++6", "libgcc-s1"];
/** The only folders that are copied from the packages. They have no package manager, no scripts and no programs. */
const TAKEN = ["usr/lib", "usr/lib64", "usr/share/doc"];
const LIBRARY = /-linux-gnu$|^ld-linux/;

function run(command: string, ...args: string[]): void {
  const { status, error, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (status === 0) return;
  throw new OperatorError(`${command} failed: ${error?.message ?? stderr.slice(-2_000)}`);
}

/** Leaves out Debian's change logs, and conversions between character sets, which Node has built in. Keeps licences. */
const isNeeded = (file: string): boolean => !/\/gconv(?:\/|$)|\/changelog|\/(?:NEWS|README)/.test(file);

function take(packages: string, folder: string): void {
  for (const place of TAKEN)
    for (const name of existsSync(path.join(packages, place)) ? readdirSync(path.join(packages, place)) : [])
      if (place === "usr/share/doc" || LIBRARY.test(name))
        cpSync(path.join(packages, place, name), path.join(folder, place, name), {
          recursive: true,
          verbatimSymlinks: true,
          filter: isNeeded,
        });
}

function makeFolders(folder: string): void {
  for (const [link, target] of [
    ["lib", "usr/lib"],
    ["lib64", "usr/lib64"],
  ] as const)
    if (!existsSync(path.join(folder, link))) symlinkSync(target, path.join(folder, link));
  for (const name of [
    "etc/sealport",
    "run/secrets",
    "usr/bin",
    "opt/sealport",
    "var/lib/sealport",
    "tmp",
    "proc",
    "dev",
    "sys",
  ])
    mkdirSync(path.join(folder, name), { recursive: true });
  chmodSync(path.join(folder, "tmp"), 0o1777);
  chmodSync(path.join(folder, "var/lib/sealport"), 0o700);
  if (process.getuid?.() === 0) chownSync(path.join(folder, "var/lib/sealport"), USER, USER);
  const line = `sealport:x:${USER}:${USER}:Sealport:/var/lib/sealport:/nonexistent\n`;
  writeFileSync(path.join(folder, "etc/passwd"), line);
  writeFileSync(path.join(folder, "etc/group"), `sealport:x:${USER}:\n`);
  writeFileSync(path.join(folder, "etc/nsswitch.conf"), "passwd: files\ngroup: files\nhosts: files dns\n");
}

/** Makes the root file system if it is missing. Needs mmdebstrap and a mirror of Debian. */
export function makeRootFileSystem(folder: string): void {
  if (existsSync(path.join(folder, "etc/nsswitch.conf"))) return;
  const packages = `${folder}-packages`;
  for (const old of [folder, packages]) rmSync(old, { recursive: true, force: true });
  const include = `--include=${LIBRARIES.join(",")}`;
  run("mmdebstrap", "--quiet", "--variant=extract", include, SUITE, packages);
  take(packages, folder);
  makeFolders(folder);
  rmSync(packages, { recursive: true });
}

/** Returns the path of Node's binary. Fetches it from npm if it is missing. */
export function fetchNode(folder: string): string {
  const file = path.join(folder, `node-${NODE_VERSION}`);
  if (existsSync(file)) return file;
  const name = `node-${process.platform}-${process.arch}`;
  const archive = path.join(folder, `${name}-${NODE_VERSION}.tgz`);
  run("npm", "pack", "--silent", `${name}@${NODE_VERSION}`, "--pack-destination", folder);
  run("tar", "-xzf", archive, "-C", folder, "package/bin/node");
  copyFileSync(path.join(folder, "package/bin/node"), file);
  chmodSync(file, 0o755);
  rmSync(path.join(folder, "package"), { recursive: true });
  rmSync(archive);
  return file;
}

/** Returns the programs of a file system that can run other programs. An image must have none. */
export function shellsIn(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return names.filter((name) => {
    const isProgram =
      /(?:^|\/)(?:ba|da|a|z|k)?sh$|(?:^|\/)(?:busybox|perl[0-9.]*|python[0-9.]*|apt|dpkg|env)$/.test(name);
    return isProgram && !lstatSync(path.join(folder, name)).isDirectory();
  });
}
