import { partNamed } from "@/lib/launch/operator/check-config";
import { askOwnHealth } from "@/lib/launch/own-health";

// `health.mjs PART` of a release: ends with 0 when the part answers at its own address, else with 1 and one line.
try {
  await askOwnHealth(partNamed(process.argv[2]));
  process.exit(0);
} catch (error) {
  process.stderr.write(`Error: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
