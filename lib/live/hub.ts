// The room live: live updates for signed-in people. This file keeps the open streams, open-hub.ts the one database
// connection, store.ts reads the changed things, visible.ts decides who may know of them. A stream names a thing and
// its state, never its content. It ends with its session.

import type { Context } from "@/lib/context/context";
import "server-only";
import type { Clock } from "@/lib/clock";
import type { Principal } from "@/lib/context/principal";
import type { Listener } from "@/lib/db/listen";
import { inSnapshot } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { endOf } from "@/lib/identity/sessions/session-rules";
import { findSessions } from "@/lib/identity/sessions/store";
import { type LiveChange, LiveKind, type LiveSignal } from "@/lib/live/schema";
import { type Named, readChanged } from "@/lib/live/store";
import { type Changed, isVisibleTo } from "@/lib/live/visible";
import type { Logger } from "@/lib/telemetry/logger";

export const STREAMS_PER_SESSION = 24;

/** One open stream of a signed-in person. */
export interface Subscriber {
  readonly principal: Principal;
  readonly sessionId: string;
  /** When the listening page was requested: changes since then are sent again. Absent: from now on. */
  readonly since?: number;
  change(change: LiveChange): void;
  signal(signal: LiveSignal): void;
  /** Keeps proxies from closing a quiet line, and lets the browser notice a dead one. */
  beat(): void;
  /** Ends the stream; the browser may reconnect. */
  end(): void;
}

/** Sends signed-in people the changes they may know of. One per portal process. */
export interface LiveHub {
  /** Adds a stream; call the returned function when the reader leaves. */
  join(subscriber: Subscriber): () => void;
  /** Ends every stream and refuses new ones: the process is about to stop. */
  close(): void;
  readonly size: number;
}

type Handlers = { onMessage(payload: string): void; onListening(): void; onLost(): void };

export interface LiveHubOptions extends Pick<Context, "db" | "instance"> {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Opens the one connection that listens to the channel; called at the first stream. */
  listen(handlers: Handlers): Listener;
  readonly heartbeatMs?: number;
}

const HEARTBEAT_MS = 15_000;
/** Changes this old are not sent again; a page that asks for older ones reads everything. */
const RECENT_MS = 2 * 60_000;
const MAX_RECENT = 2_000;
/** Changes within this time are read together. */
const GATHER_MS = 15;
/** The database's message when a session has ended. A check finds out which session. */
const SESSION_END = "session:";

function namedIn(payload: string): Named | undefined {
  const at = payload.indexOf(":");
  const kind = LiveKind.safeParse(payload.slice(0, at));
  return kind.success ? { kind: kind.data, id: payload.slice(at + 1) } : undefined;
}

/** The hub's state and its steps; `createLiveHub` shows what others may call. */
class Hub implements LiveHub {
  readonly #options: LiveHubOptions;
  readonly #streams = new Set<Subscriber>();
  #pending = new Map<string, Named>();
  #gather: NodeJS.Timeout | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #listener: Listener | undefined;
  #isHearing = false;
  /** Changes that were sent, and since when the list is complete. */
  #recent: { readonly at: number; readonly changed: Changed }[] = [];
  #completeSince = Number.POSITIVE_INFINITY;
  #hasHeard = false;
  #isClosed = false;
  #isLooking = false;

  constructor(options: LiveHubOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#streams.size;
  }

  join(subscriber: Subscriber): () => void {
    if (this.#isClosed) throw new DomainError("service.unavailable", { detail: "The portal is stopping." });
    const own = [...this.#streams].filter((one) => one.sessionId === subscriber.sessionId);
    if (own.length >= STREAMS_PER_SESSION) {
      throw new DomainError("rate.exceeded", {
        detail: `A session has at most ${STREAMS_PER_SESSION} streams of updates.`,
        retryAfterSeconds: 30,
      });
    }
    this.#streams.add(subscriber);
    this.#start();
    if (this.#isHearing) this.#welcome(subscriber);
    return () => this.#streams.delete(subscriber);
  }

  close(): void {
    this.#isClosed = true;
    this.#listener?.close();
    clearInterval(this.#heartbeat);
    clearTimeout(this.#gather);
    for (const stream of this.#streams) stream.end();
    this.#streams.clear();
  }

  #start(): void {
    if (this.#listener !== undefined) return;
    this.#listener = this.#options.listen({
      onMessage: (payload) => this.#hear(payload),
      onListening: () => void this.#resume(),
      onLost: () => this.#lose(),
    });
    this.#heartbeat = setInterval(() => void this.#beat(), this.#options.heartbeatMs ?? HEARTBEAT_MS);
    this.#heartbeat.unref();
  }

  /**
   * Sends the changes that happened while the page was loading. If they are not known, sends `resync`: the page may be
   * old.
   */
  #welcome(stream: Subscriber): void {
    const { since } = stream;
    if (since !== undefined && since < this.#completeSince) {
      stream.signal("resync");
      return;
    }
    stream.signal("ready");
    if (since === undefined) return;
    for (const { at, changed } of this.#recent)
      if (at >= since && isVisibleTo(stream.principal, changed)) stream.change(changed.change);
  }

  #remember(changes: readonly Changed[]): void {
    const at = this.#options.clock.nowMs();
    this.#recent.push(...changes.map((changed) => ({ at, changed })));
    const kept = this.#recent.filter((one) => one.at > at - RECENT_MS).slice(-MAX_RECENT);
    if (kept.length < this.#recent.length) this.#completeSince = kept[0]?.at ?? at;
    this.#recent = kept;
  }

  #forget(): void {
    this.#recent = [];
    this.#completeSince = this.#options.clock.nowMs();
  }

  #hear(payload: string): void {
    if (payload === SESSION_END) {
      void this.#endDeadSessions();
      return;
    }
    const named = namedIn(payload);
    if (named === undefined) return;
    if (this.#streams.size === 0) {
      this.#forget();
      return;
    }
    this.#pending.set(payload, named);
    this.#gather ??= setTimeout(() => void this.#tell(), GATHER_MS);
  }

  async #tell(): Promise<void> {
    this.#gather = undefined;
    const named = [...this.#pending.values()];
    this.#pending = new Map();
    try {
      const changed = await inSnapshot(this.#options, (tx) => readChanged(tx, this.#options, named));
      for (const stream of this.#streams)
        for (const one of changed) if (isVisibleTo(stream.principal, one)) stream.change(one.change);
      this.#remember(changed);
    } catch (error) {
      this.#forget();
      this.#options.logger.warn({ err: error }, "changes could not be read; clients were asked to reload");
      for (const stream of this.#streams) stream.signal("resync");
    }
  }

  #lose(): void {
    if (!this.#isHearing) return;
    this.#isHearing = false;
    for (const stream of this.#streams) stream.signal("down");
  }

  /** After a loss, checks sessions before it sends anything: they may have ended meanwhile. */
  async #resume(): Promise<void> {
    this.#isHearing = true;
    this.#forget();
    const isAgain = this.#hasHeard;
    this.#hasHeard = true;
    await this.#endDeadSessions();
    for (const stream of this.#streams) {
      if (isAgain) stream.signal("resync");
      else this.#welcome(stream);
    }
  }

  /** If a check of the sessions takes longer than a beat, no second check starts. */
  async #beat(): Promise<void> {
    if (!this.#isLooking) {
      this.#isLooking = true;
      await this.#endDeadSessions();
      this.#isLooking = false;
    }
    for (const stream of this.#streams) stream.beat();
  }

  /** This check does not count as use of a session. The session of a page that only listens becomes idle. */
  async #endDeadSessions(): Promise<void> {
    if (this.#streams.size === 0) return;
    const sids = [...new Set([...this.#streams].map((stream) => stream.sessionId))];
    try {
      const { tenantId } = this.#options.instance;
      const found = await inSnapshot(this.#options, (tx) => findSessions(tx, tenantId, sids));
      const now = this.#options.clock.now();
      const good = new Set(found.filter((one) => endOf(one, now) === undefined).map((one) => one.sid));
      // A listener that joined during the check was not checked.
      for (const stream of this.#streams)
        if (sids.includes(stream.sessionId) && !good.has(stream.sessionId)) this.#endSession(stream);
    } catch (error) {
      // While the database is down there are no changes. When it is back, the sessions are checked again.
      this.#options.logger.warn({ err: error }, "the sessions of live streams could not be checked");
    }
  }

  #endSession(stream: Subscriber): void {
    this.#streams.delete(stream);
    stream.signal("ended");
    stream.end();
  }
}

/** Returns a hub. It connects to the database at its first stream. */
export function createLiveHub(options: LiveHubOptions): LiveHub {
  return new Hub(options);
}
