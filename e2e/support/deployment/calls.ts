import { request } from "node:https";

export interface Way {
  /** The authority that the server's certificate must lead to. */
  readonly ca: Buffer;
  /** The address of this machine that the call comes from. */
  readonly from?: string | undefined;
  /** Headers of each call. */
  headers?(): Promise<Readonly<Record<string, string>>>;
}

/** Returns a `fetch` for servers of this machine under their own authority, which can call from any of its addresses. */
export function fetchBy({ ca, from, headers: own }: Way): typeof fetch {
  return async (url, init) => {
    const asked = new Request(url, init);
    const body = Buffer.from(await asked.arrayBuffer());
    const target = new URL(asked.url);
    const headers = { ...Object.fromEntries(asked.headers), ...(await own?.()) };
    return new Promise<Response>((resolve, reject) => {
      const call = request(
        target,
        {
          method: asked.method,
          headers,
          ca,
          family: 4,
          ...(from === undefined ? {} : { localAddress: from }),
        },
        (answer) => {
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
        },
      );
      call.on("error", reject);
      call.end(body);
    });
  };
}
