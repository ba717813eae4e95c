import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Beside, startBeside, variablesOf } from "@/lib/testing/instance/beside";
import { findFreePort, type RunningInstance, startInstance } from "@/lib/testing/instance/instance";
import { type Demo, readDemo } from "./api";
import { fetchBy } from "./deployment/calls";
import { operate } from "./operator";

// One portal that serves the tenant of `npm start` and two more, as docs/guides/tenants.md makes them: `harbour` with
// parts and demonstration people of its own, and `quay`, which `tenant add` has just made.

const HOLDERS = ["portal", "signer", "custodian"] as const;
/** Public variables of the first tenant. The instance file gives those of another. */
const NOT_SHARED = [
  ...["LOG_ORIGIN", "TENANT_ID", "PORTAL_ORIGIN", "LOG_VKEY", "CUSTODIAN_VKEY", "WITNESS_VKEY"],
  ...["CUSTODIAN_URL", "SIGNER_URL", "WITNESS_URL", "DEMO_FILE"],
];
const without = Object.fromEntries(NOT_SHARED.map((name) => [name, undefined]));

export interface TwoTenants {
  /** Demonstration people by tenant; their address has the tenant's host name. */
  readonly demos: Readonly<Record<"own" | "harbour", Demo>>;
  /** Calls the portal under any host name. */
  readonly send: typeof fetch;
  /** What `tenant add quay` printed. */
  readonly added: string;
  close(): Promise<void>;
}

/** Runs a command that must succeed, and returns what it printed. */
async function done(
  variables: Readonly<Record<string, string>>,
  script: string,
  ...words: readonly string[]
) {
  const { code, stdout, stderr } = await operate(variables, script, ...words);
  if (code !== 0) throw new Error(`${script} ${words.join(" ")} ended with ${code}: ${stderr}`);
  return stdout;
}

/** The variables of one part of a tenant, by the folder that the tenant has. */
function ownFiles(folder: string, holder: string) {
  return {
    INSTANCE_FILE: path.join(folder, "instance.json"),
    KEY_DIR: path.join(folder, holder, "keys"),
    KEK_FILE: path.join(folder, holder, "kek.key"),
    DATA_DIR: path.join(folder, holder, "data"),
  };
}

/** Makes the instance file of a tenant and the keys of its parts. */
async function makeTenant(root: string, name: string): Promise<string> {
  const folder = path.join(root, name);
  const origin = `${name}.test/log1`;
  for (const holder of [...HOLDERS, "worker"])
    mkdirSync(path.join(folder, holder, "data"), { recursive: true, mode: 0o700 });
  const addresses = ["custodian", "signer"].flatMap((part) => [
    "--address",
    `${part}=unix:${path.join(folder, `${part}.sock`)}`,
  ]);
  const { INSTANCE_FILE } = ownFiles(folder, "portal");
  const place = ["--origin", origin, "--portal", `https://${name}.test`];
  writeFileSync(INSTANCE_FILE, await done({}, "op.ts", "init", ...place, ...addresses));
  const printed: string[] = [];
  for (const holder of HOLDERS) {
    const { KEY_DIR, KEK_FILE } = ownFiles(folder, holder);
    const file = path.join(folder, `${holder}.json`);
    writeFileSync(file, await done({ LOG_ORIGIN: origin, KEY_DIR, KEK_FILE }, "create-keys.ts", holder));
    printed.push(file);
  }
  await done({}, "op.ts", "init", "add", INSTANCE_FILE, ...printed);
  return folder;
}

/** Starts signer, custodian and worker of a tenant, with the database of the first. */
async function startParts(instance: RunningInstance, folder: string, portal: string): Promise<Beside[]> {
  const { INSTANCE_FILE } = ownFiles(folder, "worker");
  const roster = path.join(folder, "roster.json");
  return [
    await startBeside(instance, "signer", { ...without, ...ownFiles(folder, "signer") }),
    await startBeside(instance, "custodian", {
      ...without,
      ...ownFiles(folder, "custodian"),
      ...{ CUSTODIAN_ROSTER_FILE: roster, CUSTODIAN_ORIGINS: portal },
    }),
    await startBeside(instance, "worker", { ...without, INSTANCE_FILE }),
  ];
}

/** The portal's variables of the first tenant, without those that no other may have. */
async function sharedVariables(instance: RunningInstance): Promise<Record<string, string>> {
  const { portal } = await instance.pids();
  if (portal === null) throw new Error("the portal does not run");
  const { METRICS_URL: _metrics, ...own } = variablesOf(portal);
  return own;
}

/** Makes the demonstration people of a tenant, as the first start of an instance does. */
async function seed(own: Readonly<Record<string, string>>, folder: string, portal: string): Promise<Demo> {
  const shared = Object.fromEntries(Object.entries(own).filter(([name]) => !NOT_SHARED.includes(name)));
  const variables = {
    ...shared,
    ...ownFiles(folder, "portal"),
    ...{ DEMO_FILE: path.join(folder, "demo.json"), BASE_URL: portal, DATABASE_WAIT_MS: "60000" },
    CUSTODIAN_ROSTER_FILE: path.join(folder, "roster.json"),
  };
  await done(variables, "seed.ts");
  return readDemo(folder);
}

function writeTenant(tenants: string, name: string, folder: string): void {
  const lines = Object.entries(ownFiles(folder, "portal")).map(([key, value]) => `${key}=${value}\n`);
  writeFileSync(path.join(tenants, `${name}.env`), lines.join(""), { mode: 0o600 });
}

/** Starts all of it. Call `close` when the test is over. */
export async function startTwoTenants(): Promise<TwoTenants> {
  const open: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const one of open.reverse()) await one();
  };
  try {
    const root = mkdtempSync(path.join(tmpdir(), "sealport-tenants-"));
    open.push(async () => rmSync(root, { recursive: true, force: true }));
    const instance = await startInstance();
    open.push(() => instance.stop());
    const portal = "https://harbour.test";
    const harbour = await makeTenant(root, "harbour");
    for (const part of await startParts(instance, harbour, portal)) open.push(part.close);
    const variables = await sharedVariables(instance);
    const theirs = await seed(variables, harbour, portal);
    const tenants = path.join(root, "tenants");
    mkdirSync(tenants, { mode: 0o700 });
    writeTenant(tenants, "harbour", harbour);
    writeTenant(tenants, "quay", await makeTenant(root, "quay"));
    const port = await findFreePort();
    const own = { TENANTS_DIR: tenants, PORTAL_ORIGIN: `http://localhost:${port}` };
    const added = await done({ ...variables, ...own }, "op.ts", "tenant", "add", "quay");
    const serving = await startBeside(instance, "portal", { ...own, PORT: String(port) });
    open.push(serving.close);
    const ours = { ...readDemo(instance.dataDir), base_url: serving.url };
    return { demos: { own: ours, harbour: theirs }, send: fetchBy({ to: port }), added, close };
  } catch (error) {
    await close();
    throw error;
  }
}
