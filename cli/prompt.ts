import { CliError, EXIT, usage } from "./exit";
import type { Host } from "./host";
import { oneLine } from "./shown";

const MAX_INPUT = 64 << 10;
const INTERRUPT = "\u0003";
const END = "\u0004";
const ERASE = new Set(["\u007f", "\b"]);

/** Returns whether a terminal is present, so that a person can be asked. */
export function canAsk({ stdin, stderr }: Host): boolean {
  return stdin.isTTY === true && stderr.isTTY === true;
}

/** Returns the text after one more typed character; undefined when the line ends. */
function typed(text: string, character: string): string | undefined {
  if (character === INTERRUPT) throw new CliError(EXIT.interrupted, "interrupted");
  if (character === END || character === "\r" || character === "\n") return undefined;
  return ERASE.has(character) ? text.slice(0, -1) : text + character;
}

/** Reads one line from the terminal without showing it. Ctrl-C ends the run. */
export function askHidden(host: Host, question: string): Promise<string> {
  const { stdin, stderr } = host;
  // Raw mode begins before the question, so that an answer typed at once is not shown either.
  stdin.setRawMode(true);
  stderr.write(`${oneLine(question)} `);
  stdin.setEncoding("utf8");
  return new Promise((resolve, reject) => {
    let text = "";
    const end = (settle: () => void): void => {
      stdin.off("data", take);
      stdin.setRawMode(false);
      stdin.pause();
      stderr.write("\n");
      settle();
    };
    const take = (chunk: string): void => {
      try {
        for (const character of chunk) {
          const next = typed(text, character);
          if (next === undefined) {
            end(() => resolve(text));
            return;
          }
          text = next;
        }
      } catch (error) {
        end(() => reject(error));
      }
    };
    stdin.on("data", take);
    stdin.resume();
  });
}

/** Reads one line from the terminal, shown as it is typed. */
export function ask(host: Host, question: string): Promise<string> {
  const { stdin, stderr } = host;
  stderr.write(`${oneLine(question)} `);
  stdin.setEncoding("utf8");
  return new Promise((resolve) => {
    let text = "";
    const take = (chunk: string): void => {
      text += chunk;
      if (!text.includes("\n")) return;
      end();
    };
    const end = (): void => {
      stdin.off("data", take);
      stdin.off("end", end);
      stdin.pause();
      resolve(text.split("\n")[0]?.trim() ?? "");
    };
    stdin.on("data", take);
    stdin.on("end", end);
    stdin.resume();
  });
}

/** Returns all of standard input. Throws CliError (usage) for more than `maxBytes`. */
export async function readInput(host: Host, maxBytes = MAX_INPUT): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of host.stdin) {
    const bytes = typeof chunk === "string" ? Buffer.from(chunk) : (chunk as Buffer);
    length += bytes.length;
    if (length > maxBytes) throw usage(`standard input is longer than ${maxBytes} bytes`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/** Returns true with `--yes`, otherwise the answer of a person at the terminal. Throws CliError (usage) without both. */
export async function confirm(host: Host, isYes: boolean, question: string): Promise<boolean> {
  if (isYes) return true;
  if (!canAsk(host)) throw usage("cannot ask without a terminal", "--yes agrees in advance.");
  return /^y(es)?$/i.test(await ask(host, `${question} [y/N]`));
}
