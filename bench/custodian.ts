import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { toBase64url } from "@/lib/crypto/bytes";
import { randomBytes } from "@/lib/crypto/primitives";
import { uuidv7 } from "@/lib/crypto/uuid";
import { INDEX_FOLDER, REGISTRATIONS_FILE } from "@/lib/custodian/journal/journal";
import type { RegisteredBody } from "@/lib/custodian/journal/records";
import { Registrations } from "@/lib/custodian/journal/registrations";
import { type Figure, millis, timeOf } from "./measure";

// What the custodian needs for the transactions that it registered: memory, disk, time of a start, CPU of a call.

const FEW = 100_000;
const MANY = 1_000_000;
const A_LINE = 50;
const SINGLE_CALLS = 2_000;
const GROUPS = ["amount", "pricing", "parties"] as const;

setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");

/** Memory that only this process has: the heap and what libraries allocate, without pages of files. */
function ownMegabytes(): number {
  collect();
  const status = readFileSync("/proc/self/status", "utf8");
  return Number(/^RssAnon:\s+(\d+)/m.exec(status)?.[1]) / 1024;
}

function heapMegabytes(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1024 ** 2;
}

function transaction(): RegisteredBody[] {
  const tx = uuidv7(Date.now());
  const rd = toBase64url(randomBytes(32));
  const parties = ["client-456", "miner-789"];
  return GROUPS.map((grp) => ({
    tx,
    grp,
    gen: 1,
    bd: toBase64url(randomBytes(32)),
    kid: "escrow#1",
    rd,
    parties,
  }));
}

function add(registrations: Registrations, transactions: number): void {
  const items = Array.from({ length: transactions }, transaction).flat();
  registrations.add({ at: "2026-11-24T15:00:00.000000Z", items });
}

function bytesOf(folder: string): number {
  const sizes = readdirSync(folder).map((name) => statSync(path.join(folder, name)).size);
  return sizes.reduce((sum, size) => sum + size, 0);
}

type Measured = Readonly<Record<string, number>>;

async function measure(count: number): Promise<Measured> {
  const dir = mkdtempSync(path.join(os.tmpdir(), "sealport-bench-"));
  const index = path.join(dir, INDEX_FOLDER);
  try {
    const registrations = await Registrations.open(dir);
    const before = { own: ownMegabytes(), heap: heapMegabytes() };
    for (let at = 0; at < count; at += A_LINE) {
      add(registrations, A_LINE);
      // Calls come from a socket, so the index's own work goes on between them.
      await new Promise(setImmediate);
    }
    const heap = heapMegabytes() - before.heap;
    const own = ownMegabytes() - before.own;
    const call = await timeOf(() => add(registrations, 1), SINGLE_CALLS);
    await registrations.close();
    const journal = statSync(path.join(dir, REGISTRATIONS_FILE)).size / count;
    const indexed = bytesOf(index) / count;
    const start = await millis(() => reopen(dir));
    rmSync(index, { recursive: true });
    const rebuild = await millis(() => reopen(dir));
    return {
      "heap, MB": heap,
      "memory without pages of files, MB": own,
      "CPU of a registration without its cryptography, µs": call,
      "journal, bytes a transaction": journal,
      "index, bytes a transaction": indexed,
      "start, ms": start,
      "start that makes the index again, ms": rebuild,
    };
  } finally {
    rmSync(dir, { recursive: true });
  }
}

async function reopen(dir: string): Promise<void> {
  const registrations = await Registrations.open(dir);
  await registrations.close();
}

/** Measures the custodian's registrations at 10^6 transactions of three groups against 10^5. */
export async function benchCustodian(): Promise<Figure[]> {
  const few = await measure(FEW);
  const many = await measure(MANY);
  return Object.entries(many).map(([name, value]) => {
    const baseline = few[name] ?? Number.NaN;
    return {
      suite: "custodian",
      name: `${name}: ${value.toFixed(1)} with ${MANY}`,
      baseline: `${baseline.toFixed(1)} with ${FEW}`,
      ratio: value / baseline,
      operationMicros: 0,
      baselineMicros: 0,
    };
  });
}
