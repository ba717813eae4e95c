import "server-only";
import { readFileSync } from "node:fs";
import type { Core } from "@/lib/custodian/core";
import { adoptRoster, RosterError } from "@/lib/custodian/roster/roster";
import { Roster, rosterDigest } from "@/lib/escrow/protocol/roster";
import { fileState, writeFileAtomic } from "@/lib/keystore/files/atomic-file";

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

/**
 * The current roster. The journal decides which one that is. An operator submits another one in the file. The file is
 * read again when it changes. An unacceptable file leaves the former roster in force and is reported once. If the file
 * has a roster that was in force before, as after a crash between journal and file, the current one overwrites it.
 */
export class RosterSource {
  private seen: string | undefined;

  constructor(
    private readonly core: Core,
    private readonly file: string,
    private readonly report: (problem: string) => void,
  ) {}

  /** Reads the file now. Throws RosterError, so that a start with a bad roster fails with a clear message. */
  async load(): Promise<void> {
    const stamp = fileState(this.file);
    if (stamp === undefined) {
      if (this.core.memory.roster !== undefined) this.write();
      return;
    }
    const roster = parseRoster(this.file);
    this.seen = stamp;
    if (this.isFormer(roster)) this.write();
    else await adoptRoster(this.core, roster);
  }

  async current(): Promise<Roster | undefined> {
    const stamp = fileState(this.file);
    if (stamp !== undefined && stamp !== this.seen) {
      try {
        await this.load();
      } catch (error) {
        if (!(error instanceof RosterError)) throw error;
        this.seen = stamp;
        this.report(error.message);
      }
    }
    return this.core.memory.roster;
  }

  /** Takes a successor that was submitted over the socket: first into the journal, then into the file. */
  async adopt(roster: Roster): Promise<void> {
    await this.current();
    const before = this.core.memory.roster;
    // Only the operator gives a first roster, in the file.
    if (before === undefined) throw new RosterError("the custodian has no roster yet");
    await adoptRoster(this.core, roster);
    if (this.core.memory.roster !== before) this.write();
  }

  private isFormer(roster: Roster): boolean {
    const { memory } = this.core;
    const digest = rosterDigest(roster);
    const isPresent = memory.roster !== undefined && rosterDigest(memory.roster) === digest;
    return !isPresent && memory.wasRoster(digest);
  }

  /** Writes the roster to the file. If that fails it is still in force: the journal has it, and the next start tries again. */
  private write(): void {
    try {
      writeFileAtomic(this.file, `${JSON.stringify(this.core.memory.roster, undefined, 1)}\n`);
      this.seen = fileState(this.file);
    } catch {
      this.report(`the roster file ${this.file} cannot be written; the journal holds the roster in force`);
    }
  }
}
