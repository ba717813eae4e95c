import { readFileSync, writeFileSync } from "node:fs";
import { ChangeError, changeBundle } from "@/lib/audit/bundle-verifier/change-bundle";
import { shownText } from "@/lib/audit/bundle-verifier/report/shown-text";
import { FormatError } from "@/lib/crypto/format-error";

// For the tour: copies a bundle with one entry changed, so that `npm run verify` has something to find.
const USAGE = "usage: npm run tamper -- BUNDLE CHANGED ENTRY   (ENTRY: a number from the bundle, e.g. 40)\n";

function fail(reason: string): never {
  process.stderr.write(`${shownText(reason)}\n${USAGE}`);
  process.exit(2);
}

const [from, to, number, ...rest] = process.argv.slice(2);
if (from === undefined || to === undefined || number === undefined || rest.length > 0)
  fail("three arguments are needed");
if (!/^\d{1,12}$/.test(number)) fail(`${number} is not an entry number`);
try {
  writeFileSync(to, changeBundle(new Uint8Array(readFileSync(from)), Number(number)), { flag: "wx" });
} catch (error) {
  if (error instanceof ChangeError || error instanceof FormatError) fail(error.message);
  if (error instanceof Error && "code" in error)
    fail(`${from} cannot be read, or ${to} cannot be written (${error.code})`);
  throw error;
}
process.stdout.write(
  `${to} is a copy of ${from} in which entry ${number} says another outcome. Its hashes fit, its signatures cannot.\nnpm run verify -- ${to}\n`,
);
