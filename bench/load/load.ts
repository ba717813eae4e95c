import os from "node:os";
import { parseArgs } from "node:util";
import { type Demo, readDemo } from "@/e2e/support/api";
import { makeDiskFolder } from "@/lib/testing/data-folder";
import { prepareInstance } from "@/lib/testing/instance/prepared-instance";
import { FAULTS, type Stage } from "./faults";
import { Ledger } from "./ledger";
import { isClean, type LoadResult, writeReport } from "./load-report";
import { Mix } from "./mix";
import { playLoad } from "./play-load";
import { verifyLog } from "./verify-log";
import { watchProcesses } from "./watch-processes";

// `npm run load`: the real mix against an instance of this machine, bounded in rate, time and open calls.
const USAGE = `usage: npm run load -- [--rate 20] [--seconds 60 | --soak MINUTES] [--fault NAME] [--out FOLDER]
           starts an instance of its own; NAME is one of ${Object.keys(FAULTS).join(", ")}
       npm run load -- --url http://127.0.0.1:3000 --data-dir .data [--rate …] [--seconds … | --soak …] [--out …]
           calls a running instance of this machine with its demonstration people; other addresses are refused
exit status: 0 nothing lost, nothing doubled, and the log verifies; 1 otherwise; 2 usage
`;
const MOST = { rate: 500, seconds: 7_200 } as const;

class UsageError extends Error {}

/** What the command line asks for. Throws UsageError for what is out of bounds or not of this machine. */
export function readWish(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rate: { type: "string", default: "20" },
      seconds: { type: "string", default: "60" },
      soak: { type: "string" },
      fault: { type: "string", default: "none" },
      url: { type: "string" },
      "data-dir": { type: "string" },
      out: { type: "string", default: "bench/results/load" },
    },
  });
  const between = (name: string, text: string, most: number): number => {
    const value = Number(text);
    if (!(value > 0 && value <= most)) throw new UsageError(`--${name} is a number from 1 to ${most}`);
    return value;
  };
  const seconds =
    values.soak === undefined
      ? between("seconds", values.seconds, MOST.seconds)
      : between("soak", values.soak, MOST.seconds / 60) * 60;
  if (FAULTS[values.fault] === undefined) throw new UsageError(`there is no fault ${values.fault}`);
  if (values.url !== undefined) requireOwn(values.url, values.fault);
  if ((values.url === undefined) !== (values["data-dir"] === undefined))
    throw new UsageError("--url and --data-dir go together");
  const rate = between("rate", values.rate, MOST.rate);
  return {
    rate,
    seconds,
    fault: values.fault,
    url: values.url,
    dataDir: values["data-dir"],
    out: values.out,
  };
}

function requireOwn(url: string, fault: string): void {
  const host = URL.canParse(url) ? new URL(url).hostname : "";
  if (!/^(?:127(?:\.\d{1,3}){3}|\[::1\]|localhost)$/.test(host))
    throw new UsageError("--url is an address of this machine: 127.0.0.1, [::1] or localhost");
  if (fault !== "none") throw new UsageError("faults are for an instance that this tool starts");
}

type Wish = ReturnType<typeof readWish>;

interface Target {
  readonly urls: readonly string[];
  readonly demo: Demo;
  readonly stage?: Stage;
}

/** Faults at one and two thirds of the time. */
function strikes(stage: Stage | undefined, { seconds, fault }: Wish) {
  const marks: { at: number; name: string }[] = [];
  const running: Promise<void>[] = [];
  const due = fault === "none" ? [] : [Math.floor(seconds / 3), Math.floor((seconds * 2) / 3)];
  const tick = (second: number): void => {
    if (stage === undefined || due[0] === undefined || second < due[0]) return;
    due.shift();
    marks.push({ at: second, name: fault });
    running.push(stage.strike());
  };
  return { marks, tick, ended: () => Promise.all(running) };
}

async function run(wish: Wish, { urls, demo, stage }: Target): Promise<LoadResult> {
  const ledger = new Ledger();
  const mix = new Mix(urls, demo, ledger);
  await mix.begin();
  const watch = watchProcesses(async () =>
    stage === undefined ? {} : { ...(await stage.instance.pids()), ...stage.others },
  );
  const { marks, tick, ended } = strikes(stage, wish);
  const played = await playLoad(mix, { perSecond: wish.rate, seconds: wish.seconds, tick });
  await ended();
  const watched = await watch.stop();
  const balance = await ledger.settle(mix.checkers);
  const { code, output } = await verifyLog(mix.checkers.reader);
  if (code !== 0) process.stdout.write(output);
  const machine = `${os.cpus().length} cores, load ${os.loadavg()[0]?.toFixed(1)}, Node ${process.version}`;
  return {
    fault: wish.fault,
    perSecond: wish.rate,
    played,
    watched,
    marks,
    balance,
    verified: code,
    machine,
  };
}

/** Plays a load against an instance that is started for it, and does the fault to it. */
export async function playFault(wish: Wish): Promise<LoadResult> {
  const begin = FAULTS[wish.fault];
  if (begin === undefined) throw new UsageError(`there is no fault ${wish.fault}`);
  const stage = await begin();
  try {
    return await run(wish, { urls: stage.urls, demo: readDemo(stage.instance.dataDir), stage });
  } finally {
    await stage.close();
  }
}

async function play(wish: Wish): Promise<LoadResult> {
  if (wish.url !== undefined && wish.dataDir !== undefined)
    return run(wish, { urls: [wish.url], demo: readDemo(wish.dataDir) });
  const remove = await prepareInstance(makeDiskFolder);
  return playFault(wish).finally(remove);
}

async function main(): Promise<number> {
  const wish = readWish(process.argv.slice(2));
  const result = await play(wish);
  process.stdout.write(`${writeReport(wish.out, result)}\nwritten to ${wish.out}\n`);
  return isClean(result) ? 0 : 1;
}

if (process.argv[1] === import.meta.filename) {
  try {
    process.exitCode = await main();
  } catch (error) {
    if (
      !(error instanceof UsageError) &&
      Reflect.get(Object(error), "code") !== "ERR_PARSE_ARGS_UNKNOWN_OPTION"
    )
      throw error;
    process.stderr.write(`${error instanceof Error ? error.message : ""}\n${USAGE}`);
    process.exitCode = 2;
  }
}
