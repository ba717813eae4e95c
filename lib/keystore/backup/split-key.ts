import "server-only";
import { combine, split } from "shamir-secret-sharing";
import { equalConstantTime } from "@/lib/crypto/bytes";
import { InvariantError } from "@/lib/errors";

/** The library accepts only a plain Uint8Array. The copies are zeroed. */
function plainCopy(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(bytes);
}

/** Returns the key that values of one division give. Other values give another key without an error, so the caller must check it. */
export async function combineKey(values: readonly Uint8Array[]): Promise<Uint8Array> {
  const copies = values.map(plainCopy);
  try {
    return await combine(copies);
  } finally {
    for (const copy of copies) copy.fill(0);
  }
}

async function requireGives(values: readonly Uint8Array[], key: Uint8Array): Promise<void> {
  const again = await combineKey(values);
  const isSame = equalConstantTime(again, key);
  again.fill(0);
  if (!isSame) throw new InvariantError("a division of a key does not give it back");
}

/**
 * Divides a key so that any `threshold` of the values give it. Each value is tested before the return, so that no useless
 * share is issued.
 */
export async function splitKey(key: Uint8Array, shares: number, threshold: number): Promise<Uint8Array[]> {
  const copy = plainCopy(key);
  try {
    const values = await split(copy, shares, threshold);
    for (let from = 0; from + threshold <= shares; from += 1)
      await requireGives(values.slice(from, from + threshold), key);
    return values;
  } finally {
    copy.fill(0);
  }
}
