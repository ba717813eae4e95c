import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { issueBy } from "./certificates";
import { type Deployment, startPart } from "./deployment";
import type { Part } from "./layout";
import type { Variables } from "./users";

/** A part's start with one wrong value, and what its one line says. */
export interface WrongValue {
  readonly what: string;
  readonly part: Part;
  readonly others: Variables;
  readonly says: RegExp;
}

/** An hour ahead of the machine, for the process that loads it. */
const CLOCK = `const Real = Date;
const ahead = () => Real.now() + 3_600_000;
globalThis.Date = class extends Real {
  constructor(...given) { super(...(given.length === 0 ? [ahead()] : given)); }
  static now() { return ahead(); }
};
`;

function instanceFile({ base }: Deployment, name: string, changed: object): Variables {
  const own = JSON.parse(readFileSync(path.join(base, "instance.json"), "utf8"));
  const file = path.join(base, `${name}-instance.json`);
  writeFileSync(file, JSON.stringify({ ...own, ...changed }));
  return { INSTANCE_FILE: file };
}

const wrongPassword = (url: string | undefined): string => (url ?? "").replace(/:[^:@/]+@/, ":wrong@");

/** Returns one wrong tenant, origin, password, key file, certificate, clock and folder for each part that has one. */
export async function wrongValues(deployment: Deployment): Promise<WrongValue[]> {
  const { base, authority, variables } = deployment;
  const tenant = instanceFile(deployment, "tenant", { tenant: "01936f2a-7c1b-7def-8a10-0000000000ff" });
  const origin = instanceFile(deployment, "origin", { origin: "portal.example.org/log2" });
  const clock = path.join(base, "clock.mjs");
  writeFileSync(clock, CLOCK);
  const ahead = { NODE_OPTIONS: `--import ${clock}` };
  // A folder of its own: the part may read this certificate.
  const other = await issueBy(authority, base, "stranger");
  const strangers = { TLS_CERT_FILE: other.certificate };
  const row = (what: string, part: Part, others: Variables, says: RegExp) => ({ what, part, others, says });
  const password = (part: Part, name: string) =>
    row("password", part, { [name]: wrongPassword(variables[part][name]) }, new RegExp(`${name} \\(host`));
  return [
    row("tenant", "portal", tenant, /TENANT_ID is not the tenant/),
    row("tenant", "worker", tenant, /TENANT_ID is not the tenant/),
    row("tenant", "signer", tenant, /TENANT_ID is not the tenant/),
    row("origin", "portal", origin, /LOG_ORIGIN is not the origin/),
    row("origin", "worker", origin, /LOG_ORIGIN is not the origin/),
    row("origin", "signer", origin, /LOG_ORIGIN is portal.example.org.log2, and the key/),
    row("origin", "custodian", origin, /LOG_ORIGIN is portal.example.org.log2, and the identity key/),
    password("portal", "DATABASE_URL"),
    password("worker", "SEQUENCER_DATABASE_URL"),
    password("signer", "SIGNER_DATABASE_URL"),
    row("key file", "portal", { KEK_FILE: path.join(base, "signer/kek.key") }, /KEK_FILE/),
    row("key file", "witness", { KEK_FILE: path.join(base, "nowhere") }, /KEK_FILE/),
    row("certificate", "custodian", strangers, /TLS_CERT_FILE/),
    row("certificate", "portal", strangers, /TLS_CERT_FILE/),
    row("clock", "worker", ahead, /clocks .* of the database of SEQUENCER_DATABASE_URL differ/),
    row("clock", "signer", ahead, /clocks .* of the database of SIGNER_DATABASE_URL differ/),
    row("folder", "portal", { DATA_DIR: "/dev/null/portal" }, /DATA_DIR cannot be written/),
    row("folder", "custodian", { DATA_DIR: "/dev/null/custodian" }, /DATA_DIR/),
    row("folder", "signer", { DATA_DIR: "/dev/null/signer" }, /DATA_DIR/),
    row("folder", "witness", { DATA_DIR: "/dev/null/witness" }, /DATA_DIR/),
  ];
}

export interface WrongStart {
  readonly code: number | null;
  readonly ms: number;
  /** Lines that say why, without those that tell of the start. */
  readonly reasons: readonly string[];
  readonly output: string;
}

/** Starts a part with a wrong value, and returns how it ended. Ports are others than those of the running part. */
export async function startWrongly(
  deployment: Deployment,
  { part, others }: WrongValue,
): Promise<WrongStart> {
  const began = performance.now();
  const running = startPart(part, deployment, { PORT: "0", ...others });
  // A watchdog: a part that starts would run on.
  const watchdog = setTimeout(() => running.child.kill("SIGKILL"), 60_000);
  const { code, stdout, stderr } = await running.ended;
  clearTimeout(watchdog);
  const output = stdout + stderr;
  const reasons = output.split("\n").filter((line) => /^Error: |"reason":"/.test(line));
  return { code, ms: Math.round(performance.now() - began), reasons, output };
}
