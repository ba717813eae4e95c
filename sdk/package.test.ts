import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";

// The package as a user gets it: packed by npm, and installed in an empty folder from the npm registry alone.
const run = promisify(execFile);
const root = path.resolve(import.meta.dirname, "..");
const folder = mkdtempSync(path.join(tmpdir(), "sealport-sdk-"));
const QUIET = ["--silent", "--no-audit", "--no-fund"];

beforeAll(async () => {
  await run("npm", ["pack", "--silent", "--pack-destination", folder], { cwd: path.join(root, "sdk") });
  const packed = readdirSync(folder).find((name) => name.endsWith(".tgz"));
  writeFileSync(path.join(folder, "package.json"), '{"type":"module","private":true}');
  await run("npm", ["install", ...QUIET, "--ignore-scripts", `./${packed}`], { cwd: folder });
}, 600_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const installed = () => path.join(folder, "node_modules/@sealport/sdk");

it("the package has the built files and no code of the server", () => {
  const files = readdirSync(installed(), { recursive: true, encoding: "utf8" });
  for (const name of ["README.md", "examples/ten-minutes.mjs", "dist/node/index.js", "dist/browser/index.js"])
    expect(files).toContain(name);
  expect(files.filter((name) => /\.ts$/.test(name) && !name.endsWith(".d.ts"))).toEqual([]);
  const types = files.filter((name) => name.endsWith(".d.ts"));
  const texts = types.map((name) => readFileSync(path.join(installed(), name), "utf8"));
  const led = texts.flatMap((text) => [...text.matchAll(/(?:from |import\()"([^"]+)"/g)].map(([, to]) => to));
  expect([...new Set(led.filter((to) => !/^\.{1,2}\/.+\.js$/.test(to ?? "")))]).toEqual([
    "zod",
    "zod/v4/core",
  ]);
  const browser = files.filter((name) => /^dist\/(browser|standalone)\/.*\.js$/.test(name));
  for (const name of browser)
    expect(readFileSync(path.join(installed(), name), "utf8")).not.toContain('"node:');
});

it("its types compile under strict, for Node and for bundlers, with the exact type of every call", async () => {
  writeFileSync(
    path.join(folder, "program.ts"),
    `import { ApiProblem, createSealport, openEnvelope, operations, verifyBundle, verifyReceipt } from "@sealport/sdk";
import { createSealport as inPage } from "@sealport/sdk/standalone";

export async function story(): Promise<string> {
  const client = createSealport({ baseUrl: "https://sealport.example", apiKey: "sk", signing: { keyId: "p", privateKey: new Uint8Array(32) }, retries: 1, timeoutMs: 1000 });
  const made = await client.call(operations.createTransaction, { body: { job_id: "j", participants: ["client-456"], amount: "1.00" } });
  for await (const one of client.pages(operations.listTransactions, { query: { status: "created" } })) {
    const id: string = one.transaction_id;
    const { items } = await client.call(operations.getTransactionEnvelopes, { params: { id } });
    for (const { jwe, group, ep, gen, digests } of items)
      await openEnvelope({ tx: id, group, ep, gen, digests, envelope: jwe }, { kid: "client-456#1", privateKey: new Uint8Array(32) });
  }
  const keys = await client.call(operations.getAuditKeys, { query: {} });
  const checked = verifyReceipt(made, keys);
  const bundle = await client.open(operations.exportAuditLog, { query: { format: "bundle" } });
  const report = await verifyBundle(bundle.body ?? new Uint8Array(), keys, { receipts: [made] });
  const verdict: "verified" | "consistent" | "wrong" = report.verdict;
  return checked.ok ? verdict : checked.detail;
}

export async function refused(error: unknown): Promise<void> {
  if (error instanceof ApiProblem) console.log(error.status, error.code);
  const client = inPage({ baseUrl: "https://sealport.example" });
  // @ts-expect-error no transaction has this status
  client.pages(operations.listTransactions, { query: { status: "nonsense" } });
  // @ts-expect-error the id is missing
  await client.call(operations.getTransaction, {});
  // @ts-expect-error no answer has this member
  (await client.call(operations.getStatus, {})).nonsense;
  // @ts-expect-error there is no such call
  operations.nonsense;
}
`,
  );
  const tsc = path.join(root, "node_modules/.bin/tsc");
  const lib = ["--lib", "es2023,dom,dom.iterable,dom.asynciterable", "--types", ""];
  for (const module of [
    ["--module", "nodenext"],
    ["--module", "esnext", "--moduleResolution", "bundler"],
  ]) {
    const options = ["--strict", "--exactOptionalPropertyTypes", "--noEmit", "--target", "es2022"];
    const compiled = run(tsc, [...options, ...lib, ...module, "program.ts"], { cwd: folder });
    // The compiler writes its messages to standard output, also when it refuses.
    expect((await compiled.catch((refused: { stdout: string }) => refused)).stdout).toBe("");
  }
}, 600_000);

it("it opens the golden files and checks their receipt, with Node's primitives and with those of a page", async () => {
  const testdata = path.join(root, "lib/crypto/testdata");
  writeFileSync(
    path.join(folder, "program.mjs"),
    `import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import * as node from "@sealport/sdk";
import * as page from "@sealport/sdk/standalone";
const read = (name) => JSON.parse(readFileSync(${JSON.stringify(testdata)} + "/" + name, "utf8"));
const [golden, known] = [read("golden-envelope-1.json"), read("cfx1.json")];
const { input, output } = known;
const bytes = (hex) => Uint8Array.from(hex.match(/../g), (pair) => Number.parseInt(pair, 16));
for (const sdk of [node, page]) {
  const { tx, group, ep, gen } = golden.context;
  for (const [kid, key] of Object.entries(golden.private_keys)) {
    const received = { tx, group, ep, gen, digests: golden.list, envelope: golden.envelope, fieldCount: golden.field_count };
    const { fields } = await sdk.openEnvelope(received, { kid, privateKey: sdk.fromBase64url(key) });
    console.log(isDeepStrictEqual({ ...fields }, golden.fields));
  }
  for (const [name, { jwe }] of Object.entries(output.groups))
    for (const { kid, private_hex } of input.recipients) {
      const received = { tx: input.tx, group: name, ep: input.ep, gen: input.gen, digests: output.rd_digest_list, envelope: jwe };
      const { fields } = await sdk.openEnvelope(received, { kid, privateKey: bytes(private_hex) });
      console.log(isDeepStrictEqual({ ...fields }, input.groups[name].fields));
    }
  const { log, entry_id, integrate_by } = input.audit;
  const entry = sdk.toBase64url(new TextEncoder().encode(output.entry_canonical));
  const leaf_hash = sdk.toBase64url(bytes(output.leaf_hash_hex));
  const receipt = { log, entry, entry_id, leaf_hash, integrate_by, signature: output.receipt_signature };
  console.log(sdk.verifyReceipt(receipt, { receipts: [output.receipt_vkey] }).ok);
  console.log(!sdk.verifyReceipt({ ...receipt, entry_id: input.tx }, { receipts: [output.receipt_vkey] }).ok);
}
const [mine, theirs] = [node.generateKeyPair(), page.generateKeyPair()];
const recipients = [{ kid: "a#1", publicKey: mine.publicKey }, { kid: "escrow#1", publicKey: theirs.publicKey }];
const record = page.sealRecord({ tx: input.tx, ep: 1, groups: { amount: { amount: "1" } }, recipients });
const received = { tx: input.tx, group: "amount", ep: 1, gen: 1, digests: record.digests, envelope: record.envelopes.amount.envelope };
console.log((await node.openEnvelope(received, { kid: "a#1", privateKey: mine.privateKey })).fields.amount === "1");
`,
  );
  const { stdout } = await run(process.execPath, ["program.mjs"], { cwd: folder });
  expect(stdout.trim().split("\n")).toEqual(Array.from({ length: 2 * (3 + 12 + 2) + 1 }, () => "true"));
});
