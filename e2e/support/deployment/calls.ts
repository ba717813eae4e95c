import { type IncomingMessage, request as plainRequest } from "node:http";
import { request } from "node:https";

export interface Way {
  /** The authority that the server's certificate must lead to. */
  readonly ca?: Buffer;
  /** The port of this machine that answers for every host name, without TLS, as behind a proxy. */
  readonly to?: number;
  /** The address of this machine that the call comes from. */
  readonly from?: string | undefined;
  /** Headers of each call. */
  headers?(): Promise<Readonly<Record<string, string>>>;
}

/** Returns a `fetch` for servers of this machine under their own authority or host names, which can call from any of its addresses. */
export function fetchBy({ ca, to, from, headers: own }: Way): typeof fetch {
  return async (url, init) => {
    const asked = new Request(url, init);
    const body = Buffer.from(await asked.arrayBuffer());
    const target = new URL(asked.url);
    const headers = { ...Object.fromEntries(asked.headers), ...(await own?.()) };
    return new Promise<Response>((resolve, reject) => {
      const take = (answer: IncomingMessage): void => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("error", reject);
        answer.on("end", () => {
          const found = new Headers();
          for (const [name, values] of Object.entries(answer.headersDistinct))
            for (const value of values ?? []) found.append(name, value);
          const status = answer.statusCode ?? 0;
          const hasBody = status !== 204 && status !== 304;
          resolve(new Response(hasBody ? Buffer.concat(chunks) : null, { status, headers: found }));
        });
      };
      const { method } = asked;
      const options = { method, headers, family: 4, ...(from === undefined ? {} : { localAddress: from }) };
      const call =
        to === undefined
          ? request(target, { ...options, ...(ca === undefined ? {} : { ca }) }, take)
          : plainRequest(
              `http://127.0.0.1:${to}${target.pathname}${target.search}`,
              { ...options, headers: { ...headers, host: target.host } },
              take,
            );
      call.on("error", reject);
      call.end(body);
    });
  };
}
