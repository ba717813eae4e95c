import { spawnSync } from "node:child_process";
import { z } from "zod";
import { type Locked, type Lockfile, licenceOf, productionPackages } from "./dependency-rules";

const Component = z.looseObject({
  "bom-ref": z.string(),
  name: z.string(),
  version: z.string(),
  purl: z.string(),
  hashes: z.array(z.object({ alg: z.string(), content: z.string() })).optional(),
  licenses: z.array(z.unknown()).optional(),
});

/** CycloneDX 1.5 as npm writes it, as far as it is read here. */
export const Sbom = z.looseObject({
  bomFormat: z.literal("CycloneDX"),
  specVersion: z.string(),
  metadata: z.looseObject({ component: z.looseObject({ "bom-ref": z.string(), name: z.string() }) }),
  components: z.array(Component),
  dependencies: z.array(z.object({ ref: z.string(), dependsOn: z.array(z.string()) })),
});
export type Sbom = z.infer<typeof Sbom>;

function npmSbom(): Sbom {
  // Not `--omit dev`: npm 11 then also leaves out packages that a development package needs too, such as next's own.
  const args = ["sbom", "--sbom-format", "cyclonedx", "--package-lock-only"];
  const { status, stdout, stderr } = spawnSync("npm", args, {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`npm sbom failed: ${stderr.slice(0, 2_000)}`);
  return Sbom.parse(JSON.parse(stdout));
}

function hashesOf(one: Locked): { hashes?: Sbom["components"][number]["hashes"] } {
  const [, algorithm, digest] = /^sha(\d+)-(.+)$/.exec(one.integrity ?? "") ?? [];
  if (algorithm === undefined || digest === undefined) return {};
  return { hashes: [{ alg: `SHA-${algorithm}`, content: Buffer.from(digest, "base64").toString("hex") }] };
}

/**
 * What npm leaves out of a component: a licence from the package's text, a hash of a package inside another's archive.
 */
function completed(component: Sbom["components"][number], locked: readonly Locked[]): typeof component {
  const hashed = locked.find(({ integrity }) => integrity !== undefined);
  const licence = locked.map(licenceOf).find((one) => one !== undefined);
  return {
    ...component,
    ...(component.hashes !== undefined || hashed === undefined ? {} : hashesOf(hashed)),
    ...(component.licenses !== undefined || licence === undefined
      ? {}
      : { licenses: [{ license: { id: licence } }] }),
  };
}

/**
 * Returns the bill of materials of the product from the lockfile, made by npm. It adds what npm leaves out, and has the
 * product's name instead of the folder's.
 */
export function makeSbom(lock: Lockfile, name: string): Sbom {
  const sbom = npmSbom();
  const packages = productionPackages(lock);
  const components = sbom.components.flatMap((one) => {
    const locked = packages.filter(({ name, version }) => name === one.name && version === one.version);
    return locked.length === 0 ? [] : [completed(one, locked)];
  });
  const kept = new Set([sbom.metadata.component["bom-ref"], ...components.map((one) => one["bom-ref"])]);
  const dependencies = sbom.dependencies
    .filter(({ ref }) => kept.has(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((other) => kept.has(other)) }));
  const component = { ...sbom.metadata.component, name };
  return { ...sbom, metadata: { ...sbom.metadata, component }, components, dependencies };
}
