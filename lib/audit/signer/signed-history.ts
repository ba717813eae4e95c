import "server-only";
import { fromUtf8, utf8 } from "@/lib/crypto/bytes";
import { parseMicros } from "@/lib/crypto/instant";
import { Frontier } from "@/lib/crypto/log/merkle";
import { entryLeaf } from "../entry/entry";
import { LENGTH_BYTES } from "./signed-copy";

/** Canonical bytes list members in order, and `at` is the first: `{"at":"…Z",`. */
const AT = {
  from: utf8('{"at":"').length,
  to: utf8('{"at":"').length + "YYYY-MM-DDTHH:MM:SS.ffffffZ".length,
};

interface Place {
  readonly size: number;
  readonly offset: number;
}

const START: Place = { size: 0, offset: 0 };

/**
 * Facts from the signer's own copy about the beginning of the log: the age of the entries and the root at a size.
 * Callers ask for growing sizes, so each method continues where it stopped; a smaller size starts from 0.
 */
export class SignedHistory {
  #aged = { ...START, youngest: "" };
  #rooted: Place & { readonly frontier: Frontier } = { ...START, frontier: Frontier.empty() };

  /** `read` returns the signed entries from an offset of the file on. Both methods accept only signed sizes. */
  constructor(readonly read: (offset: number) => AsyncGenerator<Uint8Array[]>) {}

  /** Returns `at` of the youngest of the first `size` entries, microseconds. */
  async youngestBelow(size: number): Promise<bigint> {
    const from = size < this.#aged.size ? { ...START, youngest: "" } : this.#aged;
    let { youngest } = from;
    const place = await this.#walk(from, size, (entry) => {
      const at = fromUtf8(entry.subarray(AT.from, AT.to));
      if (at > youngest) youngest = at;
    });
    this.#aged = { ...place, youngest };
    return parseMicros(youngest);
  }

  /** Returns the root of the first `size` entries. */
  async rootAt(size: number): Promise<Uint8Array> {
    const from = size < this.#rooted.size ? { ...START, frontier: Frontier.empty() } : this.#rooted;
    const frontier = Frontier.from(from.size, from.frontier.hashes);
    const place = await this.#walk(from, size, (entry) => frontier.append(entryLeaf(entry)));
    this.#rooted = { ...place, frontier };
    return frontier.root();
  }

  async #walk(from: Place, to: number, see: (entry: Uint8Array) => void): Promise<Place> {
    let { size, offset } = from;
    if (size === to) return { size, offset };
    for await (const entries of this.read(offset))
      for (const entry of entries) {
        see(entry);
        size += 1;
        offset += LENGTH_BYTES + entry.length;
        if (size === to) return { size, offset };
      }
    throw new RangeError(`the copy has no ${to} entries`);
  }
}
