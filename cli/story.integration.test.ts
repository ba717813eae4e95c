import { execFile } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { runNextExport } from "@/lib/audit/export/jobs/run-export";
import { uuidv7 } from "@/lib/crypto/uuid";
import { findReaderById } from "@/lib/identity/people/holders-store";
import type { BenchPerson } from "@/lib/testing/benches/access-bench";
import { type CommandLine, openCommandLine } from "@/lib/testing/instance/command-line";
import { type ServedPortal, servePortal } from "@/lib/testing/instance/served-portal";

// The way from a request to an export by the command line. Another person does each step.

// A high time limit, because each step starts its own process.
vi.setConfig({ testTimeout: 900_000 });
const run = promisify(execFile);

let portal: ServedPortal;
let cli: CommandLine;
let order: string;
let document: string;

beforeAll(async () => {
  portal = await servePortal();
  cli = openCommandLine();
  order = path.join(cli.folder, "order.json");
  document = path.join(cli.folder, "order.pdf");
  writeFileSync(order, JSON.stringify(portal.bench.order));
  writeFileSync(document, portal.bench.document);
});
afterEach(() => {
  portal.watch = {};
});
afterAll(async () => {
  cli?.remove();
  await portal?.close();
});

async function as(who: BenchPerson, ...args: readonly string[]) {
  const key = await portal.keyFor(who);
  return cli.run([...args, "--json"], { env: { SEALPORT_URL: portal.url, SEALPORT_API_KEY: key } });
}

async function done(who: BenchPerson, ...args: readonly string[]) {
  const ended = await as(who, ...args);
  expect(ended.code, ended.stderr).toBe(0);
  return JSON.parse(ended.stdout);
}

async function file(): Promise<string> {
  const { regulator, transactions } = portal.bench;
  const asked = [
    "--purpose",
    "audit",
    "--justification",
    "Examination",
    "--field",
    "amount",
    "--field",
    "pricing",
  ];
  const { id } = await done(regulator, "requests", "create", ...asked, "--transaction", transactions[0]);
  await done(regulator, "requests", "authorize", id, "--facts", order, "--document", document);
  expect((await done(regulator, "requests", "submit", id)).state).toBe("stage_1");
  return id;
}

function decision(id: string, stage: string, what: string, ...more: readonly string[]): string[] {
  return [
    "decisions",
    "make",
    id,
    "--stage",
    stage,
    "--decision",
    what,
    "--comment",
    "Read and compared",
    ...more,
  ];
}

function reading(): string[] {
  const { issuer, case_number, valid_from, valid_until } = portal.bench.order;
  return [
    "--issuer",
    issuer,
    "--case-number",
    case_number,
    "--valid-from",
    valid_from,
    "--valid-until",
    valid_until,
  ];
}

test("a request is filed, decided by two, opened under its grant, and the grant is revoked", async () => {
  const { regulator, legal, approver, transactions } = portal.bench;
  const id = await file();
  const waiting = await as(legal, "requests", "list", "--waiting-for-me");
  expect(waiting.stdout).toContain(id);

  // Without a terminal the command cannot ask, so it decides nothing.
  const unasked = await as(legal, ...decision(id, "legal", "approve", ...reading()));
  expect(unasked.code).toBe(2);
  expect(unasked.stdout).toBe("");
  expect((await done(legal, "requests", "show", id)).state).toBe("stage_1");

  const first = await as(legal, ...decision(id, "legal", "approve", ...reading(), "--yes"));
  expect(first.code, first.stderr).toBe(0);
  expect(first.stderr).toMatch(new RegExp(`request +${id}`));
  expect(JSON.parse(first.stdout).state).toBe("stage_2");
  const twice = await as(legal, ...decision(id, "legal", "approve", ...reading(), "--yes"));
  expect([4, 5]).toContain(twice.code);
  const stranger = await as(regulator, ...decision(id, "coordinator", "approve", ...reading(), "--yes"));
  expect(stranger.code).toBe(4);

  const { grant_id } = await done(approver, ...decision(id, "coordinator", "approve", ...reading(), "--yes"));
  const listed = await as(regulator, "grants", "list", "--view", "in_force");
  expect(JSON.parse(listed.stdout)).toMatchObject({ id: grant_id, state: "active" });
  // An entry without a leaf in the tree is accepted only for a short time (audit.md), and this machine may be slow.
  await portal.bench.anchor();
  const opened = await done(
    regulator,
    "transactions",
    "open",
    transactions[0],
    "--purpose",
    "audit",
    "--grant",
    grant_id,
  );
  expect(opened.data).toMatchObject({ amount: "1000", pricing: { rate: "5" } });
  expect((await done(regulator, "grants", "show", grant_id)).openings).toHaveLength(1);
  const csv = await cli.run(["grants", "list", "--csv"], {
    env: { SEALPORT_URL: portal.url, SEALPORT_API_KEY: await portal.keyFor(regulator) },
  });
  expect(csv.stdout.split("\r\n")[0]).toBe("id,reference,state,purpose,until,views_left,fields,holder");

  await done(approver, "grants", "revoke", grant_id, "--reason", "The order was lifted", "--yes");
  const refused = await as(
    regulator,
    "transactions",
    "open",
    transactions[0],
    "--purpose",
    "audit",
    "--grant",
    grant_id,
  );
  expect(refused.code).toBe(4);
  expect(JSON.parse(refused.stderr)).toMatchObject({ status: 403 });
});

function newJwk(kid: string) {
  const jwk = { ...generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" }), kid };
  const name = path.join(cli.folder, `${randomBytes(4).toString("hex")}.json`);
  writeFileSync(name, JSON.stringify(jwk), { mode: 0o600 });
  return { name, publicKey: String(jwk.x), secret: String(jwk.d) };
}

test("the holder of a key signs the statement that is shown; an invalid key file is refused", async () => {
  const { legal, place } = portal.bench;
  const { name, publicKey } = newJwk("k-legal");
  await portal.bench.query("ALTER TABLE credential DISABLE TRIGGER USER", []);
  await portal.bench.query(
    "INSERT INTO credential (id, tenant_id, user_id, kind, external_id, public_key) VALUES ($1, $2, $3, 'ed25519', 'k-legal', $4)",
    [uuidv7(Date.now()), place.tenantId, legal.principal.userId, Buffer.from(publicKey, "base64url")],
  );
  const id = await file();
  const denied = await done(legal, ...decision(id, "legal", "deny", "--statement-key", name, "--yes"));
  expect(denied.state).toBe("denied");
  expect(denied.decisions.at(-1)).toMatchObject({ decision: "deny", proof: "ed25519" });
  const unset = await as(
    legal,
    ...decision(await file(), "legal", "deny", "--statement-key", document, "--yes"),
  );
  expect(unset.code).toBe(2);
});

test("a draft is withdrawn, and invalid input is reported before a call", async () => {
  const { regulator, transactions } = portal.bench;
  const asked = ["--purpose", "audit", "--justification", "x", "--transaction", transactions[0]];
  const missing = await as(regulator, "requests", "create", ...asked);
  expect(missing.code).toBe(2);
  expect(missing.stderr).toContain("the request does not fit its schema");
  const { id } = await done(regulator, "requests", "create", ...asked, "--field", "amount");
  const bare = await as(regulator, "requests", "authorize", id, "--facts", order);
  expect(bare.code).toBe(2);
  expect((await done(regulator, "requests", "withdraw", id, "--reason", "Not needed")).state).toBe(
    "withdrawn",
  );
});

test("keys are listed, rotated until all is moved, and changed with a reason", async () => {
  const { client } = portal.bench;
  const participant = client.principal.participantId;
  const keys = async () => {
    const { stdout } = await as(client, "keys", "list", "--participant", participant);
    return stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
  };
  const [key] = await keys();
  const rotation = await done(client, "keys", "rotate", key.key_id);
  expect(rotation).toMatchObject({ participant_id: participant, old_version: 1, new_version: 2 });
  const active = (await keys()).find(({ state }) => state === "active");
  const suspended = await done(
    client,
    "keys",
    "state",
    active.key_id,
    "suspended",
    "--reason",
    "A phone was lost",
  );
  expect(suspended.state).toBe("suspended");
  await done(client, "keys", "state", active.key_id, "active", "--reason", "Found");
  const unasked = await as(
    client,
    "keys",
    "state",
    active.key_id,
    "compromised",
    "--reason",
    "A laptop was stolen",
  );
  expect(unasked.code).toBe(2);
  const same = await done(client, "keys", "register", "--participant", participant);
  expect(same.key_id).toBe(active.key_id);
});

const worker = () => ({
  ...portal.runtime,
  findReader: (userId: string) => findReaderById(portal.runtime, userId),
  keepMs: 86_400_000,
});

test("an export is made in the background, continues after an interruption, and replaces no file", async () => {
  const { auditor } = portal.bench;
  await portal.bench.anchor();
  const target = path.join(cli.folder, "log.ndjson");
  let asked = 0;
  let pieces = 0;
  portal.watch = {
    after: async (method, pathname) => {
      if (method === "POST" && pathname === "/confidential/audit/exports") {
        asked += 1;
        while (await runNextExport(worker()));
      }
      if (!pathname.endsWith("/file")) return true;
      pieces += 1;
      return pieces > 1 || 200;
    },
  };
  const made = await done(auditor, "export", "--output", target);
  expect(pieces).toBe(2);
  const bytes = readFileSync(target);
  expect(bytes.length).toBe(made.bytes);
  expect(statSync(target).mode & 0o777).toBe(0o600);
  expect(
    bytes
      .toString("utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line)).length,
  ).toBeGreaterThan(3);
  const again = await as(auditor, "export", "--output", target);
  expect(again.code).toBe(2);
  expect(again.stderr).toContain("already exists");
  expect(asked).toBe(1);
  await done(auditor, "export", "--output", target, "--force", "--format", "csv");
  expect(readFileSync(target, "utf8")).toContain("action");

  // An interrupted run leaves its part; the same command continues the same export.
  const other = path.join(cli.folder, "other.ndjson");
  pieces = 0;
  const key = await portal.keyFor(auditor);
  const env = { SEALPORT_URL: portal.url, SEALPORT_API_KEY: key };
  const { watch } = portal;
  const started = cli.start(["export", "--output", other], { env });
  portal.watch = {
    after: async (method, pathname, status) => {
      await watch.after?.(method, pathname, status);
      if (!pathname.endsWith("/file")) return true;
      started.child.kill("SIGINT");
      return "held";
    },
  };
  expect((await started.ended).code).toBe(130);
  portal.watch = watch;
  asked = 0;
  pieces = 1;
  const mixed = await cli.run(["export", "--output", other, "--format", "csv"], { env });
  expect(mixed.code).toBe(2);
  const resumed = await cli.run(["export", "--output", other], { env });
  expect(resumed.code, resumed.stderr).toBe(0);
  expect(asked).toBe(0);
  const piped = await cli.run(["export", "--output", "-"], { env });
  expect(piped.code, piped.stderr).toBe(0);
  expect(piped.stdout.split("\n").length).toBeGreaterThan(3);
});

test("a profile with a signing key signs its calls; only the file has the key", async () => {
  const { client } = portal.bench;
  const { name, publicKey, secret } = newJwk("calls");
  const key = await portal.keyFor(client, { signingKey: publicKey });
  const added = await cli.run(
    ["profile", "add", "signs", "--url", portal.url, "--signing-key-file", name, "--json"],
    { input: key },
  );
  expect(added.code, added.stderr).toBe(0);
  expect(JSON.parse(added.stdout)).toMatchObject({
    signing_public_key: publicKey,
    key_prefix: key.slice(3, 13),
  });
  const outputs = [added.stdout, added.stderr];
  for (const args of [
    ["profile", "list"],
    ["profile", "show", "signs"],
    ["doctor", "--json"],
    ["transactions", "list"],
  ]) {
    const { stdout, stderr } = await cli.run(
      [...args, "--profile", "signs"].slice(0, args[0] === "profile" ? args.length : undefined),
    );
    outputs.push(stdout, stderr);
  }
  expect(outputs.join()).not.toContain(secret);
  expect(outputs.join()).not.toContain(key);
  const examined = await cli.run(["doctor", "--json", "--profile", "signs"]);
  const findings = examined.stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(findings.find(({ check }) => check === "signing")).toMatchObject({
    state: "ok",
    detail: "calls are signed, and accepted",
  });
  expect(findings.find(({ check }) => check === "key").detail).toContain("submit");
});

test("data sealed with a participant's own key open on this machine with that key only", async () => {
  const { bench } = portal;
  const holder = await bench.person({ role: "client", hasKey: false });
  const participant = holder.principal.participantId;
  const key = path.join(cli.folder, "held.json");
  const env = {
    PATH: process.env.PATH ?? "",
    SEALPORT_URL: portal.url,
    SEALPORT_API_KEY: await portal.keyFor(holder),
  };
  const program = (...args: readonly string[]) =>
    run(process.execPath, ["interop/held-key.mjs", ...args], { env: { NODE_ENV: "production", ...env } });
  await program("new", key, "--participant", participant, "--log", bench.place.log);
  await program("register", key);
  const sealed = path.join(cli.folder, "sealed.json");
  const body = { pricing: { rate: "0.10", unit: "gpu-hour" }, narrative: "by hand", confidential: true };
  writeFileSync(sealed, JSON.stringify({ job_id: "job-held", participants: [participant], ...body }));
  const { transaction_id } = await done(
    holder,
    "transactions",
    "create",
    "--file",
    sealed,
    "--amount",
    "3.5",
    "--currency",
    "EUR",
  );
  const open = (file: string, ...more: readonly string[]) =>
    as(holder, "transactions", "open", transaction_id, "--key", file, ...more);
  await bench.anchor();
  const opened = await open(key);
  expect(opened.code, opened.stderr).toBe(0);
  expect(opened.stderr).toContain("what was opened: --policy FILE has the keys for it");
  const { confidential, ...values } = body;
  expect(JSON.parse(opened.stdout)).toEqual({
    transaction_id,
    data: { ...values, amount: "3.5", currency: "EUR" },
    proven: false,
  });
  expect(confidential).toBe(true);
  const policy = path.join(cli.folder, "policy.json");
  writeFileSync(policy, JSON.stringify({ ...bench.policy, witnesses: [], time_stamp: [] }));
  const proven = await open(key, "--policy", policy, "--field", "amount");
  expect(JSON.parse(proven.stdout), proven.stderr).toEqual({
    transaction_id,
    data: { amount: "3.5", currency: "EUR" },
    proven: true,
  });
  const jwk = { ...generateKeyPairSync("x25519").privateKey.export({ format: "jwk" }) };
  const other = path.join(cli.folder, "other-key.json");
  writeFileSync(other, JSON.stringify(jwk));
  expect((await open(other)).code).toBe(4);
  writeFileSync(other, JSON.stringify({ ...jwk, x: JSON.parse(readFileSync(key, "utf8")).x }));
  expect((await open(other)).code).toBe(1);
  expect((await open(policy)).code).toBe(2);
});
