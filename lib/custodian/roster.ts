import "server-only";
import { readFileSync, statSync } from "node:fs";
import { type Core, remember } from "@/lib/custodian/core";
import { Roster } from "@/lib/custodian/records";
import { requireSignature } from "@/lib/custodian/signature";
import type { RosterPerson } from "@/lib/escrow/protocol";
import { recordDigest } from "@/lib/escrow/statements";

/** The roster file is not one this custodian may take; one line for the operator. */
export class RosterError extends Error {
  override readonly name = "RosterError";
}

/** Digest of a roster: everything but the statements that agree to it. */
export function rosterDigest(roster: Roster): string {
  const { statements: _statements, ...rest } = roster;
  return recordDigest(rest);
}

function refuseDoubles(values: readonly string[], what: string): void {
  if (new Set(values).size !== values.length) throw new RosterError(`the roster names ${what} twice`);
}

/** One person, one name; one key, one person: else one person could be two approvers. */
function checkPersons(roster: Roster): void {
  refuseDoubles(
    roster.persons.map((person) => person.person),
    "a person",
  );
  const keys = roster.persons.flatMap((person) =>
    person.credentials.flatMap((credential) => {
      if (credential.kind === "ed25519") return [credential.public_key];
      return credential.kind === "passkey" ? [credential.credential_id] : [];
    }),
  );
  refuseDoubles([...keys, ...(roster.evaluation_key === undefined ? [] : [roster.evaluation_key])], "a key");
}

function isPortalOnly({ persons }: Roster): boolean {
  return persons.every(({ credentials }) => credentials.every(({ kind }) => kind === "portal-evaluation"));
}

/** Version n + 1 carries the digest of n and the agreement of two persons of n. */
function checkSuccession(core: Core, current: Roster, next: Roster): void {
  const previous = rosterDigest(current);
  if (next.version !== current.version + 1 || next.previous !== previous) {
    throw new RosterError(
      `the roster does not follow version ${current.version}, which this custodian holds`,
    );
  }
  // Else the portal would give persons keys, or take away those they have.
  const mayPortalSucceed = isPortalOnly(current) && isPortalOnly(next);
  const rules = { log: core.log, isEvaluation: core.isEvaluation, roster: current, mayPortalSucceed };
  const wanted = { log: core.log, version: next.version, previous, roster: rosterDigest(next) };
  const agreed = new Set<string>();
  for (const { statement, signature } of next.statements ?? []) {
    const person = current.persons.find((known) => known.person === statement.person);
    const isOfThis = recordDigest(statement) === recordDigest({ ...wanted, person: statement.person });
    if (person === undefined || !isOfThis) continue;
    try {
      requireSignature(rules, person, "roster", statement, signature);
    } catch {
      continue;
    }
    agreed.add(person.person);
  }
  if (agreed.size < 2) {
    throw new RosterError(
      `roster version ${next.version} is not agreed to by two persons of version ${current.version}`,
    );
  }
}

function parseRoster(file: string): Roster {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    throw new RosterError(`the roster ${file} cannot be read`);
  }
  try {
    const parsed = Roster.safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data;
  } catch {
    throw new RosterError(`the roster ${file} is not JSON`);
  }
  throw new RosterError(`the roster ${file} is not of the format of a roster`);
}

/** Takes a roster into the journal, the first as it is, every later one only as a lawful successor. */
export function adoptRoster(core: Core, roster: Roster): void {
  if (roster.log !== core.log) throw new RosterError(`the roster is for ${roster.log}, not for ${core.log}`);
  if (roster.evaluation_key !== undefined && !core.isEvaluation) {
    throw new RosterError("the roster names an evaluation key, which needs CUSTODIAN_EVALUATION=1");
  }
  checkPersons(roster);
  const current = core.memory.roster;
  if (current !== undefined && rosterDigest(current) === rosterDigest(roster)) return;
  if (current !== undefined) checkSuccession(core, current, roster);
  else if (roster.version !== 1 || roster.previous !== undefined) {
    throw new RosterError("the first roster is version 1 and follows none");
  }
  remember(core, { kind: "roster", roster });
}

/**
 * The roster in force. The file is read again when it changed; one that is not acceptable leaves the former
 * in force and is reported once.
 */
export class RosterSource {
  private seen: string | undefined;

  constructor(
    private readonly core: Core,
    private readonly file: string,
    private readonly report: (problem: string) => void,
  ) {}

  /** Reads the file now; throws RosterError, so that a start with a bad roster fails in plain words. */
  load(): void {
    const stamp = this.stamp();
    if (stamp === undefined) return;
    adoptRoster(this.core, parseRoster(this.file));
    this.seen = stamp;
  }

  current(): Roster | undefined {
    const stamp = this.stamp();
    if (stamp !== undefined && stamp !== this.seen) {
      try {
        this.load();
      } catch (error) {
        if (!(error instanceof RosterError)) throw error;
        this.seen = stamp;
        this.report(error.message);
      }
    }
    return this.core.memory.roster;
  }

  private stamp(): string | undefined {
    const found = statSync(this.file, { throwIfNoEntry: false });
    return found === undefined ? undefined : `${found.mtimeMs}|${found.size}|${found.ino}`;
  }
}

export function findPerson(roster: Roster, person: string): RosterPerson | undefined {
  return roster.persons.find((known) => known.person === person);
}
