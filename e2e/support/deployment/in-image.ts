import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { buildahArguments, IMAGES } from "@/scripts/release/buildah";
import type { Program } from "./program";

// Runs the programs of images without a container engine: the image's files as a read-only root, with the deployment's
// folder and an empty /tmp as all that can be written, and the machine's /etc/hosts, as every container engine gives one.
// One process all the way, so that signals and its end are its own.

/** The shell is this machine's and is gone when the program begins; the image has none. */
const ENTER = `set -e
root=$1; shift
mkdir -p "$root/etc"
touch "$root/etc/hosts"
mount --bind "$root" "$root"
mount --bind /etc/hosts "$root/etc/hosts"
mount -o remount,bind,ro "$root"
mount -t tmpfs tmpfs "$root/tmp"
mkdir -p "$root$IMAGE_BASE"
mount --bind "$IMAGE_BASE" "$root$IMAGE_BASE"
mount --bind /dev "$root/dev"
mount -t proc proc "$root/proc"
exec chroot --userspec="$IMAGE_USER" "$root" "$@"`;
const NODE = "/usr/bin/node";

/** Whether a command enters an image. It is started by root, and takes its user in IMAGE_USER. */
export function entersImage(command: readonly string[]): boolean {
  return command[0] === "unshare";
}

function buildah(work: string, act: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync("buildah", buildahArguments(work, act, ...args), {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`buildah ${act} failed: ${stderr}`);
  return stdout.trim();
}

export interface Images extends Program {
  /** Folder with the files of an image. */
  rootOf(name: (typeof IMAGES)[number]): string;
}

/** Opens the images that `npm run images` built in a folder. */
export function imagesIn(work: string, version: string): Images {
  const roots = new Map<string, string>();
  const containers: string[] = [];
  for (const name of IMAGES) {
    const container = buildah(work, "from", "--pull-never", `localhost/sealport-${name}:${version}`);
    containers.push(container);
    roots.set(name, buildah(work, "mount", container));
  }
  const rootOf = (name: string): string => roots.get(name) ?? "";
  const enter = (name: string, ...command: readonly string[]): readonly string[] => [
    ...["unshare", "--mount", "sh", "-c", ENTER, "sh", rootOf(name)],
    ...command,
  ];
  const op = (...args: readonly string[]): readonly string[] => {
    const place = ["setup", "create-admin"].includes(args[0] ?? "") ? "portal" : "op";
    return enter(place, NODE, `/opt/sealport/${place}/sealport-op.mjs`, ...args);
  };
  return {
    part: (part) => enter(part, NODE, `/opt/sealport/${part}/${part}.mjs`),
    health: (part) => enter(part, NODE, `/opt/sealport/${part}/health.mjs`, part),
    op,
    createKeys: (holder) => op("create-keys", holder),
    migrate: op("migrate"),
    rootOf,
    remove: () => {
      for (const container of containers) buildah(work, "rm", container);
    },
  };
}

/** Returns why a program cannot enter an image on this machine; undefined where it can. */
export function reasonForNoEntry(): string | undefined {
  const folder = mkdtempSync(path.join(tmpdir(), "sp-entry-"));
  const enter = `mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && ! touch "$1/x"`;
  const { status } = spawnSync("unshare", ["--mount", "sh", "-c", enter, "sh", folder]);
  rmSync(folder, { recursive: true, force: true });
  return status === 0 ? undefined : "this machine does not let root mount a folder read-only";
}
