import { Client } from "pg";
import { vi } from "vitest";

/** Statements that a call sent to PostgreSQL. */
export interface Sent {
  readonly texts: readonly string[];
  /**
   * How often a connection began to send while it waited for no answer. Statements that are sent together count as one
   * round trip.
   */
  readonly roundTrips: number;
}

type Callback = (...answer: never[]) => void;

function textOf(first: unknown): string {
  const text = typeof first === "object" && first !== null && "text" in first ? first.text : first;
  return String(text).replaceAll(/\s+/g, " ").trim();
}

/** The callback of a query that also counts its answer. */
function counted(callback: Callback, answered: () => void): Callback {
  return (...answer) => {
    answered();
    Reflect.apply(callback, undefined, answer);
  };
}

/** Runs a call and returns what this process sent to PostgreSQL meanwhile, over all connections. */
export async function countStatements(call: () => Promise<unknown>): Promise<Sent> {
  const texts: string[] = [];
  const waiting = new Map<Client, number>();
  let roundTrips = 0;
  const { query } = Client.prototype;
  const spy = vi.spyOn(Client.prototype, "query").mockImplementation(function (this: Client, ...given) {
    const before = waiting.get(this) ?? 0;
    if (before === 0) roundTrips += 1;
    waiting.set(this, before + 1);
    texts.push(textOf(given[0]));
    const answered = () => waiting.set(this, (waiting.get(this) ?? 1) - 1);
    const last = given.at(-1);
    const sent: unknown = Reflect.apply(query, this, [
      ...given.slice(0, -1),
      typeof last === "function" ? counted(last, answered) : last,
    ]);
    if (typeof last !== "function" && sent instanceof Promise) sent.then(answered, answered);
    return sent;
  });
  try {
    await call();
    return { texts, roundTrips };
  } finally {
    spy.mockRestore();
  }
}
