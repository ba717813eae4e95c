import type { Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clamdScanner } from "@/lib/access/documents/clamd";
import type { Verdict } from "@/lib/context/context";
import { EICAR, EICAR_PDF, PDF, pdfOf } from "@/lib/testing/benches/documents";
import { type Clamd, startClamd, startFalseClamd } from "@/lib/testing/servers/clamd";

const MIB = 1_048_576;

describe("Debian's clamd", () => {
  let clamd: Clamd;
  beforeAll(async () => {
    clamd = await startClamd();
  });
  afterAll(() => clamd?.close());

  const scan = (bytes: Uint8Array): Promise<Verdict> => clamdScanner(clamd.address).scan(bytes);

  it("clamd finds EICAR alone and in a PDF, with its name and the engine's version", async () => {
    const verdict = {
      kind: "infected",
      found: "Sealport.Eicar.UNOFFICIAL",
      engine: expect.stringMatching(/^ClamAV \d/),
    };
    expect(await scan(Buffer.from(EICAR))).toEqual(verdict);
    expect(await scan(EICAR_PDF)).toEqual(verdict);
  });

  it("clamd finds nothing in a PDF, in an empty file, and in 20 MB", async () => {
    for (const bytes of [PDF, Buffer.alloc(0), pdfOf(20 * MIB)])
      expect((await scan(bytes)).kind).toBe("clean");
  });

  it("clamd finds EICAR at the end of 20 MB, in whatever piece it is", async () => {
    const bytes = pdfOf(20 * MIB);
    bytes.write(EICAR, 10 * 65_536 - 30, "latin1");
    expect((await scan(bytes)).kind).toBe("infected");
    const late = pdfOf(20 * MIB);
    late.write(EICAR, late.length - 200, "latin1");
    expect((await scan(late)).kind).toBe("infected");
  });

  it("clamd answers many scans at once, each for its own bytes", async () => {
    const kinds = await Promise.all(
      Array.from({ length: 12 }, async (_, index) => (await scan(index % 3 === 0 ? EICAR_PDF : PDF)).kind),
    );
    expect(kinds).toEqual(kinds.map((_, index) => (index % 3 === 0 ? "infected" : "clean")));
  });

  it("the scanner is away, and no file is clean, when no server listens", async () => {
    const away = { kind: "away", reason: "unreachable" };
    expect(await clamdScanner({ path: "/nonexistent/clamd.sock" }).scan(PDF)).toEqual(away);
    const closed = await startFalseClamd(() => undefined);
    await closed.close();
    expect(await clamdScanner(closed.address).scan(PDF)).toEqual(away);
  });
});

describe("a misbehaving scanner is away, never clean", () => {
  const VERSION = "ClamAV 1.4.3\0";

  /** Answers VERSION correctly, and the stream by `answer` after all of it has arrived. */
  function speakStream(answer: (socket: Socket) => void) {
    return (socket: Socket): void => {
      let received = Buffer.alloc(0);
      socket.on("data", (chunk: Buffer) => {
        received = Buffer.concat([received, chunk]);
        if (received.includes("zVERSION\0")) socket.end(VERSION);
        else if (received.subarray(-4).equals(Buffer.alloc(4))) answer(socket);
      });
    };
  }

  async function verdictOf(speak: (socket: Socket) => void, bytes: Uint8Array = PDF): Promise<Verdict> {
    const server = await startFalseClamd(speak);
    try {
      return await clamdScanner(server.address, 2_000).scan(bytes);
    } finally {
      await server.close();
    }
  }

  it("a correct server is understood", async () => {
    const said = (line: string) => verdictOf(speakStream((socket) => void socket.end(line)));
    expect(await said("stream: OK\0")).toMatchObject({ kind: "clean" });
    expect(await said("stream: Win.Test.EICAR_HDB-1 FOUND\0")).toMatchObject({
      found: "Win.Test.EICAR_HDB-1",
    });
  });

  it.each([
    ["stream: OK", "broken-off"],
    ["stream: OK\n\0", "unreadable"],
    ["OK\0", "unreadable"],
    ["stream: OK\0stream: OK\0", "unreadable"],
    ["stream: OK, nothing FOUND\0", "unreadable"],
    ["stream:  FOUND\0", "unreadable"],
    ["other: OK\0", "unreadable"],
    ["INSTREAM size limit exceeded. ERROR\0", "refused"],
    ["UNKNOWN COMMAND\0", "unreadable"],
    ["", "broken-off"],
    [`stream: OK\0${"x".repeat(5_000)}`, "unreadable"],
  ] as const)("%.60s", async (line, reason) => {
    const verdict = await verdictOf(speakStream((socket) => void socket.end(line, "latin1")));
    expect(verdict).toEqual({ kind: "away", reason });
  });

  it("a server that answers OK before it has the bytes is away", async () => {
    const early = (socket: Socket): void => {
      socket.once("data", (chunk: Buffer) => {
        socket.write(chunk.includes("zVERSION\0") ? VERSION : "stream: OK\0");
        socket.pause();
      });
    };
    expect(await verdictOf(early, pdfOf(20 * MIB))).toEqual({ kind: "away", reason: "refused" });
  });

  it("a server that sends nothing, or never reads the bytes, is away", async () => {
    const timeout = { kind: "away", reason: "timeout" };
    const silent = await startFalseClamd((socket) => void socket.resume());
    expect(await clamdScanner(silent.address, 50).scan(PDF)).toEqual(timeout);
    await silent.close();
    const deaf = await startFalseClamd((socket) => {
      socket.once("data", (chunk: Buffer) => {
        if (chunk.includes("zVERSION\0")) socket.end(VERSION);
        else socket.pause();
      });
    });
    expect(await clamdScanner(deaf.address, 500).scan(pdfOf(20 * MIB))).toEqual(timeout);
    await deaf.close();
  });

  it("a server that closes in the middle of the bytes is away", async () => {
    const breaking = (socket: Socket): void => {
      socket.once("data", (chunk: Buffer) => {
        if (chunk.includes("zVERSION\0")) socket.end(VERSION);
        else socket.destroy();
      });
    };
    expect(await verdictOf(breaking, pdfOf(20 * MIB))).toEqual({ kind: "away", reason: "broken-off" });
  });

  it("a server with a name that is not ClamAV's is away", async () => {
    const other = (socket: Socket): void => void socket.end("stream: OK\0");
    expect(await verdictOf(other)).toMatchObject({ kind: "away" });
  });
});
