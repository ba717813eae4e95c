import "server-only";
import { createClient } from "@/lib/db/connection";

export interface ListenOptions {
  readonly url: string;
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

/** One try: ends in `lost` exactly once, whether it never connected, was cut, or does not answer any more. */
function connectOnce(options: ListenOptions, heard: () => void, lost: () => void): () => void {
  const client = createClient(options.url, {
    application_name: options.applicationName,
    connectionTimeoutMillis: ANSWER_MS,
    query_timeout: ANSWER_MS,
    keepAlive: true,
  });
  let isOver = false;
  let probe: NodeJS.Timeout | undefined;
  const finish = (tell: boolean): void => {
    if (isOver) return;
    isOver = true;
    clearInterval(probe);
    // An answer to the goodbye is not waited for: the server may be gone.
    client.end().catch(() => undefined);
    if (tell) lost();
  };
  const fail = (): void => finish(true);
  client.on("error", fail);
  client.on("end", fail);
  client.on("notification", ({ payload }) => {
    if (!isOver && payload !== undefined) options.onMessage(payload);
  });
  const begin = async (): Promise<void> => {
    await client.connect();
    await client.query(`LISTEN ${client.escapeIdentifier(options.channel)}`);
    if (isOver) return;
    // A query detects a server that vanished without closing the connection.
    probe = setInterval(() => client.query("SELECT 1").catch(fail), PROBE_MS);
    probe.unref();
    heard();
  };
  begin().catch(fail);
  return () => finish(false);
}

/** Listens to a channel and reconnects automatically, after waits that double up to three seconds. */
export function openListener(options: ListenOptions): Listener {
  let waitMs = FIRST_WAIT_MS;
  let isClosed = false;
  let again: NodeJS.Timeout | undefined;
  let drop: () => void = () => undefined;
  const connect = (): void => {
    drop = connectOnce(
      options,
      () => {
        waitMs = FIRST_WAIT_MS;
        options.onListening();
      },
      () => {
        if (isClosed) return;
        options.onLost();
        again = setTimeout(connect, waitMs);
        waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
      },
    );
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
