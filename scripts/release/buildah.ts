import { spawnSync } from "node:child_process";
import path from "node:path";

export const IMAGES = ["portal", "worker", "signer", "custodian", "witness", "op"] as const;

/** buildah's arguments, with storage of its own, so that nothing of the machine's is touched. */
export function buildahArguments(work: string, act: string, ...args: readonly string[]): string[] {
  const storage = ["--root", path.join(work, "storage"), "--runroot", path.join(work, "run")];
  // Without the limits a program in a chroot cannot start.
  const limits = ["--ulimit", "nproc=96364:96364", "--ulimit", "nofile=20000:20000"];
  const isolated = act === "build" || act === "from" ? ["--isolation", "chroot", ...limits] : [];
  return [...storage, "--storage-driver", "vfs", act, ...isolated, ...args];
}

/** Returns why images cannot be built on this machine; undefined where they can. */
export function reasonForNoImages(): string | undefined {
  if (process.platform !== "linux" || process.getuid?.() !== 0)
    return "the tests do not run as root on Linux";
  for (const command of ["buildah", "mmdebstrap"])
    if (spawnSync(command, ["--version"]).status !== 0) return `${command} is not installed`;
  return undefined;
}
