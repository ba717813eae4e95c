import { z } from "zod";

const Package = z.object({
  name: z.string().optional(),
  version: z.string().optional(),
  license: z.string().optional(),
  integrity: z.string().optional(),
  resolved: z.string().optional(),
  dev: z.boolean().optional(),
  devOptional: z.boolean().optional(),
  inBundle: z.boolean().optional(),
  hasInstallScript: z.boolean().optional(),
});

/** What of package-lock.json is judged here. */
export const Lockfile = z.object({ packages: z.record(z.string(), Package) });
export type Lockfile = z.infer<typeof Lockfile>;

/** `allowScripts` of package.json: which packages may run a script when they are installed. */
export const Manifest = z.object({
  name: z.string(),
  allowScripts: z.record(z.string(), z.boolean()),
  dependencies: z.record(z.string(), z.string()),
  devDependencies: z.record(z.string(), z.string()),
});
export type Manifest = z.infer<typeof Manifest>;

/** Licences under which a package may be part of the product. LGPL and MPL: unchanged, loaded and not linked in. */
const LICENCES: readonly string[] = [
  "0BSD",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "BlueOak-1.0.0",
  "CC-BY-3.0",
  "CC-BY-4.0",
  "CC0-1.0",
  "EPL-2.0",
  "ISC",
  "LGPL-3.0-or-later",
  "MIT",
  "MIT-0",
  "MPL-2.0",
  "OFL-1.1",
  "PSF-2.0",
  "Python-2.0",
  "Unlicense",
  "Zlib",
];

/** Packages whose manifest does not name its licence by an identifier; read in their own licence files. */
const READ: Readonly<Record<string, string>> = {
  geist: "OFL-1.1",
  "png-js": "MIT",
  "seq-queue": "MIT",
};

const REGISTRY = "https://registry.npmjs.org/";
const NESTED = "node_modules/";

/** A package of the lockfile with its name and place. */
export interface Locked extends z.infer<typeof Package> {
  readonly name: string;
  readonly place: string;
}

/** Every package that the lockfile names, but for ourselves. */
export function lockedPackages(lock: Lockfile): Locked[] {
  return Object.entries(lock.packages)
    .filter(([place]) => place.includes(NESTED))
    .map(([place, one]) => ({
      ...one,
      place,
      name: one.name ?? place.slice(place.lastIndexOf(NESTED) + NESTED.length),
    }));
}

/** Those that a production installation has. */
export function productionPackages(lock: Lockfile): Locked[] {
  return lockedPackages(lock).filter(({ dev, devOptional }) => dev !== true && devOptional !== true);
}

/** Returns the licence expression of a package, undefined where it is unknown. */
export function licenceOf({ name, license }: Locked): string | undefined {
  return READ[name] ?? license;
}

/** Whether an SPDX expression can be met by the list: all of an AND, one of an OR. */
export function isAllowed(expression: string): boolean {
  const alternatives = expression.replace(/[()]/g, " ").split(/\sOR\s/i);
  return alternatives.some((one) => one.split(/\sAND\s/i).every((id) => LICENCES.includes(id.trim())));
}

function judge(one: Locked): string[] {
  const wrong: string[] = [];
  const licence = licenceOf(one);
  if (licence === undefined) wrong.push("names no licence");
  else if (!isAllowed(licence)) wrong.push(`has the licence ${licence}, which is not on the list`);
  // The hash of the archive covers a package inside another package's archive.
  if (one.integrity === undefined && one.inBundle !== true) wrong.push("has no integrity hash");
  if (one.resolved !== undefined && !one.resolved.startsWith(REGISTRY))
    wrong.push(`comes from ${one.resolved}`);
  return wrong.map((words) => `${one.place} ${words}`);
}

/** Returns the faults of the scripts that packages want to run when they are installed. */
function scriptsOf(lock: Lockfile, { allowScripts }: Manifest): string[] {
  const unnamed = lockedPackages(lock)
    .filter(({ hasInstallScript, name }) => hasInstallScript === true && allowScripts[name] === undefined)
    .map(({ place }) => `${place} has an install script that allowScripts does not name`);
  const allowed = Object.entries(allowScripts).filter(([, isAllowedToRun]) => isAllowedToRun);
  return [...unnamed, ...allowed.map(([name]) => `allowScripts lets ${name} run a script`)];
}

/** Versions that are not pinned exactly. */
function unpinned({ dependencies, devDependencies }: Manifest): string[] {
  return Object.entries({ ...dependencies, ...devDependencies })
    .filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
    .map(([name, version]) => `${name} ${version} is not an exact version`);
}

/** Returns the faults of the dependencies, found without a network; one sentence each. */
export function dependencyFaults(lock: Lockfile, manifest: Manifest): string[] {
  return [...productionPackages(lock).flatMap(judge), ...scriptsOf(lock, manifest), ...unpinned(manifest)];
}

const Advisories = z.object({
  metadata: z.object({ vulnerabilities: z.object({ high: z.int(), critical: z.int(), total: z.int() }) }),
  vulnerabilities: z.record(z.string(), z.object({ severity: z.string() })),
});

/** What `npm audit --json` found: packages with high or critical advisories, or that the registry gave no answer. */
export type AuditOutcome =
  | { readonly kind: "clean"; readonly lower: number }
  | { readonly kind: "found"; readonly packages: readonly string[] }
  | { readonly kind: "unanswered" };

/** Reads npm's answer. An invalid answer is "unanswered", never "clean". */
export function readAudit(stdout: string): AuditOutcome {
  let parsed: unknown;
  try {
    parsed = JSON.parse(stdout);
  } catch {
    return { kind: "unanswered" };
  }
  const advisories = Advisories.safeParse(parsed);
  if (!advisories.success) return { kind: "unanswered" };
  const { metadata, vulnerabilities } = advisories.data;
  const packages = Object.entries(vulnerabilities)
    .filter(([, { severity }]) => severity === "high" || severity === "critical")
    .map(([name]) => name);
  const { high, critical, total } = metadata.vulnerabilities;
  if (high + critical === 0 && packages.length === 0) return { kind: "clean", lower: total };
  return { kind: "found", packages };
}
