import type { RegistrationItem } from "@/lib/escrow/protocol/messages";

/** Size of one call to the custodian. It is well below the custodian's limit, so that the work ends within the call's time. */
const CALL_BYTES = 6 * 1024 * 1024;
/** Upper bounds for the JSON of one recipient, of one digest, and of all other members except the ciphertext. */
const [RECIPIENT_BYTES, DIGEST_BYTES, FRAME_BYTES] = [512, 46, 4_096] as const;

function sizeOf({ jwe, rd_list }: RegistrationItem): number {
  const fixed = FRAME_BYTES + RECIPIENT_BYTES * jwe.recipients.length + DIGEST_BYTES * rd_list.length;
  return fixed + jwe.protected.length + jwe.ciphertext.length;
}

/**
 * Divides the items into calls and keeps their order. Senders choose the size of a group. Groups that together exceed the
 * custodian's limit would fail every time and block all later groups. A group that is too large alone gets its own call.
 */
export function batchesOf<T>(all: readonly T[], itemOf: (one: T) => RegistrationItem): T[][] {
  const batches: T[][] = [];
  let left = 0;
  for (const one of all) {
    const size = sizeOf(itemOf(one));
    const last = batches.at(-1);
    if (last !== undefined && size <= left) last.push(one);
    else batches.push([one]);
    left = (last !== undefined && size <= left ? left : CALL_BYTES) - size;
  }
  return batches;
}
