import "server-only";
import path from "node:path";
import type { Clock } from "@/lib/clock";
import { toHex, utf8 } from "@/lib/crypto/bytes";
import { sha256 } from "@/lib/crypto/primitives";
import type { WitnessLog } from "@/lib/env/anchors";
import type { NoteSigner } from "../entry/note-line";
import type { Witness } from "./add-checkpoint";
import { isStoreOf, openHeadFile } from "./head-file";

/**
 * Returns the folder of a log's head, named after SHA-256 of its origin. A store in the first version's layout, for
 * one log only, stays where it is.
 */
export async function witnessFolder(dir: string, origin: string): Promise<string> {
  return (await isStoreOf(dir, origin)) ? dir : path.join(dir, toHex(sha256(utf8(origin))));
}

/**
 * Opens a witness on its store. Throws WitnessStoreDamaged. A witness that lost its store must not return with its
 * old key: it would cosign a fork of what it cosigned before.
 */
export async function openWitness(
  dir: string,
  logs: readonly WitnessLog[],
  signer: NoteSigner,
  clock: Clock,
): Promise<Witness> {
  const opened = logs.map(async ({ origin, vkeys }) => {
    return { origin, vkeys, head: await openHeadFile(await witnessFolder(dir, origin), origin) };
  });
  return { logs: await Promise.all(opened), signer, clock };
}
