import "server-only";
import { environments } from "@/lib/env";
import type { Part } from "@/lib/ipc/part-identity";
import type { Finding, Given } from "@/lib/launch/operator/finding";

// Names of variables: misspelled ones, and ones that need another. A part ignores what it does not know, so a misspelled
// variable is otherwise noticed by its absence only.

/** Read outside the declared environments: by the reader of the instance file, and by the command `sealport`. */
const OTHERS = [
  "INSTANCE_FILE",
  "SEALPORT_ALLOW_HTTP",
  "SEALPORT_API_KEY",
  "SEALPORT_DEBUG",
  "SEALPORT_PROFILE",
  "SEALPORT_URL",
] as const;

/** Beginnings that only our variables have. Those of other programs (AWS_, OTEL_, REDIS_, TLS_, VAULT_) are not among them. */
const PREFIXES =
  /^(?:BACKUP|CLAMD|CUSTODIAN|DATABASE|ESCROW|KEK|RETENTION|SEALPORT|SEQUENCER|SIGNER|SMTP|TENANT|WITNESS)_/;
/** Kubernetes gives each container the addresses of services, such as CUSTODIAN_PORT_7443_TCP. */
const OF_A_CLUSTER = /_(?:SERVICE_HOST|SERVICE_PORT|PORT)(?:_|$)/;

function knownNames(): ReadonlySet<string> {
  const declared = Object.values(environments).flatMap(({ shape }) => Object.keys(shape));
  return new Set([...declared, ...OTHERS].flatMap((name) => [name, `${name}_FILE`]));
}

/** Returns how many letters must be changed, added or removed to make one name of the other. */
export function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (const [at, letter] of [...from].entries()) {
    const next = [at + 1];
    for (const [place, other] of [...to].entries())
      next.push(
        Math.min(
          (row[place + 1] ?? 0) + 1,
          (next[place] ?? 0) + 1,
          (row[place] ?? 0) + (letter === other ? 0 : 1),
        ),
      );
    row = next;
  }
  return row[to.length] ?? 0;
}

/** In a short name two other letters make another word. */
function isNear(name: string, known: string): boolean {
  const most = Math.min(name.length, known.length) >= 8 ? 2 : 1;
  if (Math.min(name.length, known.length) < 5 || Math.abs(name.length - known.length) > most) return false;
  return editDistance(name, known) <= most;
}

function nearest(name: string, known: Iterable<string>): string | undefined {
  const near = [...known].filter((one) => isNear(name, one));
  return near.sort((a, b) => editDistance(name, a) - editDistance(name, b))[0];
}

/** Returns a fault for each variable that is set and looks like one of ours, but that no program reads. */
export function checkNames(given: Given): Finding[] {
  const known = knownNames();
  return Object.keys(given).flatMap((what) => {
    if (given[what] === undefined || known.has(what) || !/^[A-Z][A-Z0-9_]+$/.test(what)) return [];
    const meant = nearest(what, known);
    if (meant === undefined && (!PREFIXES.test(what) || OF_A_CLUSTER.test(what))) return [];
    const question = meant === undefined ? "" : `. Do you mean ${meant}?`;
    return [{ what, fault: `is not a variable of Sealport${question}` }];
  });
}

/** Returns a fault for each variable that is set without the one it needs. */
export function checkPairs(part: Part, given: Given): Finding[] {
  const found: Finding[] = [];
  const { SMTP_URL, SMTP_FROM } = given;
  if (part === "portal" && SMTP_URL !== undefined && SMTP_FROM === undefined)
    found.push({ what: "SMTP_FROM", fault: "is missing, and SMTP_URL is set: the portal does not start" });
  if (part === "portal" && SMTP_FROM !== undefined && SMTP_URL === undefined)
    found.push({ what: "SMTP_URL", fault: "is missing, and SMTP_FROM is set: the portal does not start" });
  return found;
}
