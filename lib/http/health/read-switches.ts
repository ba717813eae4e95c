import "server-only";
import { type FlagView, listFlags } from "@/lib/flags/list-flags";
import { getRuntime, type Runtime } from "@/lib/runtime/slot";

/** All switches with their values, and the state of the file that they are from. */
export interface Switches {
  readonly source: "none" | "read" | "broken" | "refused";
  readonly flags: readonly FlagView[];
}

/** Returns the switches for the page of the instance's state; undefined while they cannot be read. */
export async function readSwitches(): Promise<Switches | undefined> {
  let runtime: Runtime | undefined;
  try {
    runtime = await getRuntime();
    const { db, instance, flags } = runtime;
    return flags === undefined ? undefined : await listFlags({ db, instance, flags });
  } catch (err) {
    runtime?.logger.error({ err }, "the switches could not be read");
    return undefined;
  }
}
