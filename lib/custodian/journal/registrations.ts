import "server-only";
import path from "node:path";
import { z } from "zod";
import { INDEX_FOLDER, Journal, JournalError, REGISTRATIONS_FILE } from "@/lib/custodian/journal/journal";
import { Digest, Mark, type RegisteredBody, RegistrationRecord } from "@/lib/custodian/journal/records";
import { RegistrationIndex } from "@/lib/custodian/journal/registration-index";

/** Transactions that wait in memory for the index, and how many may while it cannot be written. */
const BATCH = 2_000;
const MOST_WAITING = 20_000;
/** Transactions that are remembered as not registered. */
const MOST_ABSENT = 2_000;

const Body = z.strictObject({ bd: Digest, kid: z.string() });

/** A transaction as it was registered first, and the bodies of its groups by generation. */
const Registered = z.strictObject({
  rd: Digest,
  parties: z.array(z.string()),
  groups: z.record(z.string(), z.record(z.string(), Body)),
});
type Registered = z.infer<typeof Registered>;

/** What the index covers: the journal before its newest line, and that line. Groups are counted by the key of their newest generation. */
const State = Mark.extend({ under: z.record(z.string(), z.int()) });

type Place = Pick<RegisteredBody, "tx" | "grp" | "gen">;

const STATE_KEY = "state";

function tooOld(than: string): JournalError {
  return new JournalError(
    `the custodian's registrations are older than ${than}, or other ones: restore the newest, and remove ${INDEX_FOLDER}`,
  );
}

/** Returns what an index covers. A new one covers nothing and has no mark. */
function covered(index: RegistrationIndex): { under: Readonly<Record<string, number>>; mark?: Mark } {
  const stored = index.get(STATE_KEY);
  if (stored === undefined) return { under: {} };
  const { under, ...mark } = State.parse(JSON.parse(stored));
  return { under, mark };
}

/** What a line changes: transactions as they are after it, and how many groups more or fewer are under a key. */
interface Change {
  readonly registered: ReadonlyMap<string, Registered>;
  readonly counts: readonly (readonly [kid: string, by: number])[];
}

const keyOf = (tx: string): string => `tx ${tx}`;

function newestKid(generations: Registered["groups"][string] = {}): string | undefined {
  const newest = Object.keys(generations).reduce((most, gen) => Math.max(most, Number(gen)), 0);
  return generations[newest]?.kid;
}

/**
 * The sealed groups that the custodian registered. Their journal has a line for each call, and only it must never be lost.
 * An index finds them by transaction, so that neither memory nor the time of a start grows with them: it is brought up to
 * date by thousands, and a start reads the journal from there on.
 */
export class Registrations {
  /** Newer than the index. The second map is being written to it. */
  private waiting = new Map<string, Registered>();
  private underway: ReadonlyMap<string, Registered> = new Map();
  private writing: Promise<void> | undefined;
  /** Looked up and not found. A registration asks several times about a transaction that nearly always is new. */
  private readonly absent = new Set<string>();

  private constructor(
    private readonly journal: Journal,
    private readonly index: RegistrationIndex,
    /** The place before the newest line. A start reads that line again and so finds a journal that is not the index's. */
    private before: Mark,
    private readonly under: Map<string, number>,
    private readonly onIndexProblem: (error: unknown) => void,
  ) {}

  /** Opens the registrations of a folder and locks it. Throws JournalError if they are damaged. */
  static async open(
    dir: string,
    onIndexProblem: (error: unknown) => void = () => undefined,
  ): Promise<Registrations> {
    const index = await RegistrationIndex.open(path.join(dir, INDEX_FOLDER));
    let journal: Journal | undefined;
    try {
      const { under, mark } = covered(index);
      journal = Journal.open(dir, REGISTRATIONS_FILE, mark);
      const counted = new Map(Object.entries(under));
      const registrations = new Registrations(journal, index, journal.mark, counted, onIndexProblem);
      const lines = await registrations.replay();
      if (mark === undefined || lines > 0) return registrations;
      throw tooOld("their index");
    } catch (error) {
      journal?.close();
      await index.close();
      throw error;
    }
  }

  private async replay(): Promise<number> {
    let before = this.journal.mark;
    const first = before.line;
    for (const record of this.journal.replay()) {
      const parsed = RegistrationRecord.safeParse(record);
      if (!parsed.success)
        throw new JournalError(
          `line ${before.line + 1} of the registrations is of another version of this program`,
        );
      this.apply(this.changeOf(parsed.data), before);
      before = this.journal.mark;
      if (this.waiting.size >= BATCH) await this.write();
    }
    return before.line - first;
  }

  /** The place before the newest line. Undefined while there is none. */
  get newest(): Mark | undefined {
    return this.journal.mark.line === 0 ? undefined : this.before;
  }

  /** Throws JournalError if the registrations do not reach a line that the journal of all other acts names. */
  requireLineAfter(mark: Mark | undefined): void {
    if (mark !== undefined && !this.journal.hasLineAfter(mark)) throw tooOld("the other journal");
  }

  /** Writes registrations to the journal and syncs it, then remembers them. Synchronous, so no other act can interleave. */
  add(record: RegistrationRecord): void {
    if (this.waiting.size >= BATCH) {
      // What could not be written waits, and the next call tries again.
      void this.write().catch(() => undefined);
      if (this.waiting.size >= MOST_WAITING)
        throw new JournalError("the custodian's index cannot be written: is its disk full?");
    }
    // Whatever can fail comes before the line is written.
    const change = this.changeOf(record);
    const before = this.journal.mark;
    this.journal.append(record);
    this.apply(change, before);
  }

  private changeOf({ items }: RegistrationRecord): Change {
    const registered = new Map<string, Registered>();
    const counts: [string, number][] = [];
    for (const { tx, grp, gen, bd, kid, rd, parties } of items) {
      const { groups, ...first } = registered.get(keyOf(tx)) ?? this.find(tx) ?? { rd, parties, groups: {} };
      const generations = { ...groups[grp], [gen]: { bd, kid } };
      const former = newestKid(groups[grp]);
      if (former !== undefined) counts.push([former, -1]);
      counts.push([newestKid(generations) ?? kid, 1]);
      registered.set(keyOf(tx), { ...first, groups: { ...groups, [grp]: generations } });
    }
    return { registered, counts };
  }

  private apply({ registered, counts }: Change, before: Mark): void {
    for (const [kid, by] of counts) this.under.set(kid, this.countUnder(kid) + by);
    for (const [key, transaction] of registered) {
      this.waiting.set(key, transaction);
      this.absent.delete(key);
    }
    this.before = before;
  }

  /** Brings the index up to date with what is known now. */
  private write(): Promise<void> {
    this.writing ??= this.writeWaiting().finally(() => {
      this.writing = undefined;
    });
    return this.writing;
  }

  private async writeWaiting(): Promise<void> {
    const state = { ...this.before, under: Object.fromEntries(this.under) };
    const values = new Map([[STATE_KEY, JSON.stringify(state)]]);
    for (const [key, registered] of this.waiting) values.set(key, JSON.stringify(registered));
    const underway = this.waiting;
    this.underway = underway;
    this.waiting = new Map();
    try {
      await this.index.put(values);
    } catch (error) {
      this.waiting = new Map([...underway, ...this.waiting]);
      this.onIndexProblem(error);
      throw error;
    } finally {
      this.underway = new Map();
    }
  }

  /** Returns what is registered of a transaction. */
  find(tx: string): Registered | undefined {
    const key = keyOf(tx);
    const recent = this.waiting.get(key) ?? this.underway.get(key);
    if (recent !== undefined) return recent;
    if (this.absent.has(key)) return undefined;
    const stored = this.index.get(key);
    if (stored !== undefined) return Registered.parse(JSON.parse(stored));
    if (this.absent.size >= MOST_ABSENT) this.absent.clear();
    this.absent.add(key);
    return undefined;
  }

  body({ tx, grp, gen }: Place): z.infer<typeof Body> | undefined {
    return this.find(tx)?.groups[grp]?.[gen];
  }

  /** Returns registered groups whose newest generation has an escrow entry that is sealed with this key. */
  countUnder(kid: string): number {
    return this.under.get(kid) ?? 0;
  }

  /** Brings the index up to date and closes all files. Where it cannot be, the next start reads more of the journal. */
  async close(): Promise<void> {
    await this.writing?.catch(() => undefined);
    if (this.waiting.size > 0) await this.write().catch(() => undefined);
    this.journal.close();
    await this.index.close();
  }
}
