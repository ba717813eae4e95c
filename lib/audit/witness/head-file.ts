import "server-only";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { fromBase64url, toBase64url } from "@/lib/crypto/bytes";
import { OperatorError } from "@/lib/errors";
import { readIfPresent, replaceDurably } from "../signer/durable-file";

const StoredHead = z.strictObject({
  v: z.literal(1),
  log: z.string(),
  size: z.int().min(0),
  root: z.string(),
  /** Unix seconds of the last cosignature; absent in stores from before it was kept. */
  cosigned_at: z.int().min(0).default(0),
});

const FILE = "head.json";

/** The last tree that this witness cosigned; undefined before the first. */
export interface WitnessHead {
  readonly size: number;
  readonly root: Uint8Array;
  readonly cosignedAt: number;
}

export interface HeadFile {
  readonly head: WitnessHead | undefined;
  /** Makes the head durable. The cosignature may be returned only after this. */
  move(head: WitnessHead): Promise<void>;
}

/** The store of a log cannot be read. The witness must not start again with an empty store. */
export class WitnessStoreDamaged extends OperatorError {
  override readonly name = "WitnessStoreDamaged";
}

interface StoredFacts extends WitnessHead {
  readonly log: string;
}

function parseStore(text: string): StoredFacts {
  try {
    const { log, size, root, cosigned_at: cosignedAt } = StoredHead.parse(JSON.parse(text));
    return { log, size, root: fromBase64url(root), cosignedAt };
  } catch (cause) {
    throw new WitnessStoreDamaged("the witness's store cannot be read", { cause });
  }
}

/** Returns the head in a store's text. Throws WitnessStoreDamaged. */
export function readHead(text: string, log: string): WitnessHead {
  const { log: stored, ...head } = parseStore(text);
  if (stored !== log) throw new WitnessStoreDamaged("the witness's store belongs to another log");
  if (head.root.length !== 32) throw new WitnessStoreDamaged("the witness's store holds no root hash");
  return head;
}

/** Returns whether a folder has the head of this log. Throws WitnessStoreDamaged if its content cannot be read. */
export async function isStoreOf(dir: string, log: string): Promise<boolean> {
  const text = await readIfPresent(path.join(dir, FILE));
  return text !== undefined && parseStore(text).log === log;
}

/** Returns the head in a witness's folder, and makes no folder; undefined without one. Throws WitnessStoreDamaged. */
export async function readHeadFile(dir: string, log: string): Promise<WitnessHead | undefined> {
  const text = await readIfPresent(path.join(dir, FILE));
  return text === undefined ? undefined : readHead(text, log);
}

/** Opens the witness's store of one log, in its own folder. Throws WitnessStoreDamaged, and file system errors. */
export async function openHeadFile(dir: string, log: string): Promise<HeadFile> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const file = path.join(dir, FILE);
  let head = await readHeadFile(dir, log);
  return {
    get head() {
      return head;
    },
    move: async (next) => {
      const stored = {
        v: 1,
        log,
        size: next.size,
        root: toBase64url(next.root),
        cosigned_at: next.cosignedAt,
      };
      await replaceDurably(file, `${JSON.stringify(stored)}\n`);
      head = next;
    },
  };
}
