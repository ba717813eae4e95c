import { randomBytes } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import { z } from "zod";
import { fromBase64url, toBase64url, toHex, utf8 } from "@/lib/crypto/bytes";
import { hmacSha256, sha256 } from "@/lib/crypto/primitives";
import { uuidv7With } from "@/lib/crypto/uuid";
import { usage } from "../exit";
import { codeOf, makePrivateFolder, openPrivateToAdd } from "../private-file";

// What is known of a batch, so that an interrupted run continues: a seed from which every transaction's id follows,
// stored before the first call, and each result. It has no sealed values.

const Head = z.object({
  version: z.literal(1),
  at_ms: z.int(),
  seed: z.string(),
  input_sha256: z.string(),
  url: z.string(),
});

/** What became of one line: made in this run or before, or refused. */
const Result = z.object({
  line: z.int(),
  status: z.int(),
  transaction_id: z.string().optional(),
  receipt: z.unknown().optional(),
  problem: z.record(z.string(), z.unknown()).optional(),
  made_before: z.boolean().optional(),
});
export type Result = z.infer<typeof Result>;

export interface Journal {
  readonly file: string;
  /** Lines whose transactions were made by former runs. */
  readonly made: ReadonlyMap<number, Result>;
  /** The id of the transaction of this line, the same in each run. */
  idOf(line: number): string;
  /** The name of this very request, the same in each run. */
  keyOf(body: string, attempt: number): string;
  /** Puts results down; they are on the disk when it returns. */
  add(results: readonly Result[]): void;
  close(): void;
}

/** Which batch it is: these bytes, to this portal, by this profile or key. */
export interface BatchPlace {
  readonly folder: string;
  readonly url: string;
  readonly who: string;
  readonly input: Uint8Array;
}

function headOf({ url, input }: BatchPlace): z.infer<typeof Head> {
  return {
    version: 1,
    at_ms: Date.now(),
    seed: toBase64url(randomBytes(32)),
    input_sha256: toHex(sha256(input)),
    url,
  };
}

/** Makes the journal whole or not at all; where another run has made it, that one is used. */
function make(file: string, place: BatchPlace): void {
  const draft = `${file}.${randomBytes(6).toString("hex")}.draft`;
  const handle = openSync(draft, "wx", 0o600);
  try {
    writeFileSync(handle, `${JSON.stringify(headOf(place))}\n`);
    fsyncSync(handle);
    linkSync(draft, file);
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
  } finally {
    closeSync(handle);
    rmSync(draft, { force: true });
  }
}

/** Whole lines of a journal: the last one may have been cut by whatever ended the run. */
function read(file: string): { head: z.infer<typeof Head>; results: Result[] } {
  const [first = "", ...lines] = readFileSync(file, "utf8").split("\n");
  lines.pop();
  try {
    const results = lines.flatMap((line) => (line === "" ? [] : z.array(Result).parse(JSON.parse(line))));
    return { head: Head.parse(JSON.parse(first)), results };
  } catch {
    throw usage(
      `${file} has an invalid format`,
      "It records what was sent of this input: check `sealport transactions list` before you remove it.",
    );
  }
}

/** Starts a new line, also after an incomplete one: that one is invalid JSON and is removed. */
function openToAdd(file: string): number {
  const text = readFileSync(file, "utf8");
  if (!text.endsWith("\n")) {
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    const draft = `${file}.${randomBytes(6).toString("hex")}.draft`;
    writeFileSync(draft, whole, { mode: 0o600, flag: "wx" });
    renameSync(draft, file);
  }
  return openPrivateToAdd(file);
}

/** Opens the journal of a batch, or makes it; `isNew` renames an earlier one, so that all items are made again. */
export function openJournal(place: BatchPlace, isNew: boolean): Journal {
  const name = toHex(sha256(utf8(JSON.stringify([place.url, place.who, toHex(sha256(place.input))])))).slice(
    0,
    32,
  );
  makePrivateFolder(place.folder);
  const file = path.join(place.folder, `${name}.ndjson`);
  if (isNew) rmSync(file, { force: true });
  make(file, place);
  const handle = openToAdd(file);
  const { head, results } = read(file);
  const seed = fromBase64url(head.seed);
  const made = new Map(results.filter(({ status }) => status < 300).map((one) => [one.line, one]));
  return {
    file,
    made,
    idOf: (line) => uuidv7With(head.at_ms, hmacSha256(seed, utf8(`line ${line}`)).subarray(0, 10)),
    keyOf: (body, attempt) => toBase64url(hmacSha256(seed, utf8(`request ${attempt}\n${body}`))),
    add: (some) => {
      writeSync(handle, `${JSON.stringify(some)}\n`);
      fsyncSync(handle);
    },
    close: () => closeSync(handle),
  };
}
