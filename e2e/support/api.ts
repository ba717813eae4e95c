import { readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";

const Demo = z.object({
  base_url: z.string(),
  accounts: z.array(
    z.object({
      name: z.string(),
      email: z.string(),
      password: z.string(),
      totp_secret: z.string(),
      role: z.string(),
      duties: z.array(z.string()),
      participant_id: z.string(),
      api_key: z.string(),
    }),
  ),
});

export type Demo = z.infer<typeof Demo>;
export type Account = Demo["accounts"][number];

/** Returns the demonstration people of the instance with this data folder. */
export function readDemo(dataDir: string): Demo {
  return Demo.parse(JSON.parse(readFileSync(path.join(dataDir, "demo.json"), "utf8")));
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: Record<string, unknown>;
}

export interface Caller {
  get(url: string): Promise<Answer>;
  post(url: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  send(url: string, init: RequestInit): Promise<Answer>;
  bytes(url: string): Promise<{ status: number; bytes: Buffer; headers: Headers }>;
}

const asRecord = z.record(z.string(), z.unknown());

async function toAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = (response.headers.get("content-type") ?? "").includes("json");
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: isJson ? asRecord.parse(JSON.parse(text)) : {},
  };
}

/** Returns a program that calls the API as one account. */
export function caller(baseUrl: string, apiKey: string, send: typeof fetch = fetch): Caller {
  return callerBy(async (url, init) => {
    const headers = new Headers(init.headers);
    headers.set("authorization", `Bearer ${apiKey}`);
    return send(new URL(url, baseUrl), { ...init, headers });
  });
}

/** Returns a caller of the API that sends each call with `send`. */
export function callerBy(send: (url: string, init: RequestInit) => Promise<Response>): Caller {
  return {
    get: async (url) => toAnswer(await send(url, {})),
    post: async (url, body = {}, headers = {}) =>
      toAnswer(
        await send(url, {
          method: "POST",
          body: JSON.stringify(body),
          headers: { "content-type": "application/json", ...headers },
        }),
      ),
    send: async (url, init) => toAnswer(await send(url, init)),
    bytes: async (url) => {
      const response = await send(url, {});
      return {
        status: response.status,
        bytes: Buffer.from(await response.arrayBuffer()),
        headers: response.headers,
      };
    },
  };
}

/** Returns callers for the demonstration accounts, by participant id and, for the coordinator's staff, by duty. */
export function people(demo: Demo, send: typeof fetch = fetch) {
  const by = (participantId: string, duty?: string, nth = 0) => {
    const found = demo.accounts.filter(
      (account) =>
        account.participant_id === participantId && (duty === undefined || account.duties.includes(duty)),
    )[nth];
    if (!found) throw new Error(`no demonstration account ${participantId} ${duty ?? ""}`);
    return caller(demo.base_url, found.api_key, send);
  };
  return {
    client456: by("client-456"),
    client123: by("client-123"),
    miner789: by("miner-789"),
    coordinator: by("coordinator-001", "approve", 0),
    coordinator2: by("coordinator-001", "approve", 1),
    legal: by("coordinator-001", "legal"),
    support: by("coordinator-001", "support"),
    executive: by("coordinator-001", "executive", 0),
    executive2: by("coordinator-001", "executive", 1),
    glassHolder: by("coordinator-001", "break-glass"),
    auditor: by("auditor-001"),
    regulator: by("regulator-001"),
    colleague: by("regulator-002"),
  };
}

export type People = ReturnType<typeof people>;

/** Returns a small PDF with `text` on its only page. */
export function pdf(text: string): Buffer {
  const stream = `BT /F1 14 Tf 72 720 Td (${text.replace(/[()\\]/g, "")}) Tj ET`;
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
    `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
  ];
  let body = "%PDF-1.4\n";
  const offsets: number[] = [];
  objects.forEach((object, index) => {
    offsets.push(body.length);
    body += `${index + 1} 0 obj\n${object}\nendobj\n`;
  });
  const table = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  body += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${body.length}\n%%EOF\n`;
  return Buffer.from(body, "latin1");
}
