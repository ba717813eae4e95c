/** Keys of the texts for a thing's state in the namespace `notify.said`; requests have their own in `domain`. */
const SAID = [
  "grant_active",
  "grant_revoked",
  "grant_expired",
  "grant_exhausted",
  "dispute_open",
  "dispute_taken",
  "dispute_resolved",
  "dispute_withdrawn",
  "rotation_asked",
  "rotation_running",
  "rotation_completed",
  "rotation_failed",
  "key_active",
  "key_suspended",
  "key_deactivated",
  "key_compromised",
  "key_destroyed",
  "key_recovery_asked",
  "key_recovery_running",
  "key_recovery_completed",
  "key_recovery_failed",
  "key_recovery_withdrawn",
  "key_recovery_refused",
  "key_recovery_expired",
  "epoch_active",
  "epoch_deactivated",
  "epoch_destroyed",
  "hold_active",
  "hold_released",
  "hold_renewed",
  "notice_sent",
  "access_review_running",
  "access_review_signed",
  "access_review_lapsed",
  "changed",
] as const;
export type Said = (typeof SAID)[number];

/** Returns the key for a state; a state without its own text is shown as a change. */
export function saidKey(kind: string, state: string): Said {
  const key = `${kind}_${state}`;
  return SAID.find((one) => one === key) ?? "changed";
}
