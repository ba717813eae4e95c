import { once } from "node:events";
import { Agent, createServer, get, type IncomingMessage, type RequestListener } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { buffer } from "node:stream/consumers";
import { expect, it } from "vitest";
import { drainable } from "./drain.mjs";

const NEVER = 600_000;

/** A server that answers like this, and what ends it. */
async function serve(answer: RequestListener) {
  const server = createServer();
  const { saysLeaving, drain } = drainable(server);
  server.on("request", (request, response) => {
    if (!saysLeaving(request, response)) answer(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true });
  const ask = (path = "/"): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      get({ host: "127.0.0.1", port, path, agent }, resolve).once("error", reject);
    });
  const leave = (noticeMs: number, wholeMs = NEVER): Promise<void> =>
    new Promise((resolve) => drain({ noticeMs, wholeMs }, resolve));
  /** Opens a connection, and returns it when the server has it. */
  const open = async () => {
    const accepted = once(server, "connection");
    const socket = connect(port, "127.0.0.1");
    await accepted;
    return socket;
  };
  return { ask, leave, open };
}

it("a portal that leaves answers calls, ends each connection with its answer, and says at /readyz that it leaves", async () => {
  const { ask, leave } = await serve((_, response) => response.end("served"));
  const before = await ask();
  expect([before.headers.connection, (await buffer(before)).toString()]).toEqual(["keep-alive", "served"]);
  const left = leave(500);
  const meanwhile = await ask();
  expect([meanwhile.statusCode, meanwhile.headers.connection]).toEqual([200, "close"]);
  await buffer(meanwhile);
  const ready = await ask("/readyz?a");
  expect([ready.statusCode, JSON.parse((await buffer(ready)).toString())]).toEqual([503, { ready: false }]);
  expect(ready.headers["x-frame-options"]).toBe("DENY");
  await left;
  await expect(ask()).rejects.toThrow("ECONNREFUSED");
});

it("an answer under way is sent whole, however slowly it is read", async () => {
  const body = Buffer.alloc(24 << 20, "a");
  const { ask, leave } = await serve((_, response) => response.end(body));
  const slow = await ask();
  const left = leave(0);
  await expect(ask()).rejects.toThrow("ECONNREFUSED");
  // Three looks at the connections without a call.
  await new Promise((resolve) => setTimeout(resolve, 350));
  expect((await buffer(slow)).length).toBe(body.length);
  await left;
});

it("a call that is arriving while the portal closes is answered, and a silent connection is closed", async () => {
  const { leave, open } = await serve((_, response) => response.end("served"));
  const silent = await open();
  const arriving = await open();
  arriving.write("GET / HTTP/1.1\r\nhost: a\r\n");
  const left = leave(0);
  arriving.write("\r\n");
  expect((await buffer(arriving)).toString()).toContain("\r\n\r\nserved");
  await once(silent.resume(), "close");
  await left;
});

it("a portal ends after its whole time, whatever is under way", async () => {
  const { ask, leave } = await serve((_, response) => response.write("begun"));
  const endless = await ask();
  const cut = buffer(endless);
  await Promise.all([leave(0, 50), expect(cut).rejects.toThrow("aborted")]);
});
