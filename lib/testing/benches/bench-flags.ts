import type { FlagName, Flags } from "@/lib/context/flags";

/** Switches with fixed values, all on by default: for benches whose tests are about other things. */
export function fixedFlags(values: Readonly<Partial<Record<FlagName, boolean>>> = {}): Flags {
  const isOn = (name: FlagName): boolean => values[name] ?? true;
  return { isOn: async (name) => isOn(name), lastKnown: isOn, source: () => "read" };
}
