import { readFileSync } from "node:fs";
import path from "node:path";
import { imagesIn } from "./in-image";
import type { Part } from "./layout";
import { ROOT } from "./users";

/** Where the programs of a deployment are from: the checkout, with the bundles of `npm run generate`, a release that was unpacked, or images. */
export interface Program {
  part(part: Part): readonly string[];
  /** The health check of a part; none in a checkout. */
  health?(part: Part): readonly string[];
  /** The operator's command. */
  op(...args: readonly string[]): readonly string[];
  createKeys(holder: string): readonly string[];
  readonly migrate: readonly string[];
  /** Removes what was made to run the programs; a deployment calls it when it stops. */
  remove?(): void;
}

const BUNDLES = path.join(ROOT, "node_modules/.cache/sealport-programs");
const bundled = (name: string, ...args: readonly string[]): readonly string[] => [
  process.execPath,
  "--conditions=react-server",
  path.join(BUNDLES, `${name}.mjs`),
  ...args,
];

const CHECKOUT: Program = {
  part: (part) =>
    part === "portal" ? [process.execPath, "scripts/start-portal.mjs"] : bundled(`start-${part}`),
  op: (...args) => bundled("op", ...args),
  createKeys: (holder) => bundled("create-keys", holder),
  migrate: ["npm", "run", "-s", "migrate"],
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

/** Returns the version of this checkout, which its release and images have in their names. */
export function versionHere(): string {
  return JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8")).version;
}

/**
 * Returns the unpacked release that SEALPORT_RELEASE names, the images that `npm run images` built in the folder of
 * SEALPORT_IMAGES, or the checkout: the same story runs from each.
 */
export function programOf({ SEALPORT_RELEASE: release, SEALPORT_IMAGES: images } = process.env): Program {
  if (images !== undefined) return imagesIn(path.resolve(ROOT, images), versionHere());
  return release === undefined ? CHECKOUT : releaseAt(path.resolve(ROOT, release));
}
