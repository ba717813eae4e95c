import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { expect, test } from "@playwright/test";
import { fromBase64url } from "@/lib/crypto/bytes";
import { readSignature, signatureBase } from "@/lib/crypto/http-signature/signature-base";
import { ed25519Verify } from "@/lib/crypto/primitives";
import { people } from "../support/api";
import { dataDir, demo } from "../support/instance";
import { openPage } from "../support/page";
import { canaries, newTransaction } from "../support/steps";

// docs/guides/ten-minutes.md: the SDK as a new user installs it, in their own folder and their own page.
test.describe.configure({ mode: "serial", timeout: 600_000 });

const run = promisify(execFile);
let folder: string;
let server: Server;
let home: string;

const installed = (name: string) => path.join(folder, "node_modules/@sealport/sdk", name);

test.beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "sealport-ten-"));
  await run("npm", ["run", "--silent", "build:sdk"]);
  await run("npm", ["init", "-y"], { cwd: folder });
  await run("npm", ["install", "--silent", "--install-links", path.resolve("sdk")], { cwd: folder });
  server = createServer((request, response) => {
    const name = path.posix.normalize(request.url ?? "/");
    const isScript = name.endsWith(".js");
    response.setHeader("content-type", isScript ? "text/javascript" : "text/html; charset=utf-8");
    if (isScript) response.end(readFileSync(installed(`dist/standalone${name}`)));
    else if (name === "/bundle.zip") response.end(readFileSync(path.join(folder, "bundle.zip")));
    else response.end('<!doctype html><link rel="icon" href="data:,"><title>a foreign page</title>');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  home = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
test.afterAll(async () => {
  server?.closeAllConnections();
  server?.close();
  rmSync(folder, { recursive: true, force: true });
});

test("the ten-minute path goes from an empty folder to a verified disclosure", async () => {
  const example = installed("examples/ten-minutes.mjs");
  const { stdout } = await run(process.execPath, [example, path.join(dataDir(), "demo.json")], {
    cwd: folder,
  });
  expect(stdout).toContain('disclosed under the grant {"amount":"1000.00","currency":"EUR","pricing":');
  expect(stdout).toMatch(/^ ?VERIFIED/m);
  expect(stdout).toMatch(/the receipt's entry [0-9a-f-]{36} is leaf \d+: the promise was kept/);
  const [took = "nothing"] = stdout.match(/from nothing to a verified disclosure in .*/) ?? [];
  console.log(took);
  expect(took).not.toBe("nothing");
});

test("a page opens the golden envelope, checks a receipt and a bundle, and signs its calls", async ({
  browser,
}) => {
  const { page, faults } = await openPage(browser, {});
  await page.goto(home);
  const made = await people(demo()).client456.post("/confidential/transactions", newTransaction(canaries()));
  const keys = await people(demo()).client456.get("/confidential/audit/keys");
  const golden: unknown = JSON.parse(readFileSync("lib/crypto/testdata/golden-envelope-1.json", "utf8"));
  const shown = await page.evaluate(
    async (given) => {
      const [golden, made, keys] = JSON.parse(given);
      const sdk = await import(new URL("/index.js", location.href).href);
      const { context, list, envelope, private_keys, fields } = golden;
      const { tx, group, ep, gen } = context;
      const [kid, key] = Object.entries(private_keys)[0] ?? ["", ""];
      const received = { tx, group, ep, gen, digests: list, envelope };
      const opened = await sdk.openEnvelope(received, { kid, privateKey: sdk.fromBase64url(key) });
      const changed = { ...received, digests: [] };
      const refused = await sdk
        .openEnvelope(changed, { kid, privateKey: sdk.fromBase64url(key) })
        .catch((error: Error) => error.name);
      const bundle = await fetch("/bundle.zip");
      const report = await sdk.verifyBundle(bundle.body, keys);
      const pair = (await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"])) as CryptoKeyPair;
      const publicKey = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
      let sent: { url: string; headers: [string, string][] } | undefined;
      const client = sdk.createSealport({
        baseUrl: "https://sealport.example",
        signing: { keyId: "prefix", privateKey: pair.privateKey },
        fetch: async (url: string, init: { headers: Headers }) => {
          sent = { url, headers: [...init.headers] };
          return Response.json({ items: [], next_cursor: null });
        },
      });
      for await (const _ of client.pages(sdk.operations.listTransactions, { query: { job_id: "ü" } }));
      return {
        opened: { ...opened.fields },
        wanted: fields,
        refused,
        receipt: sdk.verifyReceipt(made, keys).ok,
        altered: sdk.verifyReceipt({ ...made.receipt, entry_id: tx }, keys).is,
        verdict: report.verdict,
        publicKey: sdk.toBase64url(publicKey),
        sent,
      };
    },
    JSON.stringify([golden, made.json, keys.json]),
  );
  expect(shown.opened).toEqual(shown.wanted);
  expect(shown).toMatchObject({
    refused: "OpenError",
    receipt: true,
    altered: "changed",
    verdict: "verified",
  });
  const headers = new Headers(shown.sent?.headers);
  const read = readSignature(headers);
  const base = signatureBase({ method: "GET", url: shown.sent?.url ?? "", headers }, read);
  expect(ed25519Verify(fromBase64url(shown.publicKey), base, read.signature)).toBe(true);
  expect(faults()).toEqual([]);
});
