import path from "node:path";
import { createInterface } from "node:readline/promises";
import { parseArgs } from "node:util";
import { custodianEnv, launchEnv } from "@/lib/env";
import { OperatorError } from "@/lib/errors";
import { checkConfig, partNamed } from "@/lib/launch/check-config";
import { databaseUrls } from "@/lib/launch/database-urls";
import { beginRoster, readDraft } from "@/lib/launch/roster-ceremony";
import { addKeys, newInstanceText } from "@/lib/launch/write-instance-file";

// sealport-op: what an operator runs on the machines of the parts. It needs no running part.
const USAGE = `usage: npm run op -- init --origin portal.example.org/log1 --portal https://portal.example.org \\
         [--address custodian=mtls://custodian.example.org:7443 …] [--run-by custodian='A notary' …]    prints a new instance file
       npm run op -- init add instance.json signer.json portal.json …   adds public keys that create-keys printed
       npm run op -- database urls --of portal|worker|signer    after migrate, with its variables
       npm run op -- roster begin roster-draft.json    at the custodian, with its variables
       npm run op -- tenant add NAME    makes the tenant of TENANTS_DIR/NAME.env, and prints the link of its set-up
       npm run op -- setup link    for an instance without people: prints the link of its set-up
       npm run op -- config check --of portal|worker|signer|custodian|witness
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    origin: { type: "string" },
    portal: { type: "string" },
    address: { type: "string", multiple: true, default: [] },
    "run-by": { type: "string", multiple: true, default: [] },
    of: { type: "string" },
  },
});

async function check(): Promise<number> {
  const findings = await checkConfig(partNamed(values.of));
  for (const { what, fault } of findings)
    process.stdout.write(fault === undefined ? `ok    ${what}\n` : `FAULT ${what}: ${fault}\n`);
  return findings.some(({ fault }) => fault !== undefined) ? 1 : 0;
}

/** Version 1 of the custodian's roster, which its operator makes with the people on the telephone. */
async function begin(draft: string): Promise<number> {
  const env = custodianEnv();
  const roster = env.CUSTODIAN_ROSTER_FILE ?? path.join(env.DATA_DIR, "roster.json");
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  const terminal = {
    say: (line: string) => void process.stdout.write(`${line}\n`),
    ask: (question: string) => lines.question(question),
  };
  try {
    const digest = await beginRoster(terminal, readDraft(draft), env.LOG_ORIGIN, roster);
    process.stdout.write(`Written: ${roster}. The portal must show the digest ${digest}.\n`);
    return 0;
  } finally {
    lines.close();
  }
}

async function run(): Promise<number> {
  const [act, second, file, ...printed] = positionals;
  if (act === "setup" && second === "link") return (await import("./setup-link")).printSetupLink();
  if (act === "tenant" && second === "add" && file !== undefined)
    return (await import("./tenant-add")).addTenant(file);
  if (act === "config" && second === "check") return check();
  if (act === "init" && second === undefined && values.origin !== undefined && values.portal !== undefined) {
    const { origin, portal, address: addresses, "run-by": runBy } = values;
    process.stdout.write(newInstanceText({ origin, portal, addresses, runBy }));
    return 0;
  }
  if (act === "database" && second === "urls") {
    const urls = await databaseUrls(launchEnv(), partNamed(values.of));
    process.stdout.write(`${urls.join("\n")}\n`);
    return 0;
  }
  if (act === "roster" && second === "begin" && file !== undefined) return begin(file);
  if (act === "init" && second === "add" && file !== undefined && printed.length > 0) {
    addKeys(file, printed);
    return 0;
  }
  process.stderr.write(USAGE);
  return 2;
}

try {
  process.exitCode = await run();
} catch (error) {
  if (!(error instanceof OperatorError)) throw error;
  process.stderr.write(`Error: ${error.message}\n`);
  process.exitCode = 1;
}
