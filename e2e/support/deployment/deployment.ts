import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { waitUntil } from "@/lib/testing/instance/instance";
import type { Issued } from "@/lib/testing/servers/time-stamp-authority";
import { contentsOf, issueBy } from "./certificates";
import { startOwnDatabase } from "./database";
import { type Part, type Place, prepare, userOf } from "./layout";
import { type Program, programOf } from "./program";
import { type EdgeProxy, startProxy } from "./proxy";
import { type Running, start, type Variables } from "./users";

export interface Deployment extends Place {
  readonly proxy: EdgeProxy;
  readonly running: Readonly<Record<Part | "portal-2", Running>>;
  /** The certificate of the proxy. The browsers of the story trust it. */
  readonly site: Issued;
  stop(): Promise<void>;
}

/** Starts a part as its user, with other variables over its own. */
export function startPart(
  name: Part | "portal-2",
  { variables, program }: Place,
  others: Variables = {},
): Running {
  const part = userOf(name);
  return start(part, program.part(part), { ...variables[name], ...others }, true);
}

async function isReady(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );
}

async function startAll(place: Place): Promise<Deployment["running"]> {
  const running = {
    custodian: startPart("custodian", place),
    signer: startPart("signer", place),
    witness: startPart("witness", place),
    worker: startPart("worker", place),
    portal: startPart("portal", place),
    "portal-2": startPart("portal-2", place),
  };
  for (const name of ["portal-1", "portal-2"] as const)
    await waitUntil(`${name} is ready`, async () => {
      const ended = Object.entries(running).find(([, { child }]) => child.exitCode !== null);
      if (ended !== undefined) throw new Error(`${ended[0]} has ended: ${ended[1].output()}`);
      return isReady(place.ports[name]);
    });
  return running;
}

async function endAll(parts: readonly Running[]): Promise<void> {
  for (const { child } of parts) child.kill("SIGTERM");
  await Promise.all(parts.map(({ ended }) => ended));
}

/** Makes and starts an instance, its database and its proxy. Call `stop` when the test is over. */
export async function deploy(program: Program = programOf()): Promise<Deployment> {
  const base = mkdtempSync(path.join(tmpdir(), "sealport-outside-"));
  const open: (() => Promise<unknown>)[] = [
    async () => rmSync(base, { recursive: true, force: true }),
    async () => program.remove?.(),
  ];
  const stop = async (): Promise<void> => {
    for (const close of open.reverse()) await close();
  };
  try {
    chmodSync(base, 0o711);
    const database = await startOwnDatabase(path.join(base, "postgres"));
    open.push(database.stop);
    const place = await prepare(base, database, program);
    const site = await issueBy(place.outside, path.join(base, "authorities"), "site");
    const portals = [place.ports["portal-1"], place.ports["portal-2"]];
    const proxy = await startProxy({ port: place.ports.proxy, tls: contentsOf(site), portals });
    open.push(proxy.close);
    const running = await startAll(place);
    open.push(() => endAll(Object.values(running)));
    return { ...place, proxy, running, site, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
