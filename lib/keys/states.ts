import { z } from "zod";

/** States of a key version, after NIST SP 800-57 part 1 section 7. */
export const KeyState = z.enum([
  "pre_active",
  "active",
  "suspended",
  "deactivated",
  "compromised",
  "destroyed",
]);
export type KeyState = z.infer<typeof KeyState>;

/** The permitted uses of a key in each state. Re-wrapping opens with it and wraps for another. */
export interface KeyUses {
  readonly wrap: boolean;
  readonly open: boolean;
  readonly rewrap: boolean;
  /** Re-wrapping needs dual control, and the data is resealed afterwards. */
  readonly needsDualControl: boolean;
}

const NOTHING: KeyUses = { wrap: false, open: false, rewrap: false, needsDualControl: false };

export const KEY_USES: Readonly<Record<KeyState, KeyUses>> = {
  pre_active: NOTHING,
  active: { wrap: true, open: true, rewrap: true, needsDualControl: false },
  suspended: NOTHING,
  deactivated: { wrap: false, open: true, rewrap: true, needsDualControl: false },
  compromised: { wrap: false, open: false, rewrap: true, needsDualControl: true },
  destroyed: NOTHING,
};

/** The allowed changes of state (crypto.md "Keys"); the database enforces the same pairs. */
export const KEY_TRANSITIONS: Readonly<Record<KeyState, readonly KeyState[]>> = {
  pre_active: ["active", "destroyed"],
  active: ["suspended", "deactivated", "compromised"],
  suspended: ["active", "deactivated", "compromised"],
  deactivated: ["compromised", "destroyed"],
  compromised: ["destroyed"],
  destroyed: [],
};

export function mayBecome(from: KeyState, to: KeyState): boolean {
  return KEY_TRANSITIONS[from].includes(to);
}
