import "server-only";
import { equalConstantTime } from "@/lib/crypto/bytes";
import { sha256Stream } from "@/lib/crypto/primitives-stream";

/** A leaf and its number. */
export interface Leaf {
  readonly seq: number;
  readonly hash: Uint8Array;
}

function numbered({ seq, hash }: Leaf): Uint8Array {
  const out = new Uint8Array(8 + hash.length);
  new DataView(out.buffer).setBigUint64(0, BigInt(seq));
  out.set(hash, 8);
  return out;
}

/**
 * The leaves by which entries that a bundle does not show were judged, to be held against the leaves that it lists:
 * whoever owns the database can answer one question about a number in one way and the next in another, and so have an
 * entry withheld, or its parts explained, by the word of one that stands elsewhere or nowhere in the tree.
 */
export class JudgedLeaves {
  readonly #judged = sha256Stream();
  readonly #listed = sha256Stream();
  readonly #believed = new Map<number, Uint8Array>();
  #count = 0;
  #other: number | undefined;

  /** Takes the leaf of an entry that is withheld; numbers rise. */
  judge(leaf: Leaf): void {
    this.#count += 1;
    this.#judged.update(numbered(leaf));
  }

  /** Takes the leaf of an entry by whose word something of others is not missed. */
  believe({ seq, hash }: Leaf): void {
    const known = this.#believed.get(seq);
    if (known !== undefined && !equalConstantTime(known, hash)) this.#other ??= seq;
    this.#believed.set(seq, hash);
  }

  /** Takes a leaf of the list, in order; `isWithheld` as the bundle says. */
  list(leaf: Leaf, isWithheld: boolean): void {
    if (isWithheld) {
      this.#count -= 1;
      this.#listed.update(numbered(leaf));
    }
    const believed = this.#believed.get(leaf.seq);
    if (believed === undefined) return;
    this.#believed.delete(leaf.seq);
    if (!equalConstantTime(believed, leaf.hash)) this.#other ??= leaf.seq;
  }

  /** Where the list has another leaf than was judged: a number, or one of those withheld; undefined where nowhere. */
  end(): number | "withheld" | undefined {
    const [unlisted] = this.#believed.keys();
    const isSame = this.#count === 0 && equalConstantTime(this.#judged.digest(), this.#listed.digest());
    return this.#other ?? unlisted ?? (isSame ? undefined : "withheld");
  }
}
