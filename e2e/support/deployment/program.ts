import path from "node:path";
import type { Part } from "./layout";
import { ROOT, TSX } from "./users";

/** Where the programs of a deployment are from: the checkout, as its guide has it, or a release that was unpacked. */
export interface Program {
  part(part: Part): readonly string[];
  /** The health check of a part; none in a checkout. */
  health?(part: Part): readonly string[];
  /** The operator's command. */
  op(...args: readonly string[]): readonly string[];
  createKeys(holder: string): readonly string[];
  readonly migrate: readonly string[];
}

const npm = (script: string, ...args: readonly string[]): readonly string[] => [
  "npm",
  "run",
  "-s",
  script,
  ...(args.length === 0 ? [] : ["--", ...args]),
];

const CHECKOUT: Program = {
  part: (part) =>
    part === "portal" ? [process.execPath, "scripts/start-portal.mjs"] : [...TSX, `scripts/start-${part}.ts`],
  op: (...args) => npm("op", ...args),
  createKeys: (holder) => npm("create-keys", holder),
  migrate: npm("migrate"),
};

/** What acts as the portal is in the portal's folder. */
const OF_PORTAL = ["setup", "create-admin"];

/** The programs of a release's folder. */
export function releaseAt(folder: string): Program {
  const op = (...args: readonly string[]): readonly string[] => {
    const place = OF_PORTAL.includes(args[0] ?? "") ? "portal" : "op";
    return [process.execPath, path.join(folder, place, "sealport-op.mjs"), ...args];
  };
  return {
    part: (part) => [process.execPath, path.join(folder, part, `${part}.mjs`)],
    health: (part) => [process.execPath, path.join(folder, part, "health.mjs"), part],
    op,
    createKeys: (holder) => op("create-keys", holder),
    migrate: op("migrate"),
  };
}

/** Returns the unpacked release that SEALPORT_RELEASE names, or the checkout: the same story runs from both. */
export function programOf(release = process.env.SEALPORT_RELEASE): Program {
  return release === undefined ? CHECKOUT : releaseAt(path.resolve(ROOT, release));
}
