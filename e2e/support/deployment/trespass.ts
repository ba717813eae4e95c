import path from "node:path";
import { LOST_KEY_PATHS } from "@/lib/escrow/protocol/lost-key";
import { PATHS } from "@/lib/escrow/protocol/messages";
import { POLICIES_PATH } from "@/lib/escrow/protocol/policy-order";
import { ROSTER_PATHS } from "@/lib/escrow/protocol/roster";
import { CO_VIEWER_ENDS_PATH } from "@/lib/escrow/protocol/submissions";
import { PART_PATHS, SIGNER_PATHS, WITNESS_PATHS } from "@/lib/ipc/part-paths";
import { issueBy, makeAuthority } from "./certificates";
import type { Deployment } from "./deployment";
import { PARTS, type Part } from "./layout";
import { run, type User, type Variables } from "./users";

type Callers = readonly Part[];
const PORTAL: Callers = ["portal"];
const BOTH: Callers = ["portal", "worker"];

export const CALLED = ["custodian", "signer", "witness"] as const;
type Called = (typeof CALLED)[number];

/** Every call of custodian, signer and witness, with the parts that may make it. */
export const CALLS: readonly (readonly [Called, string, string, Callers])[] = [
  ["custodian", "GET", PATHS.identity, BOTH],
  ["custodian", "GET", PATHS.epochs, BOTH],
  ["custodian", "POST", PATHS.epochs, PORTAL],
  ["custodian", "POST", PATHS.registrations, BOTH],
  ["custodian", "POST", PATHS.rewraps, BOTH],
  ["custodian", "POST", PATHS.destructions, PORTAL],
  ["custodian", "POST", PATHS.grants, PORTAL],
  ["custodian", "POST", PATHS.revocations, PORTAL],
  ["custodian", "POST", PATHS.suspensions, PORTAL],
  ["custodian", "POST", PATHS.reviews, PORTAL],
  ["custodian", "POST", PATHS.open, PORTAL],
  ["custodian", "POST", CO_VIEWER_ENDS_PATH, PORTAL],
  ["custodian", "POST", LOST_KEY_PATHS.challenges, PORTAL],
  ["custodian", "POST", LOST_KEY_PATHS.accepted, PORTAL],
  ["custodian", "POST", LOST_KEY_PATHS.envelopes, PORTAL],
  ["custodian", "POST", LOST_KEY_PATHS.ends, PORTAL],
  ["custodian", "GET", POLICIES_PATH, PORTAL],
  ["custodian", "POST", POLICIES_PATH, PORTAL],
  ["custodian", "GET", ROSTER_PATHS.roster, PORTAL],
  ["custodian", "POST", ROSTER_PATHS.roster, PORTAL],
  ["custodian", "POST", ROSTER_PATHS.statements, PORTAL],
  ["custodian", "GET", PART_PATHS.health, BOTH],
  ["custodian", "GET", PART_PATHS.alarms, PORTAL],
  ["signer", "POST", SIGNER_PATHS.checkpoint, BOTH],
  ["signer", "GET", SIGNER_PATHS.signed, BOTH],
  ["signer", "GET", PART_PATHS.health, BOTH],
  ["signer", "GET", PART_PATHS.alarms, BOTH],
  ["witness", "POST", WITNESS_PATHS.addCheckpoint, ["worker"]],
  ["witness", "GET", PART_PATHS.health, BOTH],
  ["witness", "GET", PART_PATHS.alarms, BOTH],
];

const CUSTODIAN_PATHS = [PATHS, LOST_KEY_PATHS, ROSTER_PATHS, [POLICIES_PATH, CO_VIEWER_ENDS_PATH]].flatMap(
  (paths) => Object.values(paths),
);
/** Every path that each part answers. A new one needs its line in CALLS. */
export const PATHS_OF: Readonly<Record<Called, readonly string[]>> = {
  custodian: [...CUSTODIAN_PATHS, ...Object.values(PART_PATHS)],
  signer: [SIGNER_PATHS, PART_PATHS].flatMap((paths) => Object.values(paths)),
  witness: [WITNESS_PATHS, PART_PATHS].flatMap((paths) => Object.values(paths)),
};

type Outcome = "refused" | "no connection" | `answered ${number}`;

async function callAll({ ports }: Deployment, user: User, env: Variables): Promise<Outcome[]> {
  const calls = CALLS.map(([part, method, at]) => ({ port: ports[part], method, path: at }));
  const program = [process.execPath, "e2e/support/deployment/call-paths.mjs", JSON.stringify(calls)];
  return JSON.parse(await run(user, program, env));
}

/** Makes every call as each part, with its own certificate, and returns the outcomes by part. */
export async function callAsParts(deployment: Deployment): Promise<Record<Part, Outcome[]>> {
  const found = await Promise.all(
    PARTS.map(async (part) => [part, await callAll(deployment, part, deployment.variables[part])] as const),
  );
  return Object.fromEntries(found) as Record<Part, Outcome[]>;
}

/** Makes every call as strangers: without a certificate, with one of another authority, and as the portal below TLS 1.3. */
export async function callAsStrangers(deployment: Deployment): Promise<Record<string, Outcome[]>> {
  const { base, variables } = deployment;
  const TLS_CA_FILE = path.join(base, "parts.pem");
  const foreign = await issueBy(await makeAuthority(base, "foreign"), base, "portal");
  const TLS = { TLS_CA_FILE, TLS_CERT_FILE: foreign.certificate, TLS_KEY_FILE: foreign.key };
  return {
    nobody: await callAll(deployment, "nobody", { TLS_CA_FILE }),
    foreign: await callAll(deployment, "tests", TLS),
    "TLS 1.2": await callAll(deployment, "portal", { ...variables.portal, TLS_MAX: "TLSv1.2" }),
  };
}

/** Returns the files of the deployment that a user can read, as paths in it. */
export async function readableBy(user: User, { base }: Deployment): Promise<string[]> {
  const found = await run(
    user,
    ["sh", "-c", 'find "$1" -type f -readable 2>/dev/null || true', "sh", base],
    {},
  );
  return found
    .split("\n")
    .filter((file) => file !== "")
    .map((file) => path.relative(base, file))
    .sort();
}
