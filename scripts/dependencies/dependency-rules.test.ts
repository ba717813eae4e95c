import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  dependencyFaults,
  isAllowed,
  Lockfile,
  licenceOf,
  Manifest,
  productionPackages,
  readAudit,
} from "./dependency-rules";
import { makeSbom } from "./make-sbom";

const read = (file: string): unknown => JSON.parse(readFileSync(file, "utf8"));
const lock = Lockfile.parse(read("package-lock.json"));
const manifest = Manifest.parse(read("package.json"));

describe("the rules", () => {
  it("find no fault in our own dependencies", () => {
    expect(dependencyFaults(lock, manifest)).toEqual([]);
  });

  it.each([
    ["a licence that is not on the list", { license: "AGPL-3.0-only" }, "AGPL-3.0-only"],
    ["no licence", { license: undefined }, "names no licence"],
    ["no hash", { integrity: undefined }, "no integrity hash"],
    ["another place", { resolved: "git+ssh://git@example.org/x.git" }, "comes from"],
    ["an install script", { hasInstallScript: true }, "allowScripts does not name"],
  ])("find %s", (_, fault, words) => {
    const good = { version: "1.0.0", license: "MIT", integrity: "sha512-AAAA" };
    const packages = { "node_modules/evil": { ...good, ...fault } };
    expect(dependencyFaults(Lockfile.parse({ packages }), manifest)).toEqual([
      expect.stringContaining(words),
    ]);
  });

  it("find a script that is allowed and a version that is a range", () => {
    const loose = { ...manifest, allowScripts: { evil: true }, dependencies: { evil: "^1.0.0" } };
    expect(dependencyFaults({ packages: {} }, loose)).toEqual([
      "allowScripts lets evil run a script",
      "evil ^1.0.0 is not an exact version",
    ]);
  });

  it.each([
    ["MIT", true],
    ["(MIT OR GPL-3.0-only)", true],
    ["Apache-2.0 AND LGPL-3.0-or-later", true],
    ["MIT and ISC", true],
    ["MIT AND GPL-3.0-only", false],
    ["GPL-3.0-only", false],
    ["SEE LICENSE IN LICENSE", false],
    ["", false],
  ])("%s: %s", (expression, allowed) => {
    expect(isAllowed(expression)).toBe(allowed);
  });
});

describe("npm's audit", () => {
  const answer = (high: number, severity: string) =>
    JSON.stringify({
      metadata: { vulnerabilities: { high, critical: 0, total: 1 } },
      vulnerabilities: { evil: { severity } },
    });

  it("is clean only when it says so", () => {
    expect(readAudit(answer(0, "low"))).toEqual({ kind: "clean", lower: 1 });
    expect(readAudit(answer(1, "high"))).toEqual({ kind: "found", packages: ["evil"] });
    for (const none of ["", "{}", "null", '{"error":{"summary":"405"}}', '{"message":"x"}'])
      expect(readAudit(none)).toEqual({ kind: "unanswered" });
  });
});

it("the bill of materials lists every package of the product with version, licence and hash", () => {
  const sbom = makeSbom(lock, manifest.name);
  expect([sbom.bomFormat, sbom.metadata.component.name]).toEqual(["CycloneDX", "sealport"]);
  const listed = new Map(sbom.components.map((one) => [`${one.name}@${one.version}`, one]));
  const packages = productionPackages(lock);
  expect(packages.length).toBeGreaterThan(200);
  for (const one of packages) {
    const component = listed.get(`${one.name}@${one.version}`);
    expect(component, one.place).toBeDefined();
    expect(component?.licenses, one.place).toHaveLength(1);
    expect(licenceOf(one), one.place).toBeDefined();
    if (one.inBundle === true) continue;
    const hashes = component?.hashes?.map(({ content }) => Buffer.from(content, "hex").toString("base64"));
    expect(hashes, one.place).toContain(one.integrity?.replace("sha512-", ""));
  }
  expect(sbom.components.map(({ name }) => name)).not.toContain("vitest");
  expect(packages.map(({ name }) => name)).toEqual(
    expect.arrayContaining(Object.keys(manifest.dependencies)),
  );
});
