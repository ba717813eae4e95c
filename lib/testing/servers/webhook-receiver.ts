import { createServer, type IncomingHttpHeaders } from "node:http";

/** A call as its receiver got it. */
export interface ReceivedCall {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly path: string;
}

export interface WebhookReceiver {
  readonly url: string;
  readonly calls: ReceivedCall[];
  /** The answers to the next calls; after them 204. */
  readonly answers: { status: number; headers?: Record<string, string>; body?: string }[];
  /** Holds all answers until the returned function is called. */
  hold(): () => void;
  close(): Promise<void>;
}

/** Starts a receiver of webhooks on this machine. */
export async function openWebhookReceiver(): Promise<WebhookReceiver> {
  const calls: ReceivedCall[] = [];
  const answers: WebhookReceiver["answers"] = [];
  let isHeld = false;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      calls.push({
        headers: request.headers,
        body: Buffer.concat(chunks).toString("utf8"),
        path: request.url ?? "",
      });
      if (isHeld) return;
      const { status, headers = {}, body } = answers.shift() ?? { status: 204 };
      response.writeHead(status, headers).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("no port");
  return {
    url: `http://127.0.0.1:${address.port}/hook`,
    calls,
    answers,
    hold: () => {
      isHeld = true;
      return () => {
        isHeld = false;
      };
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
