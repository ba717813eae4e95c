import "server-only";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { concatAll } from "@/lib/crypto/bytes";
import { StartError } from "@/lib/db/embedded/start-error";

type Input = Readable & { readonly isTTY?: boolean };
type Output = Writable & { readonly isTTY?: boolean };

/** Clears the screen and its scrollback. */
const CLEAR = "\u001B[2J\u001B[3J\u001B[H";

/** The operator's terminal, or the input and output that replace it. */
export interface Terminal {
  /** Whether a person reads and answers: input and output are both a terminal. */
  readonly isPerson: boolean;
  say(line: string): void;
  /** Shows bytes that stay on the screen until `clear`. */
  show(bytes: Uint8Array): Promise<void>;
  clear(): void;
  /** Waits for a line. */
  pause(prompt: string): Promise<void>;
  /** Returns all of the input. The caller overwrites it with zeros. */
  readAll(): Promise<Uint8Array>;
}

/** Returns several chunks as one, and overwrites the chunks with zeros. */
function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const whole = concatAll(chunks);
  for (const chunk of chunks) chunk.fill(0);
  return whole;
}

class StreamTerminal implements Terminal {
  readonly isPerson: boolean;

  constructor(
    private readonly input: Input,
    private readonly output: Output,
  ) {
    this.isPerson = input.isTTY === true && output.isTTY === true;
  }

  say(line: string): void {
    this.output.write(`${line}\n`);
  }

  show(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.output.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
  }

  clear(): void {
    if (this.output.isTTY) this.output.write(CLEAR);
  }

  async pause(prompt: string): Promise<void> {
    this.output.write(`${prompt} `);
    if (this.input.readableEnded) throw new StartError("The terminal was closed.");
    this.input.resume();
    const ended = new AbortController();
    const end = once(this.input, "end", { signal: ended.signal }).then(() => {
      throw new StartError("The terminal was closed.");
    });
    try {
      await Promise.race([once(this.input, "data", { signal: ended.signal }), end]);
    } finally {
      ended.abort();
      end.catch(() => undefined);
      this.input.pause();
    }
  }

  async readAll(): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of this.input) chunks.push(chunk);
    return joined(chunks);
  }
}

/** A terminal over two streams. */
export function terminalOf(input: Input, output: Output): Terminal {
  return new StreamTerminal(input, output);
}
