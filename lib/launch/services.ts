import "server-only";
import path from "node:path";
import { type ChildEvent, SupervisedChild } from "@/lib/launch/child-process";
import type { ProcessEnvironments } from "@/lib/launch/environments";
import type { InstanceFolders } from "@/lib/launch/folders";
import { PROGRAM_ROOT, plainArguments, scriptArguments } from "@/lib/launch/program";

export const SERVICE_NAMES = ["portal", "worker", "signer", "custodian", "witness"] as const;
export type ServiceName = (typeof SERVICE_NAMES)[number];

/** How long each part may take to drain, in the order of stopping. With the database it stays under 8 s. */
const STOP_ORDER: readonly (readonly [ServiceName, number])[] = [
  ["portal", 3_200],
  ["worker", 1_300],
  ["signer", 600],
  ["custodian", 600],
  ["witness", 400],
];

export type Services = Readonly<Record<ServiceName, SupervisedChild>>;

export function makeServices(
  environments: ProcessEnvironments,
  folders: InstanceFolders,
  onEvent: (event: ChildEvent) => void,
): Services {
  const make = (name: ServiceName, args: readonly string[]): SupervisedChild =>
    new SupervisedChild({
      name,
      args,
      cwd: PROGRAM_ROOT,
      env: environments[name],
      logFile: path.join(folders.privateDir("logs"), `${name}.log`),
      onEvent,
    });
  return {
    portal: make("portal", plainArguments("start-portal.mjs")),
    worker: make("worker", scriptArguments("start-worker.ts")),
    signer: make("signer", scriptArguments("start-signer.ts")),
    custodian: make("custodian", scriptArguments("start-custodian.ts")),
    witness: make("witness", scriptArguments("start-witness.ts")),
  };
}

/** All but the portal, which waits for its build. */
export async function startInnerServices(services: Services): Promise<void> {
  await Promise.all([
    services.witness.start(),
    services.signer.start(),
    services.custodian.start(),
    services.worker.start(),
  ]);
}

/** Ends portal, worker, signer, custodian, witness in this order: a process ends after those that call it. */
export async function stopServices(services: Services): Promise<void> {
  for (const [name, withinMs] of STOP_ORDER) await services[name].stop(withinMs);
}

export function pidsOf(services: Services): Record<ServiceName, number | null> {
  const pid = (name: ServiceName): number | null => services[name].pid ?? null;
  return {
    portal: pid("portal"),
    worker: pid("worker"),
    signer: pid("signer"),
    custodian: pid("custodian"),
    witness: pid("witness"),
  };
}
