import "server-only";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { fromBase64url, toBase64url } from "@/lib/crypto/bytes";
import { readIfPresent, replaceDurably } from "../durable-file";

const StoredHead = z.strictObject({
  v: z.literal(1),
  log: z.string(),
  size: z.int().min(1),
  root: z.string(),
});

/** The last tree this witness cosigned; nothing before the first. */
export interface WitnessHead {
  readonly size: number;
  readonly root: Uint8Array;
}

export interface HeadFile {
  readonly head: WitnessHead | undefined;
  /** Makes the head last before its cosignature may leave. */
  move(head: WitnessHead): Promise<void>;
}

/** Opens the witness's store of one log. A file that cannot be read stops the witness: it must not start again from nothing. */
export async function openHeadFile(dir: string, log: string): Promise<HeadFile> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const file = path.join(dir, "head.json");
  const text = await readIfPresent(file);
  let head: WitnessHead | undefined;
  if (text !== undefined) {
    const stored = StoredHead.parse(JSON.parse(text));
    if (stored.log !== log) throw new Error("the witness's store belongs to another log");
    head = { size: stored.size, root: fromBase64url(stored.root) };
  }
  return {
    get head() {
      return head;
    },
    move: async (next) => {
      await replaceDurably(
        file,
        `${JSON.stringify({ v: 1, log, size: next.size, root: toBase64url(next.root) })}\n`,
      );
      head = next;
    },
  };
}
