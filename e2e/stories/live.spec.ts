import { type Browser, expect, test } from "@playwright/test";
import { asSuperuser } from "../support/admin";
import { people } from "../support/api";
import { dataDir, demo } from "../support/instance";
import { signedIn } from "../support/signed-in";
import { canaries, submitTransaction } from "../support/steps";

// The stream of updates over real HTTP, as `next start` and a proxy in front of it would carry it.

const EVENTS = "/confidential/events";

interface Stream {
  readonly response: Response;
  /** Reads on until the text so far contains this. */
  until(text: string): Promise<string>;
  leave(): Promise<void>;
}

async function cookiesOf(browser: Browser, handle: string): Promise<string> {
  const { page } = await signedIn(browser, handle);
  const cookies = await page.context().cookies();
  return cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
}

async function open(headers: Record<string, string>): Promise<Stream> {
  const leaving = new AbortController();
  const response = await fetch(new URL(EVENTS, demo().base_url), {
    // The headers of a browser: a compressor that buffers the stream would be found here.
    headers: { accept: "text/event-stream", "accept-encoding": "gzip, deflate, br", ...headers },
    signal: leaving.signal,
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let heard = "";
  return {
    response,
    until: async (text) => {
      while (!heard.includes(text)) {
        const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
        if (done) throw new Error(`the stream ended without ${text}: ${heard}`);
        heard += value;
      }
      return heard;
    },
    leave: async () => leaving.abort(),
  };
}

test("a change is sent at once, with its kind and state only", async ({ browser }) => {
  const cookie = await cookiesOf(browser, "client-456");
  const stream = await open({ cookie });
  expect(stream.response.status).toBe(200);
  expect(stream.response.headers.get("content-type")).toBe("text/event-stream");
  expect(stream.response.headers.get("cache-control")).toContain("no-store");
  await stream.until("event: ready");
  const { client456 } = people(demo());
  const secret = canaries();
  const id = await submitTransaction(client456, secret);
  await client456.post(`/confidential/transactions/${id}/status`, { status: "processing" });
  const heard = await stream.until(id);
  const seen = [...heard.matchAll(/^event: change\ndata: (.*)$/gm)].map((match) =>
    JSON.parse(match[1] ?? ""),
  );
  expect(seen).toEqual([{ kind: "transaction", id, state: "processing", version: 2 }]);
  for (const value of Object.values(secret)) expect(heard).not.toContain(value);
  await stream.leave();
});

test("an API key gets no stream, and the stream of a session ends with the sign-out @deep", async ({
  browser,
}) => {
  const answer = await people(demo()).regulator.get(EVENTS);
  expect([answer.status, answer.json.code]).toEqual([403, "auth.session-only"]);
  const { page } = await signedIn(browser, "miner-456");
  const cookies = await page.context().cookies();
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
  const stream = await open({ cookie });
  await stream.until("event: ready");
  await page.goto(demo().base_url);
  const ended = await page.request.post(new URL("/confidential/account/sign-out", demo().base_url).href, {
    headers: { origin: demo().base_url },
    data: {},
  });
  expect(ended.ok(), await ended.text()).toBe(true);
  // Detected at the next heartbeat, fifteen seconds at most.
  await stream.until("event: ended");
  expect((await open({ cookie })).response.status).toBe(401);
});

test("the stream returns with the database, and asks the reader to read again @deep", async ({ browser }) => {
  const stream = await open({ cookie: await cookiesOf(browser, "miner-789") });
  await stream.until("event: ready");
  await asSuperuser(dataDir(), (client) =>
    client.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'sealport-portal-live'",
    ),
  );
  await stream.until("event: resync");
  const { client456 } = people(demo());
  const id = await submitTransaction(client456, canaries());
  await client456.post(`/confidential/transactions/${id}/status`, { status: "processing" });
  await stream.until(id);
  await stream.leave();
});
