// The switches as use cases read them. lib/flags implements them. This file has types only, so that the context of a
// call can name them.

/** All switches. lib/flags/guarded.ts says what each one turns on, and its safe value. */
export type FlagName = "policy.memo" | "export.background";

/** The switches of this process. Each is read for one organisation, so that a roll-out reaches whole organisations. */
export interface Flags {
  /**
   * Returns whether a switch is on. A value that differs from the safe one counts only after its entry in the log is
   * committed; an unknown switch or a broken file gives the safe value. Never throws.
   */
  isOn(name: FlagName, organisationId: string): Promise<boolean>;
  /** Returns the value that `isOn` found last, or the safe one before that. For callers that cannot wait. */
  lastKnown(name: FlagName, organisationId: string): boolean;
  /** Returns the state of the file that the values are from. */
  source(): FlagSource;
}

/** `none`: no file is named. `broken`: it cannot be read. `refused`: it names a switch that no file may set. */
export type FlagSource = "none" | "read" | "broken" | "refused";
