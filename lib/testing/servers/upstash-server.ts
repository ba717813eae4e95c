import "server-only";
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Redis } from "ioredis";
import { z } from "zod";

/**
 * A server with Upstash's documented REST protocol over a real Redis. It takes commands as JSON arrays at `/`,
 * `/pipeline` and `/multi-exec`, a bearer token, and `Upstash-Encoding: base64`. It answers 400 for a command that
 * fails, 401 and 405. Commands in the path, RESP2 answers and streams are not included. Like Upstash it accepts `#!lua
 * flags=allow-key-locking`.
 */
export interface UpstashServer {
  readonly url: string;
  readonly token: string;
  /** How many requests arrived. */
  readonly requests: () => number;
  /** Sets how the next requests are answered instead of the protocol; undefined restores it. */
  answerWith(answer: ((response: ServerResponse) => void) | undefined): void;
  /** Removes the token. */
  revokeToken(): void;
  close(): Promise<void>;
}

const Command = z.array(z.union([z.string(), z.number()])).min(1);
const FLAGS = /^#!lua flags=allow-key-locking\n/;

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString("utf8"));
}

const sha1 = (text: string): string => createHash("sha1").update(text, "utf8").digest("hex");

function encoded(value: unknown): unknown {
  if (typeof value === "string") return value === "OK" ? value : Buffer.from(value).toString("base64");
  return Array.isArray(value) ? value.map(encoded) : value;
}

/** Runs commands on the Redis behind it, without the script flag, which only Upstash's own server knows. */
function runner(redis: Redis) {
  const hashes = new Map<string, string>();
  const translate = (command: readonly (string | number)[]): (string | number)[] => {
    const [name = "", script, ...rest] = command;
    const verb = String(name).toUpperCase();
    if (verb === "EVAL" && typeof script === "string") {
      const own = script.replace(FLAGS, "");
      hashes.set(sha1(script), sha1(own));
      return [verb, own, ...rest];
    }
    if (verb === "EVALSHA" && typeof script === "string")
      return [verb, hashes.get(script) ?? script, ...rest];
    return [...command];
  };
  return async (command: readonly (string | number)[]): Promise<{ result: unknown } | { error: string }> => {
    const [name = "", ...args] = translate(command);
    try {
      return { result: await redis.call(String(name), ...args) };
    } catch (error) {
      return { error: error instanceof Error ? error.message : "ERR" };
    }
  };
}

type Run = ReturnType<typeof runner>;

async function atomically(redis: Redis, commands: readonly (readonly (string | number)[])[]) {
  const multi = redis.multi();
  for (const [name = "", ...args] of commands) multi.call(String(name), ...args);
  const results = await multi.exec();
  return (results ?? []).map(([error, result]) => (error === null ? { result } : { error: error.message }));
}

async function answerTo(path: string, body: unknown, run: Run, redis: Redis): Promise<unknown> {
  if (path === "/") return run(Command.parse(body));
  const commands = z.array(Command).parse(body);
  if (path === "/multi-exec") return atomically(redis, commands);
  if (path !== "/pipeline") throw new TypeError(`ERR unsupported path ${path}`);
  const answers = [];
  for (const command of commands) answers.push(await run(command));
  return answers;
}

function isSame(given: string, wanted: string): boolean {
  const [a, b] = [sha1(given), sha1(wanted)].map((digest) => Buffer.from(digest));
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}

/** Starts the server on a free port over this Redis. */
export async function startUpstash(redis: Redis): Promise<UpstashServer> {
  const token = randomBytes(24).toString("base64url");
  let accepted: string | undefined = token;
  let instead: ((response: ServerResponse) => void) | undefined;
  let count = 0;
  const run = runner(redis);
  const send = (response: ServerResponse, status: number, body: unknown) =>
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  const server = createServer(async (request, response) => {
    count += 1;
    const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1];
    try {
      const body = request.method === "POST" ? await bodyOf(request) : undefined;
      if (instead !== undefined) return instead(response);
      if (accepted === undefined || given === undefined || !isSame(given, accepted))
        return send(response, 401, { error: "WRONGPASS invalid or missing auth token" });
      if (request.method !== "POST") return send(response, 405, { error: "ERR method not allowed" });
      const answer = await answerTo(request.url ?? "", body, run, redis);
      const isFailed = typeof answer === "object" && answer !== null && "error" in answer;
      const isEncoded = request.headers["upstash-encoding"] === "base64" && !isFailed;
      const encode = (one: object) => ("result" in one ? { result: encoded(one.result) } : one);
      const shown = Array.isArray(answer) ? answer.map(encode) : encode(Object(answer));
      return send(response, isFailed ? 400 : 200, isEncoded ? shown : answer);
    } catch (error) {
      return send(response, 400, { error: error instanceof Error ? error.message : "ERR" });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    token,
    requests: () => count,
    answerWith: (answer) => {
      instead = answer;
    },
    revokeToken: () => {
      accepted = undefined;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
