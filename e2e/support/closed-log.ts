import { execFile } from "node:child_process";
import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { z } from "zod";
import {
  copyPrepared,
  type RunningInstance,
  removeDataFolder,
  startInstance,
  waitUntil,
} from "@/lib/testing/instance/instance";
import { type Demo, people, readDemo } from "./api";
import { approve, type Canaries, canaries, fileRequest, orderFacts, submitTransaction } from "./steps";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const run = promisify(execFile);

/** What a regulator received before the log was closed. */
export interface Given {
  readonly transaction: string;
  readonly grant: string;
  readonly secret: Canaries;
}

/** An instance whose first log is closed for ever, and which continues with another. */
export interface TwoLogs {
  readonly demo: Demo;
  /** Origin of the closed log, and of the one that followed it. */
  readonly old: string;
  readonly present: string;
  /** Entries under the closed log's last checkpoint. */
  readonly size: number;
  readonly given: Given;
  stop(): Promise<void>;
}

/** Makes an export and a finished verification before the log is closed, as an auditor. */
async function actBefore(demo: Demo): Promise<void> {
  const { auditor } = people(demo);
  const exported = await auditor.get("/confidential/audit/export?format=csv");
  if (exported.status !== 200) throw new Error(exported.text);
  const asked = await auditor.post("/confidential/audit/verifications");
  const { id } = z.object({ id: z.string() }).parse(asked.json);
  await waitUntil("the verification's end is in the log", async () => {
    const { json } = await auditor.get(`/confidential/audit/verifications/${id}`);
    return json.state === "done" && typeof json.seq === "number";
  });
}

async function giveGrant(demo: Demo): Promise<Given> {
  const who = people(demo);
  const secret = canaries();
  const transaction = await submitTransaction(who.client456, secret);
  const facts = orderFacts();
  const request = await fileRequest(who.regulator, transaction, facts);
  return { transaction, secret, grant: await approve(who, request, facts) };
}

const sizeOf = (checkpoint: string): number => Number(checkpoint.split("\n")[1]);

/** Stores the newest checkpoint for an auditor, once it covers all entries, including that of the auditor's reading. */
async function keepCheckpoint(demo: Demo, file: string): Promise<string> {
  const { auditor } = people(demo);
  const read = async (): Promise<string> => {
    const { text, status } = await auditor.get("/confidential/audit/log/checkpoint");
    if (status !== 200) throw new Error(text);
    return text;
  };
  const first = sizeOf(await read());
  let kept = "";
  await waitUntil("a checkpoint covers the whole log", async () => {
    kept = await read();
    const { json } = await auditor.get("/confidential/status");
    return sizeOf(kept) > first && sizeOf(kept) === json.log_size;
  });
  writeFileSync(file, kept);
  return kept.split("\n")[0] ?? "";
}

/** Runs `npm run recover` on the stopped instance, as an operator does whose signer's store is lost. */
async function closeLog(dataDir: string, origin: string, checkpoint: string): Promise<void> {
  const { PATH = "", HOME = "" } = process.env;
  const script = path.join(ROOT, "scripts/recover.ts");
  const asked = ["--new-origin", origin, "--checkpoint", checkpoint, "--confirm", "0"];
  await run(process.execPath, ["--import", "tsx", "--conditions=react-server", script, ...asked], {
    cwd: ROOT,
    env: { NODE_ENV: "production", PATH, HOME, DATA_DIR: dataDir },
  });
}

/** Starts an instance, lets an auditor work in its log, closes that log, and starts the instance with the next one. */
export async function startWithClosedLog(): Promise<TwoLogs> {
  const scratch = mkdtempSync(path.join(tmpdir(), "sealport-closed-"));
  chmodSync(scratch, 0o711);
  const dataDir = path.join(scratch, "data");
  let running: RunningInstance | undefined;
  const stop = async (): Promise<void> => {
    await running?.end();
    await removeDataFolder(dataDir);
    await removeDataFolder(scratch);
  };
  try {
    await copyPrepared(dataDir);
    running = await startInstance({ dataDir });
    const given = await giveGrant(readDemo(dataDir));
    await actBefore(readDemo(dataDir));
    const file = path.join(scratch, "checkpoint.txt");
    const old = await keepCheckpoint(readDemo(dataDir), file);
    await running.end();
    running = undefined;
    const present = `${old}/2`;
    await closeLog(dataDir, present, file);
    running = await startInstance({ dataDir });
    const demo = readDemo(dataDir);
    const { auditor } = people(demo);
    const last = await auditor.get(`/confidential/audit/log/checkpoint?log=${encodeURIComponent(old)}`);
    return { demo, old, present, size: sizeOf(last.text), given, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
