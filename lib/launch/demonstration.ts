import "server-only";
import { access, rename } from "node:fs/promises";
import { z } from "zod";
import { StartError } from "@/lib/db/embedded/start-error";
import type { InstanceFolders } from "@/lib/launch/folders";
import { PROGRAM_ROOT, scriptArguments } from "@/lib/launch/program";
import { runStep, tellingLine } from "@/lib/launch/run-step";
import { readStateFile, writeStateFile } from "@/lib/launch/state-file";

const Account = z.looseObject({
  name: z.string(),
  email: z.string(),
  password: z.string(),
  role: z.string(),
  duties: z.array(z.string()),
  api_key: z.string(),
});
export const DemoFile = z.looseObject({ base_url: z.string(), accounts: z.array(Account) });
export type DemoFile = z.infer<typeof DemoFile>;

/** Runs the seed, which uses the use cases and writes demo.json.new when all of them succeed. */
export async function runSeed(env: Readonly<Record<string, string>>, signal: AbortSignal): Promise<void> {
  const result = await runStep({ args: scriptArguments("seed.ts"), cwd: PROGRAM_ROOT, env, signal });
  if (result.code !== 0)
    throw new StartError(`The demonstration data could not be created: ${tellingLine(result)}`);
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

/**
 * Puts demo.json in its place, as the last step, when the portal answers and the keys in it work; writes the present
 * address into it. Returns undefined when it is missing (its keys and passwords are stored as hashes only).
 */
export async function publishDemoFile(
  folders: InstanceFolders,
  baseUrl: string,
): Promise<DemoFile | undefined> {
  const file = folders.file("demo.json");
  const fresh = folders.file("demo.json.new");
  const isFresh = await exists(fresh);
  const demo = await readStateFile(isFresh ? fresh : file, DemoFile);
  if (demo === undefined) return undefined;
  if (isFresh || demo.base_url !== baseUrl) {
    writeStateFile(fresh, { ...demo, base_url: baseUrl });
    await rename(fresh, file);
  }
  return demo;
}

/** The lines printed when everything runs. */
export function describeDemonstration(demo: DemoFile, baseUrl: string, file: string): string[] {
  const rows = demo.accounts.map(({ name, role, duties, email, password }) => {
    // A duty with the same name as the role is left out.
    const others = duties.filter((duty) => duty !== role);
    return [name, others.length === 0 ? role : `${role}, ${others.join(" ")}`, email, password] as const;
  });
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const people = rows.map((row) => `  ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join("  ")}`);
  const client = demo.accounts.find((account) => account.name.startsWith("client-456")) ?? demo.accounts[0];
  const curl =
    client === undefined
      ? []
      : [
          "",
          `Try it as ${client.name}:`,
          `  curl -sS -H 'Authorization: Bearer ${client.api_key}' '${baseUrl}/confidential/status'`,
        ];
  return [
    "Demonstration people (all keys and second factors are in the file below):",
    ...people,
    "",
    `  ${file}`,
    ...curl,
  ];
}
