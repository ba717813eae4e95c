import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Lockfile, Manifest } from "./dependency-rules";
import { makeSbom } from "./make-sbom";

// `npm run sbom [FILE]`: the CycloneDX bill of materials of a production installation, by default in test-results,
// which is not in git.
const file = process.argv[2] ?? "test-results/sbom.cdx.json";
const read = (name: string): unknown => JSON.parse(readFileSync(name, "utf8"));
const sbom = makeSbom(Lockfile.parse(read("package-lock.json")), Manifest.parse(read("package.json")).name);
mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
writeFileSync(file, `${JSON.stringify(sbom, undefined, 2)}\n`);
process.stdout.write(`${sbom.components.length} components in ${file}\n`);
