import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { afterEach, expect, test } from "vitest";
import { systemClock } from "@/lib/clock";
import { requireDatabase, requireLogin } from "@/lib/db/check-database";

/** One message of PostgreSQL's protocol: its type, the length of what follows, and that. */
function message(type: string, ...parts: readonly (string | Buffer)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + length.length);
  return Buffer.concat([Buffer.from(type), length, body]);
}

function int(bytes: 2 | 4, value: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeIntBE(value, 0, bytes);
  return buffer;
}

const READY = message("Z", "I");

/** The answer of a server to a query with one row of one text column. */
function row(value: string): Buffer {
  const text = 25;
  const column = [int(4, 0), int(2, 0), int(4, text), int(2, -1), int(4, -1), int(2, 0)];
  return Buffer.concat([
    message("T", int(2, 1), "server_version\0", ...column),
    message("D", int(2, 1), int(4, value.length), value),
    message("C", "SHOW\0"),
    READY,
  ]);
}

let server: Server;
afterEach(() => void server?.close());

/** A server that accepts every login and says that it is of `version`. */
async function serve(version: string): Promise<string> {
  server = createServer((socket) => {
    socket.once("data", () => {
      socket.write(Buffer.concat([message("R", int(4, 0)), READY]));
      socket.on("data", (data) => void (data.toString().startsWith("Q") && socket.write(row(version))));
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return `postgresql://a:b@127.0.0.1:${address.port}/sealport`;
}

test("a part does not start on a PostgreSQL that is too old: the line names its variable and both versions", async () => {
  const url = await serve("15.14 (Debian 15.14-1)");
  await expect(requireLogin("SIGNER_DATABASE_URL", url, { clock: systemClock })).rejects.toThrow(
    "The database of SIGNER_DATABASE_URL runs PostgreSQL 15.14. Sealport needs PostgreSQL 16 or newer.",
  );
});

test.each(["16.0", "17.10", "18beta1"])("PostgreSQL %s is new enough", async (version) => {
  await requireDatabase("DATABASE_URL", await serve(version));
});
