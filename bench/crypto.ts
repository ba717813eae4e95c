import { benchBatch } from "./batch";
import { benchCustody } from "./custody";
import { benchEnvelope } from "./envelope";
import type { Figure } from "./measure";

/** Envelopes against others, then what stands around them: batches, re-wrapping, and each place where keys lie. */
export async function benchCrypto(): Promise<Figure[]> {
  return [...(await benchEnvelope()), ...(await benchBatch()), ...(await benchCustody())];
}
