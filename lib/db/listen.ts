import "server-only";
import { randomUUID } from "node:crypto";
import type { Pool } from "pg";
import { createClient } from "@/lib/db/connection";
import type { Logger } from "@/lib/telemetry/logger";

/** Where notices are heard, and where they are sent. */
export interface NoticeSource {
  /** A connection of PostgreSQL itself. A pooler in transaction mode accepts LISTEN and delivers no notice. */
  readonly url: string;
  /** The connections that send notices. A probe is sent through them too. */
  readonly pool: Pick<Pool, "query">;
  readonly logger: Pick<Logger, "error" | "info">;
}

export interface ListenOptions {
  readonly source: NoticeSource;
  readonly applicationName: string;
  readonly channel: string;
  onMessage(payload: string): void;
  /** The channel is heard, also again after a loss. Notices sent in between are lost. */
  onListening(): void;
  /** The channel is not heard; the listener retries until `close`. */
  onLost(): void;
}

/** One connection that listens to one channel of NOTIFY for as long as it is open. */
export interface Listener {
  close(): void;
}

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 3_000;
const PROBE_MS = 5_000;
const ANSWER_MS = 3_000;

/** The server answers, a notice was sent, and it was not heard. */
export class NoticeUnheard extends Error {
  override readonly name = "NoticeUnheard";
}

/**
 * Sends one notice through the pool, as all other notices are sent. Returns false if it could not be sent, so that its
 * absence does not count as a loss. The pool may use a pooler, so a probe through the listening connection would prove
 * nothing.
 */
function sendProbe({ pool }: NoticeSource, channel: string): Promise<boolean> {
  return pool.query("SELECT pg_notify($1, '')", [channel]).then(
    () => true,
    () => false,
  );
}

/** Waits for the next probe that arrives. */
class Probes {
  readonly channel = `sealport_probe_${randomUUID()}`;
  #heard: () => void = () => undefined;

  hear(): void {
    this.#heard();
  }

  /** Throws NoticeUnheard if a notice that was sent does not arrive. */
  async require(source: NoticeSource): Promise<void> {
    let limit: NodeJS.Timeout | undefined;
    const arrived = new Promise<boolean>((resolve) => {
      this.#heard = () => resolve(true);
    });
    try {
      if (!(await sendProbe(source, this.channel))) return;
      const late = new Promise<boolean>((resolve) => {
        limit = setTimeout(() => resolve(false), ANSWER_MS);
        limit.unref();
      });
      if (!(await Promise.race([arrived, late])))
        throw new NoticeUnheard(
          "a notice was sent and not heard: listen to PostgreSQL itself, not to a pooler",
        );
    } finally {
      clearTimeout(limit);
    }
  }
}

/**
 * Connects once. Calls `lost` at most once: if it never connected, was cut, hears no notice, or gets no answer any more.
 * Returns a function that closes it without calling `lost`.
 */
function connectOnce(options: ListenOptions, heard: () => void, lost: (cause: unknown) => void): () => void {
  const { source } = options;
  const client = createClient(source.url, {
    application_name: options.applicationName,
    connectionTimeoutMillis: ANSWER_MS,
    query_timeout: ANSWER_MS,
    keepAlive: true,
  });
  const probes = new Probes();
  let isOver = false;
  let timer: NodeJS.Timeout | undefined;
  const finish = (cause?: unknown): void => {
    if (isOver) return;
    isOver = true;
    clearInterval(timer);
    // It does not wait until the server confirms the end, because the server may be gone.
    client.end().catch(() => undefined);
    if (cause !== undefined) lost(cause);
  };
  const fail = (error?: unknown): void => finish(error ?? new Error("the connection has ended"));
  client.on("error", fail);
  client.on("end", () => fail());
  client.on("notification", ({ channel, payload }) => {
    if (channel === probes.channel) probes.hear();
    else if (!isOver && payload !== undefined) options.onMessage(payload);
  });
  const check = async (): Promise<void> => {
    // A query detects a server that vanished without closing the connection.
    await client.query("SELECT 1");
    await probes.require(source);
  };
  const begin = async (): Promise<void> => {
    await client.connect();
    for (const channel of [options.channel, probes.channel])
      await client.query(`LISTEN ${client.escapeIdentifier(channel)}`);
    await check();
    if (isOver) return;
    timer = setInterval(() => check().catch(fail), PROBE_MS);
    timer.unref();
    heard();
  };
  begin().catch(fail);
  return () => finish();
}

/** Listens to a channel and reconnects automatically, after waits that double up to three seconds. */
export function openListener(options: ListenOptions): Listener {
  const { logger } = options.source;
  let waitMs = FIRST_WAIT_MS;
  let isClosed = false;
  let isSilent = false;
  let again: NodeJS.Timeout | undefined;
  let drop: () => void = () => undefined;
  const hear = (): void => {
    waitMs = FIRST_WAIT_MS;
    if (isSilent) logger.info({ channel: options.channel }, "notices of the database are heard again");
    isSilent = false;
    options.onListening();
  };
  const lose = (cause: unknown): void => {
    if (isClosed) return;
    if (cause instanceof NoticeUnheard && !isSilent) {
      isSilent = true;
      const facts = { alarm: "listen.silent", channel: options.channel };
      logger.error(facts, "notices of the database are not heard; set DATABASE_LISTEN_URL, will retry");
    }
    options.onLost();
    again = setTimeout(connect, waitMs);
    waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
  };
  const connect = (): void => {
    drop = connectOnce(options, hear, lose);
  };
  connect();
  return {
    close: () => {
      isClosed = true;
      clearTimeout(again);
      drop();
    },
  };
}

/** Checks once whether notices are heard. Throws NoticeUnheard, or the reason why it could not connect. */
export function requireNotices(source: NoticeSource): Promise<void> {
  return new Promise((resolve, reject) => {
    const close = connectOnce(
      {
        ...{ source, applicationName: "sealport-check", channel: "sealport_check" },
        ...{ onMessage: () => undefined, onListening: () => undefined, onLost: () => undefined },
      },
      () => {
        close();
        resolve();
      },
      reject,
    );
  });
}
