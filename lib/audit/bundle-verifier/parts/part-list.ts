import { LABEL } from "@/lib/audit/entry/entry";
import { fromBase64url, toBase64url } from "@/lib/crypto/bytes";

/** A part of an entry, by its number and label. */
export interface PartPlace {
  readonly seq: number;
  readonly c: string;
}

const LABEL_BYTES = 8;
const LEAST = 1024;

/** Returns whether a part comes after another in the only order of such lists: by number, then by label. */
export function isLaterPart({ seq, c }: PartPlace, last: PartPlace | undefined): boolean {
  return last === undefined || last.seq < seq || (last.seq === seq && last.c < c);
}

/** Parts in their order, sixteen bytes each: eight for the number and eight for the label. */
export class PartList {
  /** The numbers. An org part, whose label has no bytes, is stored as the negative number minus one. */
  #seqs = new Float64Array(LEAST);
  #labels = new Uint8Array(LEAST * LABEL_BYTES);
  #length = 0;

  /** Returns a list of these parts, which are in order. */
  static of(parts: readonly PartPlace[]): PartList {
    const list = new PartList();
    for (const part of parts) list.push(part);
    return list;
  }

  get length(): number {
    return this.#length;
  }

  /** Adds a part. Returns false and adds nothing if its label is invalid or it does not come after the last one. */
  push(part: PartPlace): boolean {
    if (!LABEL.test(part.c) || !isLaterPart(part, this.at(this.#length - 1))) return false;
    if (this.#length === this.#seqs.length) this.#grow();
    const isOrg = part.c === "org";
    this.#seqs[this.#length] = isOrg ? -1 - part.seq : part.seq;
    if (!isOrg) this.#labels.set(fromBase64url(part.c), this.#length * LABEL_BYTES);
    this.#length += 1;
    return true;
  }

  /** Returns the part at a place of the list. Undefined if the place does not exist. */
  at(index: number): PartPlace | undefined {
    const seq = index < this.#length ? this.#seqs[index] : undefined;
    if (seq === undefined) return undefined;
    if (seq < 0) return { seq: -1 - seq, c: "org" };
    const from = index * LABEL_BYTES;
    return { seq, c: toBase64url(this.#labels.subarray(from, from + LABEL_BYTES)) };
  }

  *[Symbol.iterator](): Generator<PartPlace> {
    for (let index = 0; index < this.#length; index += 1) {
      const part = this.at(index);
      if (part !== undefined) yield part;
    }
  }

  #grow(): void {
    const seqs = new Float64Array(this.#seqs.length * 2);
    seqs.set(this.#seqs);
    this.#seqs = seqs;
    const labels = new Uint8Array(this.#labels.length * 2);
    labels.set(this.#labels);
    this.#labels = labels;
  }
}
