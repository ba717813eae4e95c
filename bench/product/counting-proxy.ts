import { rename, rm } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import path from "node:path";
import { superuserConfig } from "@/e2e/support/admin";

/** What one login's connections have sent since the counts were taken last. */
export interface Sent {
  /** Texts of the statements in the order of sending. */
  readonly texts: readonly string[];
  /** How often a connection sent something after it had got an answer. Statements sent together are one. */
  readonly roundTrips: number;
}

export interface CountingProxy {
  /** Returns what was sent since the last call, by one login. */
  take(login: string): Sent;
  close(): Promise<void>;
}

interface Counts {
  texts: string[];
  roundTrips: number;
}

const HEADER_BYTES = 5;

/** Returns the text up to the next zero byte, and where the following one begins. */
function textAt(bytes: Buffer, from: number): { readonly text: string; readonly next: number } {
  const end = bytes.indexOf(0, from);
  return { text: bytes.toString("utf8", from, end), next: end + 1 };
}

/** Reads what a client sends (PostgreSQL's documentation, "Frontend/Backend Protocol"): Query, Parse, Bind, Execute and Sync. */
class ClientMessages {
  private rest = Buffer.alloc(0);
  private hasStarted = false;
  private hasAnswer = true;
  private bound = "";
  private readonly prepared = new Map<string, string>();
  private counts: Counts | undefined;

  constructor(private readonly countsOf: (login: string) => Counts) {}

  answered(): void {
    this.hasAnswer = true;
  }

  take(chunk: Buffer): void {
    this.rest = Buffer.concat([this.rest, chunk]);
    for (;;) {
      // The first message has a length and no type.
      const lengthAt = this.hasStarted ? 1 : 0;
      if (this.rest.length < lengthAt + 4) return;
      const end = lengthAt + this.rest.readUInt32BE(lengthAt);
      if (this.rest.length < end) return;
      if (this.hasStarted) this.read(this.rest.subarray(0, end));
      else this.start(this.rest.subarray(0, end));
      this.rest = this.rest.subarray(end);
    }
  }

  private start(message: Buffer): void {
    this.hasStarted = true;
    const members = message.toString("utf8", 8).split("\0");
    this.counts = this.countsOf(members[members.indexOf("user") + 1] ?? "");
  }

  private read(message: Buffer): void {
    const type = String.fromCharCode(message[0] ?? 0);
    if (type === "Q") this.send(textAt(message, HEADER_BYTES).text);
    else if (type === "P") {
      const name = textAt(message, HEADER_BYTES);
      this.prepared.set(name.text, textAt(message, name.next).text);
    } else if (type === "B") {
      const portal = textAt(message, HEADER_BYTES);
      this.bound = textAt(message, portal.next).text;
    } else if (type === "E") this.send(this.prepared.get(this.bound) ?? "");
  }

  private send(text: string): void {
    if (this.counts === undefined) return;
    this.counts.texts.push(text);
    if (this.hasAnswer) this.counts.roundTrips += 1;
    this.hasAnswer = false;
  }
}

function pass(client: Socket, target: string, messages: ClientMessages): void {
  const server = connect(target);
  client.on("data", (chunk) => {
    messages.take(chunk);
    server.write(chunk);
  });
  server.on("data", (chunk) => {
    messages.answered();
    client.write(chunk);
  });
  for (const [one, other] of [
    [client, server],
    [server, client],
  ] as const) {
    one.on("error", () => other.destroy());
    one.on("close", () => other.destroy());
  }
}

/**
 * Takes the place of the socket of an instance's PostgreSQL, so that new connections go through it. The built product is counted as it is.
 * Connections from before are not counted; end them. `close` puts the socket back.
 */
export async function startCountingProxy(dataDir: string): Promise<CountingProxy> {
  const { host, port } = superuserConfig(dataDir).config;
  const place = path.join(host, `.s.PGSQL.${port}`);
  const target = `${place}.server`;
  const byLogin = new Map<string, Counts>();
  const countsOf = (login: string): Counts => {
    const counts = byLogin.get(login) ?? { texts: [], roundTrips: 0 };
    byLogin.set(login, counts);
    return counts;
  };
  const open = new Set<Socket>();
  const server = createServer((client) => {
    open.add(client);
    client.once("close", () => open.delete(client));
    pass(client, target, new ClientMessages(countsOf));
  });
  await rename(place, target);
  await new Promise<void>((resolve) => server.listen(place, resolve));
  return {
    take: (login) => {
      const counts = countsOf(login);
      const sent = { texts: counts.texts, roundTrips: counts.roundTrips };
      Object.assign(counts, { texts: [], roundTrips: 0 });
      return sent;
    },
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const client of open) client.destroy();
      await closed;
      await rm(place, { force: true });
      await rename(target, place);
    },
  };
}
