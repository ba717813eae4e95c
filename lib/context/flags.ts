// What a use case asks of a switch. lib/flags answers; this file has types only, so that the context of a call can name them.

/** All switches that there are. lib/flags/guarded.ts says what each turns on, and its safe value. */
export type FlagName = "policy.memo" | "export.background";

/** The switches of this process. Each is asked for an organisation, so that a roll-out reaches whole organisations. */
export interface Flags {
  /**
   * Returns whether a switch is on. A value that differs from the safe one counts only after its entry in the log is
   * committed; what is unknown or broken gives the safe one. Never throws.
   */
  isOn(name: FlagName, organisationId: string): Promise<boolean>;
  /** Returns the value that `isOn` found last, or the safe one before that. For places that cannot wait. */
  lastKnown(name: FlagName, organisationId: string): boolean;
  /** Returns the state of the file that the values are from. */
  source(): FlagSource;
}

/** `none`: no file is named. `broken`: it cannot be read. `refused`: it names a switch that no file may set. */
export type FlagSource = "none" | "read" | "broken" | "refused";
