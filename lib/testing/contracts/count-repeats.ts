import { openContentKey, type SealedEnvelope, sealEnvelope } from "@/lib/crypto/envelope/envelope";
import { sealFixture } from "@/lib/crypto/envelope/envelope-fixture";
import { SeenDigests } from "./seen-digests";

/** What one envelope uses once, and may never use again. */
export const ONCE = ["iv", "content key", "ephemeral key"] as const;
export type Once = (typeof ONCE)[number];

/** How many seals there were, and how often each single-use value was repeated. */
export interface Repeats {
  readonly seals: number;
  readonly repeats: Readonly<Record<Once, number>>;
}

const KIDS = ["alice#1", "escrow#3"];
const VALUES = 2 + KIDS.length;
const TOLD_EVERY = 1_000;

/** Returns the commitment in a protected header: HMAC of the content key over a context that is the same for all seals here. */
function commitmentOf(sealed: SealedEnvelope): string {
  const header: { readonly cfx: { readonly cmt: string } } = JSON.parse(
    Buffer.from(sealed.envelope.protected, "base64url").toString("utf8"),
  );
  return header.cfx.cmt;
}

/**
 * Counts repeats among envelopes of one context. Two envelopes with the same content key have the same commitment, so the key itself need
 * not be known. Memory is bounded by the announced number of seals.
 */
export class RepeatCounter {
  private readonly seen: SeenDigests;
  private readonly repeats = { iv: 0, "content key": 0, "ephemeral key": 0 };
  private seals = 0;

  constructor(seals: number) {
    this.seen = new SeenDigests(seals * VALUES);
  }

  get bytes(): number {
    return this.seen.bytes;
  }

  add(sealed: SealedEnvelope): void {
    this.seals += 1;
    this.look("iv", sealed.envelope.iv);
    this.look("content key", commitmentOf(sealed));
    for (const { header } of sealed.envelope.recipients) this.look("ephemeral key", header.epk.x);
  }

  counted(): Repeats {
    return { seals: this.seals, repeats: { ...this.repeats } };
  }

  private look(kind: Once, value: string): void {
    if (!this.seen.add(kind, value)) this.repeats[kind] += 1;
  }
}

/**
 * Seals this often for a participant and the escrow, and counts repeats. Each thousandth envelope is opened, to show that the compared
 * commitments belong to the keys in use. `onProgress` is called after each thousand.
 */
export async function countRepeats(seals: number, onProgress: (done: number) => void): Promise<Repeats> {
  const fixture = sealFixture({ amount: "1000.00", currency: "EUR" }, KIDS);
  const counter = new RepeatCounter(seals);
  for (let done = 1; done <= seals; done += 1) {
    const sealed = sealEnvelope(fixture.seal);
    counter.add(sealed);
    if (done % TOLD_EVERY !== 0 && done !== seals) continue;
    (await openContentKey(fixture.open("alice#1", sealed.envelope))).fill(0);
    onProgress(done);
  }
  return counter.counted();
}
