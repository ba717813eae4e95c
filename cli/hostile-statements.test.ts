import { writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { toBase64url } from "@/lib/crypto/bytes";
import { type CommandLine, openCommandLine } from "@/lib/testing/instance/command-line";

// A portal that shows another statement than was asked for: a person's own signature is the most valuable target.

const ID = "0197c5f0-0000-7000-8000-000000000001";
const OTHER = "0197c5f0-0000-7000-8000-000000000002";
const KEY = `sp_0123456789_${"k".repeat(49)}`;

let cli: CommandLine;
let server: Server;
let url: string;
let keyFile: string;
let statement: object;
/** Paths under which a signature arrived. */
let signed: string[];

function answerFor(target: string): object {
  if (target.endsWith("/current")) return { role: "auditor" };
  if (target.endsWith("/openings")) return { opening_id: ID, statement };
  if (target.endsWith("/review")) return { may_decide: true, signing: { by: "key" } };
  if (target.endsWith("/statement")) return { statement };
  return { id: ID, reference: "AR-1", requester: { name: "x" }, purpose: "audit", data: {} };
}

beforeAll(async () => {
  cli = openCommandLine();
  server = createServer((incoming, outgoing) => {
    let sent = "";
    incoming.setEncoding("utf8").on("data", (text: string) => {
      sent += text;
    });
    incoming.on("end", () => {
      if (sent.includes('"signature"')) signed.push(incoming.url ?? "");
      outgoing.writeHead(200, { "content-type": "application/json" });
      outgoing.end(JSON.stringify(answerFor(incoming.url ?? "")));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
  keyFile = path.join(cli.folder, "statement.jwk");
  const d = toBase64url(new Uint8Array(32).fill(5));
  writeFileSync(keyFile, JSON.stringify({ kty: "OKP", crv: "Ed25519", d, kid: "k-1" }), { mode: 0o600 });
});
beforeEach(() => {
  signed = [];
});
afterAll(async () => {
  cli?.remove();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const run = (...args: readonly string[]) =>
  cli.run([...args, "--statement-key", keyFile], { env: { SEALPORT_URL: url, SEALPORT_API_KEY: KEY } });

describe("an opening", () => {
  const asked = { grant: ID, transactions: [ID], groups: ["amount"], level: "full", purpose: "audit" };
  const open = () =>
    run("transactions", "open", ID, "--purpose", "audit", "--grant", ID, "--field", "amount");

  it("is signed as it was requested", async () => {
    statement = asked;
    const { code, stderr } = await open();
    expect([code, stderr, signed]).toEqual([
      0,
      expect.any(String),
      [`/confidential/transactions/${ID}/audit`],
    ]);
  });

  it.each<readonly [string, object]>([
    ["of a group more", { groups: ["amount", "parties"] }],
    ["of no group at all", { groups: [] }],
    ["of another transaction too", { transactions: [ID, OTHER] }],
    ["of no transaction", { transactions: [] }],
    ["under another grant", { grant: OTHER }],
    ["for another purpose", { purpose: "investigation" }],
  ])("%s is not signed", async (_what, more) => {
    statement = { ...asked, ...more };
    const { code, stderr } = await open();
    expect([code, stderr, signed]).toEqual([1, expect.stringContaining("is not about this opening"), []]);
  });
});

describe("a decision", () => {
  const asked = {
    request: ID,
    stage: "legal",
    decision: "approve",
    transactions: [ID],
    groups: ["amount"],
    not_after: "2026-12-01T10:00:00Z",
    max_views: 3,
  };
  const decide = () =>
    run(
      ...["decisions", "make", ID, "--stage", "legal", "--decision", "approve", "--comment", "Yes", "--yes"],
      ...["--transaction", ID.toUpperCase(), "--field", "amount", "--max-views", "3"],
      ...["--until", "2026-12-01T12:00:00+02:00"],
    );

  it("is signed as it was made, whatever zone its end is written in", async () => {
    statement = asked;
    const { code, stderr } = await decide();
    expect([code, stderr, signed]).toEqual([
      0,
      expect.any(String),
      [`/confidential/access/requests/${ID}/decisions`],
    ]);
  });

  it.each<readonly [string, object]>([
    ["with more views", { max_views: 4 }],
    ["with a later end", { not_after: "2026-12-01T10:00:00.001Z" }],
    ["without an end that can be read", { not_after: "soon" }],
    ["of another transaction", { transactions: [OTHER] }],
    ["of a group more", { groups: ["amount", "parties"] }],
  ])("%s is not signed", async (_what, more) => {
    statement = { ...asked, ...more };
    const { code, stderr } = await decide();
    expect([code, stderr, signed]).toEqual([1, expect.stringContaining("is not about this decision"), []]);
  });
});
