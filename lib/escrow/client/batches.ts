import type { RegistrationItem } from "@/lib/escrow/protocol/messages";

/** What one call carries to the custodian: well under what it takes, so that its work ends within the call's time. */
const CALL_BYTES = 6 * 1024 * 1024;
/** JSON of one recipient, of one digest, and of everything else beside the ciphertext; more than each takes. */
const [RECIPIENT_BYTES, DIGEST_BYTES, FRAME_BYTES] = [512, 46, 4_096] as const;

function sizeOf({ jwe, rd_list }: RegistrationItem): number {
  const fixed = FRAME_BYTES + RECIPIENT_BYTES * jwe.recipients.length + DIGEST_BYTES * rd_list.length;
  return fixed + jwe.protected.length + jwe.ciphertext.length;
}

/**
 * Divides what is to be sent into calls, in its order. A group is as large as its sender made it: together they would be
 * more than the custodian takes, for ever, and nothing behind them would come to it. One that is too large alone is a call.
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
