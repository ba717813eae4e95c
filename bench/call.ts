import { Agent, request } from "node:http";

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** One call and the status that it must have. */
export interface Call {
  readonly method: string;
  readonly path: string;
  /** Absent for calls without authentication. */
  readonly apiKey?: string;
  readonly body?: unknown;
  readonly status: number;
}

/** Makes a call over a kept connection and returns the text of its answer. Throws if the status is another one. */
export function call(baseUrl: string, { method, path, apiKey, body, status }: Call): Promise<string> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const headers = {
    ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
    ...(text === undefined
      ? {}
      : { "content-type": "application/json", "content-length": Buffer.byteLength(text) }),
  };
  return new Promise((resolve, reject) => {
    const sent = request(new URL(path, baseUrl), { method, agent, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        const answer = Buffer.concat(chunks).toString();
        if (response.statusCode === status) resolve(answer);
        else reject(new Error(`${method} ${path}: ${response.statusCode} ${answer}`));
      });
    });
    sent.on("error", reject);
    sent.end(text);
  });
}

/** Closes the kept connections. */
export function endCalls(): void {
  agent.destroy();
}
