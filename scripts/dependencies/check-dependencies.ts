import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dependencyFaults, Lockfile, Manifest, productionPackages, readAudit } from "./dependency-rules";

// `npm run check:dependencies`: licences, hashes, install scripts and pinned versions from the lockfile alone; known
// vulnerabilities as the registry knows them. If the registry does not answer, the command reports it and does not
// fail.
const AUDIT_MS = 60_000;
const read = (file: string): unknown => JSON.parse(readFileSync(file, "utf8"));
const [lock, manifest] = [Lockfile.parse(read("package-lock.json")), Manifest.parse(read("package.json"))];

const faults = dependencyFaults(lock, manifest);
for (const fault of faults) process.stderr.write(`${fault}\n`);
process.stdout.write(
  `${productionPackages(lock).length} packages of the product read; ${faults.length} faults\n`,
);

const args = ["audit", "--omit=dev", "--audit-level=high", "--json"];
const audit = readAudit(spawnSync("npm", args, { encoding: "utf8", timeout: AUDIT_MS }).stdout ?? "");
if (audit.kind === "unanswered")
  process.stdout.write(
    "NOT AUDITED: the registry's audit endpoint gave no answer; nothing is known of vulnerabilities\n",
  );
if (audit.kind === "clean")
  process.stdout.write(`audited: none high or critical, ${audit.lower} lower advisories\n`);
if (audit.kind === "found")
  process.stderr.write(`high or critical advisories: ${audit.packages.join(", ")}\n`);

process.exitCode = faults.length > 0 || audit.kind === "found" ? 1 : 0;
