import "server-only";
import { type ReadLog, readLog } from "@/lib/audit/reading/of-log";
import { getRuntime } from "@/lib/runtime/slot";
import { oneOf, type ReadFilter, readFilter } from "./read-filter";

/** What an address of the section asks for: the filter, and the log it is asked of. */
export interface Asked {
  readonly read: ReadFilter;
  readonly logs: ReadLog;
}

type Params = Readonly<Record<string, string | string[] | undefined>>;

/** Reads an address; where it names the present log, that name is left out of the addresses made of it. */
export async function readAsked(params: Params): Promise<Asked> {
  const { instance } = await getRuntime();
  const logs = readLog(instance, oneOf(params, "log").slice(0, 255));
  const read = readFilter(params, Date.now());
  return { logs, read: { ...read, values: { ...read.values, log: logs.log ?? "" } } };
}
