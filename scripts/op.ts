import { readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { launchEnv, signerEnv } from "@/lib/env";
import { bundleFolder } from "@/lib/env/bundle-folder";
import { variablesOf } from "@/lib/env/read-environment";
import { explainFailure } from "@/lib/launch/failure";
import { rosterPlace, runBesideInstance } from "@/lib/launch/operator/beside-instance";
import { checkConfig, partNamed } from "@/lib/launch/operator/check-config";
import { checkNames } from "@/lib/launch/operator/check-names";
import { databaseUrls } from "@/lib/launch/operator/database-urls";
import { examine } from "@/lib/launch/operator/doctor";
import { findingLine } from "@/lib/launch/operator/finding";
import { verifyRelease } from "@/lib/launch/operator/release-list";
import { beginRoster, openTerminal, readDraft } from "@/lib/launch/operator/roster-ceremony";
import { addKeys, newInstanceText } from "@/lib/launch/operator/write-instance-file";
import { exportSignedCopy } from "@/lib/launch/recovery/export-signed-copy";

// sealport-op: what an operator runs on the machines of the parts. It needs no running part.
const USAGE = `usage: npm run op -- init --origin portal.example.org/log1 --portal https://portal.example.org \\
         [--address custodian=mtls://custodian.example.org:7443 …] [--run-by custodian='A notary' …]    prints a new instance file
       npm run op -- init add instance.json signer.json portal.json …   adds public keys that create-keys printed
       npm run op -- database urls --of portal|worker|signer    prints the part's database URLs; run it after migrate, with its variables
       npm run op -- signer export FOLDER    writes the signer's copy of the log, for recover --copy; run it at the signer, with its variables
       npm run op -- roster begin roster-draft.json    makes the first roster; run it at the custodian, with its variables, or next to npm start
       npm run op -- tenant add NAME    makes the tenant of TENANTS_DIR/NAME.env, and prints the link of its set-up
       npm run op -- setup link    prints the link of the set-up, for an instance without people
       npm run op -- config check --of portal|worker|signer|custodian|witness \\
         [--not FOLDER …]    checks the part's variables; FOLDER has a copy of another part's KEY_DIR, which this part must not be able to open
       npm run op -- doctor --of portal|worker|signer|custodian|witness    does config check, and checks all that the part needs
       npm run op -- backup …    backups of the database and of keys: create, keys, wal, list, restore, drill, plan
       npm run op -- release verify FOLDER [--key release.pub]    names each file of a release that was changed
       npm run op -- create-keys|create-admin|keys|migrate|recover …    the same as npm run create-keys …
`;

/**
 * Programs of their own, which read the words after their name. In a release, what acts as the portal is in the portal's
 * folder, and the rest in the operator's.
 */
const PROGRAMS: Readonly<Record<string, () => Promise<unknown>>> = {
  "create-keys": () => import("./create-keys"),
  "create-admin": () => import("./create-admin"),
  keys: () => import("./keys"),
  migrate: () => import("./migrate"),
  recover: () => import("./recover"),
};

function readArguments() {
  return parseArgs({
    allowPositionals: true,
    options: {
      origin: { type: "string" },
      portal: { type: "string" },
      address: { type: "string", multiple: true, default: [] },
      "run-by": { type: "string", multiple: true, default: [] },
      of: { type: "string" },
      not: { type: "string", multiple: true, default: [] },
      key: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
}
type Options = ReturnType<typeof readArguments>["values"];

async function check(values: Options): Promise<number> {
  const part = partNamed(values.of);
  const others = values.not.flatMap((folder) => ["--not", path.resolve(folder)]);
  const beside = await runBesideInstance(part, ["config", "check", ...others]);
  // There the part has the variables of `npm start`, and a misspelled one is only here.
  const findings = beside === undefined ? await checkConfig(part, values.not) : checkNames(variablesOf([]));
  for (const one of findings) process.stdout.write(`${findingLine(one)}\n`);
  if (beside !== undefined && beside !== 0) return beside;
  return findings.some(({ fault }) => fault !== undefined) ? 1 : 0;
}

/** One line for each thing that the part needs, and what to do about a fault. */
async function examineAll(values: Options): Promise<number> {
  const part = partNamed(values.of);
  const beside = await runBesideInstance(part, ["doctor"]);
  if (beside !== undefined) return beside;
  const found = await examine(part);
  for (const { advice, ...one } of found)
    process.stdout.write(`${findingLine(one)}\n${advice === undefined ? "" : `      ${advice}\n`}`);
  const faults = found.filter(({ fault }) => fault !== undefined).length;
  process.stdout.write(`${found.length - faults} ok, ${faults} at fault\n`);
  return faults > 0 ? 1 : 0;
}

/** Version 1 of the custodian's roster, which its operator makes with the people on the telephone. */
async function begin(draft: string): Promise<number> {
  const { log, file: roster } = await rosterPlace();
  const terminal = openTerminal(process.stdin, process.stdout);
  try {
    const digest = await beginRoster(terminal, readDraft(draft), log, roster);
    process.stdout.write(
      `Written: ${roster}\nThe page Roster of the portal must show the same digest:\n  ${digest}\n`,
    );
    return 0;
  } finally {
    terminal.close();
  }
}

async function release(folder: string, { key }: Options): Promise<number> {
  const findings = await verifyRelease(folder, key === undefined ? undefined : readFileSync(key, "utf8"));
  for (const { file, fault } of findings) process.stdout.write(`FAULT ${file}: ${fault}\n`);
  if (findings.length > 0) return 1;
  const signed =
    key === undefined
      ? "The signature was not checked. To check it, give --key."
      : "The list is signed by this key.";
  process.stdout.write(`All files match the list. ${signed}\n`);
  return 0;
}

async function urls(values: Options): Promise<number> {
  const lines = await databaseUrls(launchEnv(), partNamed(values.of));
  process.stdout.write(`${lines.join("\n")}\n`);
  return 0;
}

async function exportSigned(folder: string): Promise<number> {
  const { DATA_DIR, LOG_ORIGIN } = signerEnv();
  const { size, root } = await exportSignedCopy(path.join(DATA_DIR, "log"), LOG_ORIGIN, folder);
  process.stdout.write(
    `Written: ${folder}, ${size} entries, root ${root}. Take it to a portal's machine, and give it to the portal's user.\n`,
  );
  return 0;
}

async function init(values: Options): Promise<number> {
  const { origin, portal, address: addresses, "run-by": runBy } = values;
  if (origin === undefined || portal === undefined) return usage();
  process.stdout.write(newInstanceText({ origin, portal, addresses, runBy }));
  return 0;
}

function usage(): number {
  process.stderr.write(USAGE);
  return 2;
}

async function act(): Promise<number> {
  const { values, positionals } = readArguments();
  if (values.help === true) {
    process.stdout.write(USAGE);
    return 0;
  }
  const [subject = "", verb = "", file, ...more] = positionals;
  switch (`${subject} ${verb}`.trim()) {
    case "init":
      return init(values);
    case "init add":
      if (file === undefined || more.length === 0) return usage();
      addKeys(file, more);
      return 0;
    case "tenant add":
      return file === undefined ? usage() : (await import("./setup-link")).addTenant(file);
    case "setup link":
      return (await import("./setup-link")).printSetupLink();
    case "config check":
      return check(values);
    case "doctor":
      return examineAll(values);
    case "database urls":
      return urls(values);
    case "signer export":
      return file === undefined ? usage() : exportSigned(file);
    case "roster begin":
      return file === undefined ? usage() : begin(file);
    case "release verify":
      return file === undefined ? usage() : release(file, values);
    default:
      return usage();
  }
}

async function run(): Promise<number> {
  if (process.argv[2] === "backup")
    return (await import("@/lib/launch/backup/command")).backupCommand(process.argv.slice(3));
  const program = PROGRAMS[process.argv[2] ?? ""];
  if (program === undefined) return act();
  process.argv.splice(2, 1);
  await program();
  return Number(process.exitCode ?? 0);
}

/** What a release has in its other folder cannot be loaded here. */
function isInOtherFolder(error: unknown): boolean {
  return bundleFolder() !== undefined && Reflect.get(Object(error), "code") === "ERR_MODULE_NOT_FOUND";
}

try {
  process.exitCode = await run();
} catch (error) {
  if (isInOtherFolder(error))
    process.stderr.write(
      "Error: this folder does not have this act. create-admin, setup link, recover and backup are in portal/, all others in op/\n",
    );
  else if (String(Reflect.get(Object(error), "code")).startsWith("ERR_PARSE_ARGS"))
    process.stderr.write(`Error: ${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  else {
    const line = explainFailure(error);
    if (line === undefined) throw error;
    process.stderr.write(`Error: ${line}\n`);
  }
  process.exitCode = 1;
}
