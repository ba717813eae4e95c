import "server-only";
import { setTimeout as sleep } from "node:timers/promises";
import { type Database, openDatabase, type Replica } from "@/lib/db/client";
import { DatabaseError } from "@/lib/db/errors";
import type { PoolOptions } from "@/lib/db/pool";
import { statement } from "@/lib/db/statement";
import type { DbContext } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import type { Logger } from "@/lib/telemetry/logger";

/**
 * The reads that a replica may answer. They decide nothing: no access, no key, no budget, no policy. Each begins only
 * when the replica has all that the primary had committed at that moment, so it shows what the primary would show.
 */
export const REPLICA_READS = {
  "audit.list": "entries of the log, a page at a time",
  "audit.export": "exports of the log, streamed and in the background",
  home: "what needs a person, and the figures next to the places",
  status: "the figures of /status",
} as const;
export type ReplicaRead = keyof typeof REPLICA_READS;

export interface ReplicaOptions extends PoolOptions {
  /** How long a read waits for the replica to catch up, in milliseconds. */
  readonly catchUpMs: number;
  readonly logger: Pick<Logger, "warn" | "info">;
}

/** A replica that is away must not delay a read for long. */
const CONNECT_MS = 1_000;
const LOOK_MS = 5;
/** How long reads leave out a replica that was away, and one that was behind. */
const AWAY_MS = 5_000;
const BEHIND_MS = 1_000;

const REACHED = statement<
  { readonly position: string },
  { readonly follows: boolean; readonly reached: boolean }
>("replica-reached")`SELECT pg_is_in_recovery() AS follows,
    coalesce(pg_last_wal_replay_lsn() >= ${({ position }) => position}::pg_lsn, false) AS reached`;

type State = "used" | "away" | "behind" | "not a replica";

class Follower implements Replica {
  #state: State = "used";
  #leftOutUntil = 0;

  constructor(
    private readonly primary: Database,
    private readonly database: Database,
    private readonly options: ReplicaOptions,
  ) {}

  async caughtUp(): Promise<Database | undefined> {
    if (performance.now() < this.#leftOutUntil) return undefined;
    const position = await this.#committed();
    if (position === undefined) return undefined;
    const state = await this.#reach(position);
    this.#note(state);
    return state === "used" ? this.database : undefined;
  }

  fail(): void {
    this.#note("away");
  }

  /** Where the primary's log ends. A primary that is away is reported by the read itself. */
  #committed(): Promise<string | undefined> {
    return this.primary.pool.query("SELECT pg_current_wal_flush_lsn()::text AS position").then(
      ({ rows }) => rows[0]?.position,
      () => undefined,
    );
  }

  async #reach(position: string): Promise<State> {
    const until = performance.now() + this.options.catchUpMs;
    try {
      for (;;) {
        const [found] = await this.database.run(REACHED, { position });
        if (found?.follows !== true) return "not a replica";
        if (found.reached) return "used";
        if (performance.now() >= until) return "behind";
        await sleep(LOOK_MS);
      }
    } catch {
      return "away";
    }
  }

  #note(state: State): void {
    const { logger } = this.options;
    if (state !== "used") this.#leftOutUntil = performance.now() + (state === "behind" ? BEHIND_MS : AWAY_MS);
    if (state !== this.#state && state === "used") logger.info({}, "the replica is read again");
    if (state !== this.#state && state !== "used")
      logger.warn({ alarm: "replica.unused", state }, "the replica is not read; reads go to the primary");
    this.#state = state;
  }
}

/** Returns the database with a replica for `REPLICA_READS`. Both are closed together. */
export function withReplica(primary: Database, options: ReplicaOptions): Database {
  const database = openDatabase({ ...options, waitMs: CONNECT_MS });
  return {
    ...primary,
    replica: new Follower(primary, database, options),
    close: async () => {
      await database.close();
      await primary.close();
    },
  };
}

/** Returns the context for one of `REPLICA_READS`: of the replica if it has caught up, otherwise the same. */
export async function readingFrom<C extends DbContext>(cx: C, _read: ReplicaRead): Promise<C> {
  const db = await cx.db.replica?.caughtUp();
  return db === undefined ? cx : { ...cx, db };
}

/** Returns whether a failure is the replica's own: it ended, or it cancelled the read to follow its primary. */
function isOfReplica(error: unknown): boolean {
  if (error instanceof DatabaseError) return true;
  return error instanceof DomainError && error.code === "service.database-unavailable";
}

/** Runs one of `REPLICA_READS`, and again on the primary if the replica fails in it. The read must change nothing. */
export async function onReplica<C extends DbContext, T>(
  cx: C,
  read: ReplicaRead,
  work: (cx: C) => Promise<T>,
): Promise<T> {
  const from = await readingFrom(cx, read);
  if (from.db === cx.db) return work(cx);
  try {
    return await work(from);
  } catch (error) {
    if (!isOfReplica(error)) throw error;
    cx.db.replica?.fail();
    return work(cx);
  }
}
