import { closeSync, fsyncSync, openSync, readFileSync, statSync, writeSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { ApiProblem, createApiClient } from "@/lib/api-client/client/client";
import { shownText } from "@/lib/audit/bundle-verifier/report/shown-text";
import { FormatError } from "@/lib/crypto/format-error";
import { EnvironmentError, recordImportEnv } from "@/lib/env";
import { ImportStopped, importAitbc, isAway, type Outcome } from "@/lib/import/import-aitbc";
import { AITBC_ESCROW } from "@/lib/import/open-aitbc";
import { readPrivateKey } from "@/lib/import/read-private-key";
import { readRecords } from "@/lib/import/read-records";

// Takes over records of the system that Sealport replaces (docs/guides/import.md).
const USAGE = `usage: SEALPORT_API_KEY=... npm run import -- --format aitbc FILE --key KEYFILE --holder PARTICIPANT|audit
         --submitter PARTICIPANT --url URL [--currency CODE] [--report FILE]
exit status: 0 every record taken or skipped; 1 some refused, or stopped; 2 usage\n`;
const MAX_FILE = 512 << 20;
const MAX_KEY = 64 << 10;

function usage(reason: string): never {
  process.stderr.write(`${reason}\n${USAGE}`);
  process.exit(2);
}

function readFile(file: string, limit: number): Buffer {
  try {
    if (statSync(file).size > limit) usage(`${file} is longer than ${limit} bytes`);
    return readFileSync(file);
  } catch {
    return usage(`${file} cannot be read`);
  }
}

function understood<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    return usage(`${file}: ${error instanceof FormatError ? error.message : "not in the expected form"}`);
  }
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        format: { type: "string" },
        key: { type: "string" },
        holder: { type: "string" },
        submitter: { type: "string" },
        url: { type: "string" },
        currency: { type: "string" },
        report: { type: "string" },
      },
    });
  } catch (error) {
    return usage(error instanceof Error ? error.message : "the arguments are not understood");
  }
}

function readApiKey(): string {
  try {
    return recordImportEnv().SEALPORT_API_KEY;
  } catch (error) {
    if (error instanceof EnvironmentError) return usage(error.message);
    throw error;
  }
}

const { values, positionals } = readArguments();
const [file] = positionals;
const { key, holder, submitter, url, currency } = values;
if (values.format !== "aitbc") usage("the only supported format is aitbc");
if (file === undefined || positionals.length > 1) usage("exactly one file of records is required");
if (key === undefined || holder === undefined) usage("the private key and its holder are required");
if (submitter === undefined || submitter === AITBC_ESCROW) usage("the submitting participant is required");
if (url === undefined || !URL.canParse(url)) usage("the address of Sealport is required");
const apiKey = readApiKey();

const records = understood(file, () => readRecords(readFile(file, MAX_FILE).toString("utf8")));
const privateKey = understood(key, () => readPrivateKey(readFile(key, MAX_KEY)));
const report = values.report ?? `${file}.report.ndjson`;
const out = understood(report, () => openSync(report, "a", 0o600));
const counts = { taken: 0, skipped: 0, refused: 0 };

function note(outcome: Outcome): void {
  counts[outcome.outcome] += 1;
  writeSync(out, `${JSON.stringify({ at: new Date().toISOString(), ...outcome })}\n`);
  if (outcome.outcome === "refused")
    process.stderr.write(`${shownText(`refused ${outcome.source}: ${outcome.reason ?? ""}`)}\n`);
}

let stopped: string | undefined;
try {
  await importAitbc(records, {
    client: createApiClient({ baseUrl: url.replace(/\/$/, ""), apiKey }),
    holder: { recipient: holder, privateKey },
    submitter,
    currency,
    wait: (ms) => wait(ms),
    onOutcome: note,
  });
} catch (error) {
  if (error instanceof ImportStopped) stopped = error.message;
  else if (error instanceof ApiProblem) stopped = `the API answered ${error.status} ${error.code}`;
  else if (isAway(error)) stopped = `${url} does not answer`;
  else throw error;
} finally {
  privateKey.fill(0);
  fsyncSync(out);
  closeSync(out);
}
const left = records.length - counts.taken - counts.skipped - counts.refused;
process.stdout.write(
  `${counts.taken} taken, ${counts.skipped} skipped, ${counts.refused} refused${left > 0 ? `, ${left} not reached` : ""}. Each is in ${report}.\n`,
);
if (stopped !== undefined) process.stderr.write(`Stopped: ${stopped}. Run it again to continue.\n`);
process.exitCode = stopped === undefined && counts.refused === 0 ? 0 : 1;
