import { isOfHealth } from "@/lib/alerts/catalogue";
import type { Seen } from "@/lib/alerts/observe";

/** Members of a log line that name what an alarm is about, in the order in which they are tried. */
const SUBJECTS = [
  "transaction",
  "entry",
  "request",
  "grant",
  "export",
  "erasure",
  "recovery",
  "rotation",
  "compartment",
  "run",
] as const;
/** Different alarms that wait to be stored; more are only counted under their name. */
const MOST = 200;
const LONGEST = 160;
/** A job raises an alert after this many failures in a row. Before that it may still succeed. */
const FAILURES = 3;

function textOf(facts: object, name: string): string | undefined {
  const value: unknown = Reflect.get(facts, name);
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}

/** Returns the subject of a line: the object that it names, the list and id of a row, or else the process. */
function subjectOf(facts: object, process: string): string {
  const list = textOf(facts, "list");
  const id = textOf(facts, "id");
  if (list !== undefined && id !== undefined) return `${list}:${id}`.slice(0, LONGEST);
  for (const name of SUBJECTS) {
    const value = textOf(facts, name);
    if (value !== undefined) return `${name}:${value}`.slice(0, LONGEST);
  }
  return `process:${process}`;
}

/** Returns false for a job that has failed only once or twice in a row. */
function isWorth(facts: object, name: string): boolean {
  const failures: unknown = Reflect.get(facts, "failures");
  return !name.endsWith(".failed") || typeof failures !== "number" || failures >= FAILURES;
}

/**
 * Alarms of this process's log between two passes of the job that stores them. Their number is limited, and they are in
 * memory only. If the process ends, they are still in its log.
 */
export class AlarmBuffer {
  readonly #waiting = new Map<string, Seen>();

  constructor(readonly process: string) {}

  /** Takes a log line that carries an alarm. Alarms that the instance's health shows are left out. */
  take(facts: object, at: Date): void {
    const name: unknown = Reflect.get(facts, "alarm");
    if (typeof name !== "string" || name === "" || isOfHealth(name) || !isWorth(facts, name)) return;
    const subject = this.#waiting.size < MOST ? subjectOf(facts, this.process) : `process:${this.process}`;
    this.add({ name: name.slice(0, LONGEST), subject, at, count: 1, entries: [] });
  }

  /** Adds an alarm. Equal alarms are counted together. */
  add(seen: Seen): void {
    const key = JSON.stringify([seen.name, seen.subject]);
    const known = this.#waiting.get(key);
    this.#waiting.set(key, known === undefined ? seen : { ...seen, count: known.count + seen.count });
  }

  /** Empties the buffer and returns its alarms. The caller gives back with `add` those that could not be stored. */
  drain(): Seen[] {
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    return all;
  }
}
