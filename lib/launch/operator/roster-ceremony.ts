import "server-only";
import { existsSync, readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { createInterface } from "node:readline/promises";
import { OperatorError } from "@/lib/errors";
import type { RosterPerson } from "@/lib/escrow/protocol/messages";
import { type Roster, rosterDigest } from "@/lib/escrow/protocol/roster";
import { keyGroups, RosterDraft } from "@/lib/escrow/protocol/roster-draft";
import { writeFileAtomic } from "@/lib/keystore/files/atomic-file";

/** The terminal of the custodian's operator. */
export interface Terminal {
  say(line: string): void;
  ask(question: string): Promise<string>;
}

/** Returns a terminal over two streams. Lines that arrive before they are asked for wait. `close` lets the process end. */
export function openTerminal(
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
): Terminal & { close(): void } {
  const lines = createInterface({ input, output });
  const typed = lines[Symbol.asyncIterator]();
  return {
    say: (line) => void output.write(`${line}\n`),
    ask: async (question) => {
      lines.setPrompt(question);
      lines.prompt();
      const { value, done } = await typed.next();
      if (done === true) throw new OperatorError("The input ended, and no roster was written.");
      return value;
    },
    close: () => lines.close(),
  };
}

const ATTEMPTS = 3;

/** The words of the portal's pages. A word of a later release is shown as it is. */
const ROLE_WORDS: Readonly<Record<string, string>> = {
  client: "client",
  miner: "provider (miner)",
  coordinator: "coordinator",
  auditor: "auditor",
  regulator: "regulator",
  admin: "administrator",
};
const DUTY_WORDS: Readonly<Record<string, string>> = {
  admin: "administration",
  approve: "approvals",
  legal: "legal review",
  compliance: "compliance",
  privacy: "data protection",
  support: "support",
  recovery: "recovery",
  executive: "executive release",
  "break-glass": "emergency access",
};

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const code: unknown = Reflect.get(Object(error), "code");
    if (code === "ENOENT")
      throw new OperatorError(`${file} was not found: name the downloaded draft by its path`);
    throw new OperatorError(
      `${file} cannot be read by the user ${userInfo().username} (${String(code)}): give the file to this user, or copy it to a folder that this user can read`,
    );
  }
}

/** Returns the draft in a file. Throws OperatorError for a file that is missing, not readable, or another. */
export function readDraft(file: string): RosterDraft {
  const text = textOf(file);
  try {
    return RosterDraft.parse(JSON.parse(text));
  } catch {
    throw new OperatorError(`${file} is not a roster draft: download it from the portal again`);
  }
}

const lettersOf = (text: string): string => text.toLowerCase().replace(/[^0-9a-f]/g, "");

/** Shows the groups without the last one, which the operator types as they hear it from the person. */
async function hear(terminal: Terminal, credential: RosterPerson["credentials"][number]): Promise<boolean> {
  const groups = keyGroups(credential).split(" ");
  const last = groups.at(-1) ?? "";
  terminal.say(`  passkey  ${groups.slice(0, -1).join(" ")} ____`);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const typed = await terminal.ask("  Last group as they read it (empty: leave this passkey out): ");
    if (typed.trim() === "") return false;
    if (lettersOf(typed) === last) return true;
    terminal.say("  That is not its last group.");
  }
  terminal.say("  Left out: the groups differ. Find out why before you trust this portal.");
  return false;
}

async function confirmed(
  terminal: Terminal,
  draft: RosterDraft,
  person: RosterPerson,
): Promise<RosterPerson | undefined> {
  const known = draft.people.find((one) => one.person === person.person);
  const duties = person.duties.map((duty) => DUTY_WORDS[duty] ?? duty).join(", ");
  const role = person.role === undefined ? "no role" : (ROLE_WORDS[person.role] ?? person.role);
  terminal.say("");
  terminal.say(`${known?.name ?? person.person}, ${known?.organisation ?? person.organisation}`);
  terminal.say(`  role     ${role}`);
  terminal.say(`  duties   ${duties === "" ? "none" : duties}`);
  terminal.say("  Call them, on a number you have from elsewhere.");
  const credentials: RosterPerson["credentials"] = [];
  for (const credential of person.credentials)
    if (credential.kind === "passkey" && (await hear(terminal, credential))) credentials.push(credential);
  return credentials.length === 0 ? undefined : { ...person, credentials };
}

/** A first roster without two people who may confirm a change could never be changed. */
function requireTwo(persons: readonly RosterPerson[]): void {
  const confirmers = persons.filter(({ duties }) =>
    duties.some((duty) => ["approve", "legal", "admin"].includes(duty)),
  );
  if (confirmers.length < 2)
    throw new OperatorError(
      "nothing was written: two people with the duty approve, legal or admin must be on the roster",
    );
}

/**
 * Makes the custodian's first roster from a draft, with its operator: each person reads the groups of their passkey aloud, and
 * only what was heard goes in. Writes `file` and returns the roster's digest. Throws OperatorError if the file exists, if too
 * few people are left, or if the operator does not confirm.
 */
export async function beginRoster(
  terminal: Terminal,
  draft: RosterDraft,
  log: string,
  file: string,
): Promise<string> {
  if (existsSync(file))
    throw new OperatorError(`${file} exists already. People on the roster agree to each later version`);
  if (draft.roster.log !== log)
    throw new OperatorError(`the draft is for the log ${draft.roster.log}, not for ${log}`);
  terminal.say(`${draft.people.length} people, statements are signed at ${draft.roster.origins.join(", ")}`);
  for (const { name, organisation } of draft.missing)
    terminal.say(`Without a passkey, so not on the roster: ${name}, ${organisation}`);
  const persons: RosterPerson[] = [];
  for (const person of draft.roster.persons) {
    const one = await confirmed(terminal, draft, person);
    if (one !== undefined) persons.push(one);
  }
  requireTwo(persons);
  const roster: Roster = { log, version: 1, persons, authorities: [], origins: draft.roster.origins };
  terminal.say("");
  terminal.say(
    `Roster version 1 with ${persons.length} of ${draft.people.length} people, digest ${rosterDigest(roster)}`,
  );
  if ((await terminal.ask("Type the word begin to write it: ")).trim() !== "begin")
    throw new OperatorError("nothing was written");
  writeFileAtomic(file, `${JSON.stringify(roster, undefined, 1)}\n`);
  return rosterDigest(roster);
}
