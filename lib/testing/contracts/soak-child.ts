import { generateKeyPairSync } from "node:crypto";
import { wrapContentKey } from "@/lib/crypto/envelope/envelope";
import { ed25519PublicKey, generateX25519, randomBytes, x25519Handle } from "@/lib/crypto/primitives";
import { countRepeats } from "./count-repeats";
import type { SoakWork } from "./run-soak";

// Runs a work to its end and prints its progress, in a child process that a watchdog can end.
const [work = "", count = "0"] = process.argv.slice(2);
const TOLD_EVERY = 1_000;

const tell = (done: number): void => void process.stdout.write(`${done}\n`);

/** Wraps a content key for one recipient after the other, each with a fresh ephemeral key. */
async function wraps(total: number): Promise<unknown> {
  const cek = randomBytes(32);
  const { publicKey } = generateX25519();
  const rd = Buffer.alloc(32).toString("base64url");
  const context = { tx: "01936f2a-7c1b-7def-8a10-3f2b4c5d6e7f", group: "amount", ep: "1", gen: 1, rd };
  for (let done = 1; done <= total; done += 1) {
    wrapContentKey(cek, { ...context, kid: "alice#1", publicKey });
    if (done % TOLD_EVERY === 0) tell(done);
  }
  return { wraps: total };
}

/** Generates and imports keys, without a wrap. */
async function keys(total: number): Promise<unknown> {
  for (let done = 1; done <= total; done += 1) {
    const { privateKey } = generateX25519();
    x25519Handle(privateKey);
    ed25519PublicKey(privateKey);
    if (done % TOLD_EVERY === 0) tell(done);
  }
  return { keys: total };
}

/** The case that crypto.md "Speed" warns of: Node 20 blocks for ever after a few thousand rounds. */
async function exportsKeys(total: number): Promise<unknown> {
  for (let done = 1; done <= total; done += 1) {
    const pair = generateKeyPairSync("x25519");
    pair.publicKey.export({ format: "jwk" });
    pair.privateKey.export({ format: "jwk" });
    if (done % TOLD_EVERY === 0) tell(done);
  }
  return { exports: total };
}

/** Blocks the thread as a deadlock does. */
async function blocks(): Promise<unknown> {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  return {};
}

const WORKS: Readonly<Record<SoakWork, (total: number) => Promise<unknown>>> = {
  wraps,
  keys,
  exports: exportsKeys,
  blocks,
  seals: (total) => countRepeats(total, tell),
};

function isWork(name: string): name is SoakWork {
  return Object.hasOwn(WORKS, name);
}

if (!isWork(work)) throw new TypeError(`no work ${work}`);
tell(0);
process.stdout.write(`${JSON.stringify(await WORKS[work](Number(count)))}\n`);
