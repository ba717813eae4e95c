import { cpSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { findFreePort } from "@/lib/testing/instance/instance";
import type { Issued } from "@/lib/testing/servers/time-stamp-authority";
import { handOver, issueBy, makeAuthority } from "./certificates";
import type { OwnDatabase } from "./database";
import type { Program } from "./program";
import { PROXY_ADDRESS } from "./proxy";
import { giveTo, privateFolder, run, type Variables } from "./users";

// An instance as docs/guides/deploying.md makes it, by its commands alone: each part under its own user, with its own PostgreSQL, mutual
// TLS between the parts, and two portals behind a proxy that ends TLS. No mark of an evaluation is set.

export const PARTS = ["custodian", "signer", "witness", "worker", "portal"] as const;
export type Part = (typeof PARTS)[number];
const SERVED = ["custodian", "signer", "witness"] as const;
const RUN_BY = ["portal=Harbour Operations", "custodian=Weiss & Partner, notaries"];
const KEY_HOLDERS = ["portal", "signer", "custodian", "witness"] as const;
export const SETUP_TOKEN = "a token of this test 4711";

export interface Place {
  readonly base: string;
  readonly program: Program;
  /** Ports by what listens there. */
  readonly ports: Readonly<Record<(typeof SERVED)[number] | "portal-1" | "portal-2" | "proxy", number>>;
  readonly origin: string;
  /** The authority of the parts, and that of servers for people. */
  readonly authority: Issued;
  readonly outside: Issued;
  readonly database: OwnDatabase;
  /** Each part's variables, as its environment file has them; the second portal's differ from the first's. */
  readonly variables: Readonly<Record<Part | "portal-2", Variables>>;
}

const folderOf = (base: string, name: string): string => path.join(base, name);
const urlOf = (port: number): string => `mtls://127.0.0.1:${port}`;

type Ground = Pick<Place, "base" | "program" | "origin" | "ports">;

/** What every process of a part begins with. */
function ground(base: string, name: string): Variables {
  const folder = folderOf(base, name);
  return { HOME: folder, TMPDIR: folder, TZ: "UTC" };
}

function ownFiles(base: string, name: string): Variables {
  const folder = folderOf(base, name);
  return {
    ...ground(base, name),
    INSTANCE_FILE: path.join(base, "instance.json"),
    TLS_CERT_FILE: path.join(folder, "tls.pem"),
    TLS_KEY_FILE: path.join(folder, "tls.key"),
    TLS_CA_FILE: path.join(base, "parts.pem"),
  };
}

function keyFiles(base: string, name: string): Variables {
  const folder = folderOf(base, name);
  return {
    KEY_DIR: path.join(folder, "keys"),
    KEK_FILE: path.join(folder, "kek.key"),
    DATA_DIR: path.join(folder, "data"),
  };
}

/** Guide, part 1: the instance file, keys made by each holder's own user, and the public keys added to the file. */
async function makeInstanceFile({ base, program, origin, ports }: Ground): Promise<void> {
  const log = "portal.example.org/log1";
  const addresses = SERVED.flatMap((name) => ["--address", `${name}=${urlOf(ports[name])}`]);
  const runBy = RUN_BY.flatMap((one) => ["--run-by", one]);
  const file = path.join(base, "operator/instance.json");
  const env = ground(base, "operator");
  writeFileSync(
    file,
    await run(
      "operator",
      program.op("init", "--origin", log, "--portal", origin, ...addresses, ...runBy),
      env,
    ),
  );
  giveTo("operator", file);
  for (const name of KEY_HOLDERS) {
    const { KEY_DIR = "", KEK_FILE = "" } = keyFiles(base, name);
    const own = { ...ground(base, name), LOG_ORIGIN: log, KEY_DIR, KEK_FILE };
    const printed = await run(name, program.createKeys(name), own);
    writeFileSync(path.join(base, `${name}.json`), printed);
  }
  const printed = KEY_HOLDERS.map((name) => path.join(base, `${name}.json`));
  await run("operator", program.op("init", "add", file, ...printed), env);
  cpSync(file, path.join(base, "instance.json"));
}

/** Guide, part 2: roles, tables and the logins of each part. */
async function makeDatabase({ base, program }: Pick<Ground, "base" | "program">, { adminUrl }: OwnDatabase) {
  const env = {
    ...ground(base, "operator"),
    DATABASE_ADMIN_URL: adminUrl,
    DATA_DIR: path.join(base, "operator/data"),
  };
  await run("operator", program.migrate, env);
  const urls = async (part: string): Promise<Variables> => {
    const lines = (await run("operator", program.op("database", "urls", "--of", part), env))
      .trim()
      .split("\n");
    return Object.fromEntries(
      lines.map((line) => {
        const [, name = "", value = ""] = /^(\w+)='(.*)'$/.exec(line) ?? [];
        return [name, value];
      }),
    );
  };
  return { portal: await urls("portal"), worker: await urls("worker"), signer: await urls("signer") };
}

function variablesOf(
  base: string,
  ports: Place["ports"],
  urls: Awaited<ReturnType<typeof makeDatabase>>,
): Place["variables"] {
  const portal = (name: string, port: number): Variables => ({
    ...ownFiles(base, name),
    ...keyFiles(base, name),
    ...urls.portal,
    PORT: String(port),
    TRUSTED_PROXIES: PROXY_ADDRESS,
    SETUP_TOKEN,
    NODE_EXTRA_CA_CERTS: path.join(base, "outside.pem"),
  });
  return {
    custodian: { ...ownFiles(base, "custodian"), ...keyFiles(base, "custodian") },
    signer: { ...ownFiles(base, "signer"), ...keyFiles(base, "signer"), ...urls.signer },
    witness: { ...ownFiles(base, "witness"), ...keyFiles(base, "witness") },
    worker: { ...ownFiles(base, "worker"), ...urls.worker },
    portal: portal("portal", ports["portal-1"]),
    "portal-2": portal("portal-2", ports["portal-2"]),
  };
}

/** Several portals use copies of one key folder. */
function copyKeys(base: string): void {
  privateFolder("portal", folderOf(base, "portal-2"));
  const copy = folderOf(base, "portal-2");
  for (const name of ["keys", "kek.key", "tls.pem", "tls.key"])
    cpSync(path.join(base, "portal", name), path.join(copy, name), { recursive: true });
  for (const name of readdirSync(copy, { recursive: true, encoding: "utf8" }))
    giveTo("portal", path.join(copy, name));
}

/** Each part's variables in a file that its user alone can read. */
function writeEnvironments(base: string, variables: Place["variables"]): void {
  for (const [name, values] of Object.entries(variables)) {
    const file = path.join(base, name, "part.env");
    const lines = Object.entries(values).map(([key, value]) => `${key}=${value}\n`);
    writeFileSync(file, lines.join(""), { mode: 0o400 });
    giveTo(userOf(name), file);
  }
}

/** Returns the user of a part; both portals have the same. */
export function userOf(name: string): Part {
  return PARTS.find((part) => part === name) ?? "portal";
}

/** Makes all that the parts start with, in a folder that each user can pass through. */
export async function prepare(base: string, database: OwnDatabase, program: Program): Promise<Place> {
  for (const name of [...PARTS, "operator"])
    privateFolder(name === "operator" ? name : userOf(name), folderOf(base, name));
  mkdirSync(path.join(base, "authorities"), { mode: 0o700 });
  const authorities = path.join(base, "authorities");
  const [authority, outside] = [
    await makeAuthority(authorities, "parts"),
    await makeAuthority(authorities, "outside"),
  ];
  cpSync(authority.certificate, path.join(base, "parts.pem"));
  cpSync(outside.certificate, path.join(base, "outside.pem"));
  for (const part of PARTS) handOver(await issueBy(authority, authorities, part), part, folderOf(base, part));
  const [custodian, signer, witness, first, second, proxy] = await Promise.all(
    Array.from({ length: 6 }, findFreePort),
  );
  const ports = {
    custodian,
    signer,
    witness,
    "portal-1": first,
    "portal-2": second,
    proxy,
  } as Place["ports"];
  const origin = `https://localhost:${ports.proxy}`;
  await makeInstanceFile({ base, program, origin, ports });
  const urls = await makeDatabase({ base, program }, database);
  copyKeys(base);
  const variables = variablesOf(base, ports, urls);
  writeEnvironments(base, variables);
  return { base, program, ports, origin, authority, outside, database, variables };
}
