import { mkdirSync, writeFileSync } from "node:fs";
import { benchAccess } from "./access";
import { benchAppend } from "./append";
import { benchAuditExport } from "./audit-export";
import { benchBatch } from "./batch";
import { benchCustodian } from "./custodian";
import { benchCustody } from "./custody";
import { benchEnvelope } from "./envelope";
import { benchGrowth } from "./growth";
import { benchLag } from "./lag";
import { type Figure, line } from "./measure";
import { benchPolicies } from "./policies";
import { benchPortal } from "./portal";
import { benchProduct } from "./product";
import { benchProfile } from "./profile";
import { benchProof } from "./proof";
import { benchSoak } from "./soak";
import { benchVerify } from "./verify";

const SUITES: Readonly<Record<string, () => Promise<Figure[]>>> = {
  envelope: benchEnvelope,
  batch: benchBatch,
  custody: benchCustody,
  custodian: benchCustodian,
  append: benchAppend,
  lag: benchLag,
  export: benchAuditExport,
  proof: benchProof,
  portal: benchPortal,
  product: benchProduct,
  profile: benchProfile,
  growth: benchGrowth,
  verify: benchVerify,
  soak: benchSoak,
  access: benchAccess,
  policies: benchPolicies,
};

/** Suites that belong together: all figures of the log, or of keys and envelopes, in one run. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  crypto: ["envelope", "batch", "custody"],
  audit: ["append", "lag", "verify", "export"],
};

/** Suites that another one runs too. */
const CONTAINED: ReadonlySet<string> = new Set(["proof", "profile"]);

async function main(): Promise<void> {
  const wanted = process.argv.slice(2);
  const names =
    wanted.length > 0
      ? wanted.flatMap((name) => GROUPS[name] ?? [name])
      : Object.keys(SUITES).filter((name) => !CONTAINED.has(name));
  const figures: Figure[] = [];
  for (const name of names) {
    const suite = SUITES[name];
    if (!suite)
      throw new Error(
        `no suite ${name}; there are ${[...Object.keys(SUITES), ...Object.keys(GROUPS)].join(", ")}`,
      );
    for (const figure of await suite()) {
      figures.push(figure);
      console.log(line(figure));
    }
  }
  mkdirSync("bench/results", { recursive: true });
  writeFileSync(
    "bench/results/latest.json",
    `${JSON.stringify({ node: process.version, figures }, null, 1)}\n`,
  );
  console.log("written to bench/results/latest.json");
}

await main();
process.exit(0);
