import "server-only";
import { connect, type Socket } from "node:net";
import type { Scanner, Verdict } from "@/lib/context/context";
import type { ScannerAddress } from "@/lib/env/scanner";

type Away = Extract<Verdict, { kind: "away" }>;
type Reply = { readonly kind: "reply"; readonly text: string } | Away;

/** How long clamd may take for one command, in milliseconds. clamd itself stops scanning a file after two minutes. */
const TIMEOUT_MS = 130_000;
/** A reply is one line. A longer one is rejected as a whole. */
const MAX_REPLY_BYTES = 1_024;
const PIECE_BYTES = 65_536;
const NUL = "\0";

const away = (reason: Away["reason"]): Away => ({ kind: "away", reason });

/** Waits until the socket accepts more bytes or closes. */
function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      socket.off("drain", go).off("close", go);
      resolve();
    };
    socket.once("drain", go).once("close", go);
  });
}

/** Calls `onLast` before the last piece is sent: from then on a reply may come. */
async function writePieces(socket: Socket, pieces: readonly Uint8Array[], onLast: () => void): Promise<void> {
  for (const [index, piece] of pieces.entries()) {
    if (socket.destroyed) return;
    if (index === pieces.length - 1) onLast();
    if (!socket.write(piece)) await drained(socket);
  }
}

/** Length and bytes of each piece; a length of zero ends the stream (clamd(8), INSTREAM). */
function* streamOf(bytes: Uint8Array): Iterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    const piece = bytes.subarray(at, at + PIECE_BYTES);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(piece.length);
    yield length;
    yield piece;
  }
  yield Buffer.alloc(4);
}

/**
 * Sends one command over its own connection and returns the reply. Rejects a reply that comes before everything was
 * sent, is too long, has no end, or follows another.
 */
function ask(
  address: ScannerAddress,
  timeoutMs: number,
  command: string,
  pieces: Iterable<Uint8Array>,
): Promise<Reply> {
  return new Promise((resolve) => {
    const socket = connect({ ...address });
    const received: Buffer[] = [];
    let length = 0;
    let isConnected = false;
    let isSent = false;
    const end = (reply: Reply): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(reply);
    };
    const timer = setTimeout(() => end(away("timeout")), timeoutMs);
    socket.on("error", () => end(away(isConnected ? "broken-off" : "unreachable")));
    socket.on("close", () => end(away("broken-off")));
    socket.on("connect", () => {
      isConnected = true;
      void writePieces(socket, [Buffer.from(`z${command}${NUL}`), ...pieces], () => {
        isSent = true;
      });
    });
    socket.on("data", (chunk) => {
      received.push(chunk);
      length += chunk.length;
      if (length > MAX_REPLY_BYTES) return end(away("unreadable"));
      const text = Buffer.concat(received).toString("latin1");
      const at = text.indexOf(NUL);
      if (at < 0) return;
      if (!isSent) return end(away("refused"));
      end(at === text.length - 1 ? { kind: "reply", text: text.slice(0, at) } : away("unreadable"));
    });
  });
}

/** Only these two lines are a result. An ERROR, a limit and all other replies mean that the bytes were not scanned. */
function verdictOf(text: string, engine: string): Verdict {
  if (text === "stream: OK") return { kind: "clean", engine };
  const found = /^stream: ([\x21-\x7e]{1,200}) FOUND$/.exec(text)?.[1];
  if (found !== undefined) return { kind: "infected", engine, found };
  return away(text.endsWith(" ERROR") ? "refused" : "unreadable");
}

/** Returns the engine's version, and version and date of its signatures. */
const ENGINE = /^ClamAV [\x20-\x7e]{1,120}$/;

/**
 * Returns a scanner that uses ClamAV's daemon over its socket (INSTREAM). The connection is neither encrypted nor
 * authenticated, so it belongs on the same machine or a private network. Without a clear answer in time the result is
 * `away`.
 */
export function clamdScanner(address: ScannerAddress, timeoutMs: number = TIMEOUT_MS): Scanner {
  return {
    scan: async (bytes) => {
      const version = await ask(address, timeoutMs, "VERSION", []);
      if (version.kind === "away") return version;
      if (!ENGINE.test(version.text)) return away("unreadable");
      const reply = await ask(address, timeoutMs, "INSTREAM", streamOf(bytes));
      return reply.kind === "away" ? reply : verdictOf(reply.text, version.text);
    },
  };
}
