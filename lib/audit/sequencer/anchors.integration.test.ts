import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "@/lib/clock";
import { toBase64, utf8 } from "@/lib/crypto/bytes";
import { cosignatureLine, cosignerVkey, openNote, splitNote } from "@/lib/crypto/log/signed-note";
import { ed25519PublicKey, ed25519Sign } from "@/lib/crypto/primitives";
import type { WitnessAddress } from "@/lib/env/anchors";
import { type ServiceHandler, type ServiceServer, serveHttp } from "@/lib/ipc/server";
import { loadSigningKey, type SigningKey } from "@/lib/keystore/signing-key";
import { createLogger } from "@/lib/telemetry/logger";
import { type AuditBench, createAuditBench, createTestKeystore } from "@/lib/testing/benches/audit-bench";
import {
  createTestAuthority,
  openssl,
  type StampHandler,
  serveAuthority,
  stampWith,
  type TestAuthority,
} from "@/lib/testing/servers/time-stamp-authority";
import type { AuditEvent } from "../entry/event";
import { recordEvent } from "../record/record-event";
import { type EntryFile, openEntryFile } from "../signer/entry-file";
import { signerHandler } from "../signer/serve-signer";
import { askAuthority } from "../timestamp/ask-authority";
import { timeStampQuery } from "../timestamp/exchange";
import { checkpointImprint, stampedBytes } from "../timestamp/imprint";
import { openWitness } from "../witness/open-witness";
import { witnessHandler } from "../witness/serve-witness";
import { askWitness } from "./ask-witness";
import { readLastCheckpoint } from "./checkpoint-store";
import { type CheckpointerOptions, createCheckpointer, publishCheckpoint } from "./checkpointer";
import { requestCheckpoint } from "./request-note";
import { integrateBatch, prepareLog } from "./sequencer";
import { type StamperOptions, stampNewest } from "./stamp-newest";
import { witnessedBy } from "./witnessing";

const EVENT: AuditEvent = { class: "log", outcome: "done", action: "audit.read", subjects: [] };
const logger = createLogger("test", "silent");
const POLICY = { own: 1, independent: 1 };

let bench: AuditBench;
let dir: string;
let key: SigningKey;
let file: EntryFile;
let options: CheckpointerOptions;
const closing: { close(drainMs?: number): Promise<void> }[] = [];

beforeEach(async () => {
  bench = await createAuditBench();
  await prepareLog(bench.sequencerPool, bench.place);
  dir = await mkdtemp(path.join(tmpdir(), "sealport-anchors-"));
  key = loadSigningKey(await createTestKeystore("signer", bench.place.log), "log");
  file = await openEntryFile(path.join(dir, "log"), bench.place.log);
  const signerUrl = `unix:${dir}/signer.sock`;
  const from = { pool: bench.signerPool, file, log: bench.place.log, signer: key, clock: systemClock };
  closing.push(await serveHttp(signerUrl, signerHandler(from, logger)));
  options = {
    ...bench.place,
    pool: bench.sequencerPool,
    signerUrl,
    logVkey: key.vkey,
    logger,
    policy: POLICY,
    witnessWaitMs: 200,
  };
});
afterEach(async () => {
  await Promise.all(closing.splice(0).map((server) => server.close(0)));
  await file.close();
  await bench.close();
});

async function grow(count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, () => recordEvent(bench.cx, EVENT)));
  await integrateBatch(bench.sequencerPool, bench.place);
}

interface TestWitness {
  readonly address: WitnessAddress;
  readonly handler: ServiceHandler;
  readonly seed: Uint8Array;
}

/** An honest witness without a server yet. */
async function newWitness(tag: number, kind: "own" | "independent"): Promise<TestWitness> {
  const seed = new Uint8Array(32).fill(tag);
  const name = `witness.example.test/w${tag}`;
  const signer = {
    name,
    publicKey: ed25519PublicKey(seed),
    sign: async (bytes: Uint8Array) => ed25519Sign(seed, bytes),
  };
  const logs = [{ origin: bench.place.log, vkeys: [key.vkey] }];
  const witness = await openWitness(path.join(dir, `w${tag}`), logs, signer, systemClock);
  const address = { url: `unix:${dir}/w${tag}.sock`, vkey: cosignerVkey(name, signer.publicKey), kind };
  return { address, handler: witnessHandler(witness), seed };
}

async function serve({ address }: TestWitness, handler: ServiceHandler): Promise<ServiceServer> {
  const server = await serveHttp(address.url, handler);
  closing.push(server);
  return server;
}

const newest = async () => {
  const row = await readLastCheckpoint(bench.sequencerPool, bench.place.log);
  if (row === undefined) throw new TypeError("no checkpoint");
  return row;
};
const until = async (condition: () => Promise<boolean>): Promise<void> => {
  while (!(await condition())) await sleep(20);
};

describe("checkpoints and their witnesses", () => {
  it("a checkpoint waits for the policy, then has every line at once and is called witnessed", async () => {
    const own = await newWitness(1, "own");
    const other = await newWitness(2, "independent");
    await serve(own, own.handler);
    await serve(other, other.handler);
    await grow(3);
    const witnesses = [own.address, other.address];
    const checkpointer = createCheckpointer({ ...options, witnesses, witnessWaitMs: 30_000 });
    expect(await checkpointer.step()).toBe(3);
    const row = await newest();
    expect(openNote(row.note, [key.vkey, own.address.vkey, other.address.vkey]).verified).toHaveLength(3);
    expect(witnessedBy(POLICY, row.witnesses)).toBe("witnessed");
    await grow(4);
    expect(await checkpointer.step()).toBe(7);
    expect((await newest()).witnesses).toHaveLength(2);
  });

  it("a checkpoint is published and marked when one witness is slow and one is unreachable, without delay for integration; the late line is added", async () => {
    const own = await newWitness(1, "own");
    const slow = await newWitness(2, "independent");
    const dead = await newWitness(3, "independent");
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await serve(own, own.handler);
    await serve(slow, async (request) => {
      await held;
      return slow.handler(request);
    });
    await grow(3);
    const checkpointer = createCheckpointer({
      ...options,
      witnesses: [slow.address, dead.address, own.address],
    });
    expect(await checkpointer.step()).toBe(3);
    const before = await newest();
    expect(witnessedBy(POLICY, before.witnesses)).toBe("self-witnessed");
    await grow(2);
    expect(await checkpointer.step()).toBe(5);
    expect((await newest()).witnesses.map(({ kind }) => kind)).toEqual(["own"]);
    release();
    await checkpointer.settled();
    const { rows } = await bench.appPool.query("SELECT note, witnesses FROM audit_checkpoint WHERE size = 3");
    expect(rows[0].note.startsWith(before.note)).toBe(true);
    expect(openNote(rows[0].note, [key.vkey, own.address.vkey, slow.address.vkey]).verified).toHaveLength(3);
    expect(witnessedBy(POLICY, rows[0].witnesses)).toBe("witnessed");
  });

  it("a checkpoint without a witness is unwitnessed, and a returning witness cosigns the newest without new entries", async () => {
    const own = await newWitness(1, "own");
    await grow(3);
    const only = { ...options, policy: { own: 1, independent: 0 }, witnesses: [own.address] };
    expect(await publishCheckpoint(only)).toBe(3);
    expect(witnessedBy(only.policy, (await newest()).witnesses)).toBe("unwitnessed");
    await serve(own, own.handler);
    const checkpointer = createCheckpointer(only);
    await until(async () => {
      expect(await checkpointer.step()).toBeUndefined();
      await checkpointer.settled();
      return (await newest()).witnesses.length === 1;
    });
    expect(openNote((await newest()).note, [key.vkey, own.address.vkey]).verified).toHaveLength(2);
  });

  it("a checkpoint has one line per witness, however many workers bring it", async () => {
    const own = await newWitness(1, "own");
    await serve(own, own.handler);
    await grow(3);
    const workers = Array.from({ length: 4 }, () =>
      createCheckpointer({ ...options, witnesses: [own.address] }),
    );
    await Promise.all(workers.map((worker) => worker.step()));
    await Promise.all(workers.map((worker) => worker.step()));
    await Promise.all(workers.map((worker) => worker.settled()));
    const row = await newest();
    expect(row.witnesses).toHaveLength(1);
    expect(splitNote(row.note).lines).toHaveLength(2);
  });

  it("a worker that another one overtakes at a witness asks again or leaves it, and raises no alarm", async () => {
    const own = await newWitness(1, "own");
    const lines: string[] = [];
    const log = createLogger("test", "info", { write: (line) => void lines.push(line) });
    const mine = { ...options, witnesses: [own.address] };
    let between: (() => Promise<unknown>) | undefined;
    await serve(own, async (request) => {
      const answer = await own.handler(request);
      const act = answer.status === 409 ? between : undefined;
      if (act !== undefined) between = undefined;
      await act?.();
      return answer;
    });
    await grow(2);
    expect(await publishCheckpoint(mine)).toBe(2);
    await grow(3);
    const five = await requestCheckpoint(options);
    await grow(2);
    // While a worker learns that the witness has 2 entries, another one has its tree of 5 cosigned.
    between = () => askWitness(options, own.address, five, 2);
    expect(await publishCheckpoint({ ...mine, logger: log })).toBe(7);
    expect((await newest()).witnesses).toHaveLength(1);
    // The other one is even ahead of us: our checkpoint goes without, the newer one has it.
    await grow(2);
    between = async () => {
      await grow(2);
      await publishCheckpoint(mine);
    };
    expect(await publishCheckpoint({ ...mine, logger: log })).toBe(9);
    expect(await newest()).toMatchObject({ size: 11, witnesses: [{ kind: "own" }] });
    expect(lines.filter((line) => line.includes("alarm"))).toEqual([]);
  });

  it("a checkpoint gets no invalid line, whatever a witness answers", async () => {
    await grow(3);
    const text = (body: Buffer) => splitNote(body.toString().slice(body.indexOf("\n\n") + 2)).text;
    const liar = await newWitness(4, "independent");
    const name = "witness.example.test/w4";
    const right = (body: Buffer) => `${cosignatureLine(name, liar.seed, text(body), 1_795_000_000)}\n`;
    const answers: Record<string, (body: Buffer) => { status: number; body?: string }> = {
      "another key under its name": (body) => ({
        status: 200,
        body: `${cosignatureLine(name, new Uint8Array(32).fill(9), text(body), 1)}\n`,
      }),
      "another tree": (body) => ({
        status: 200,
        body: `${cosignatureLine(name, liar.seed, text(body).replace("\n3\n", "\n4\n"), 1)}\n`,
      }),
      "a text of its own before the line": (body) => ({ status: 200, body: `smuggled\n\n${right(body)}` }),
      "no final newline": (body) => ({ status: 200, body: right(body).trimEnd() }),
      "a line ending in CRLF": (body) => ({ status: 200, body: right(body).replace("\n", "\r\n") }),
      garbage: () => ({ status: 200, body: "<html>" }),
      nothing: () => ({ status: 200 }),
      "a line without its status": (body) => ({ status: 500, body: right(body) }),
      "10,000 lines": (body) => ({ status: 200, body: right(body).repeat(10_000) }),
      "101 lines": (body) => ({ status: 200, body: right(body).repeat(101) }),
      "a size ahead of us": () => ({ status: 409, body: "9\n" }),
      "a fork at our size": () => ({ status: 409, body: "3\n" }),
      "a size with leading zeros": () => ({ status: 409, body: "003\n" }),
      "a huge size": () => ({ status: 409, body: `${"9".repeat(400)}\n` }),
    };
    let current = answers.garbage;
    await serve(liar, async ({ body }) => current?.(body) ?? { status: 404 });
    const step = () => publishCheckpoint({ ...options, witnesses: [liar.address] });
    for (const [what, answer] of Object.entries(answers)) {
      current = answer;
      await step();
      expect((await newest()).witnesses, what).toEqual([]);
    }
    const strange = `\u2014 someone.example.test ${toBase64(new Uint8Array(76))}\n`;
    current = (body) => ({ status: 200, body: `${strange}${right(body)}` });
    await step();
    const row = await newest();
    expect(row.witnesses.map((mark) => mark.name)).toEqual([name]);
    expect(row.note).not.toContain("someone.example.test");
  });

  it("a published checkpoint cannot lose a line, a root or a stamp through any login that may write them", async () => {
    await grow(3);
    const own = await newWitness(1, "own");
    await serve(own, own.handler);
    await publishCheckpoint({ ...options, witnesses: [own.address] });
    const refused = (set: string) =>
      expect(bench.sequencerPool.query(`UPDATE audit_checkpoint SET ${set}`)).rejects.toThrow();
    await refused("note = split_part(note, E'\\n\\n', 1) || E'\\n\\nx\\n'");
    await refused("witnesses = '[]'");
    await refused("root = sha256('forged')");
    await refused("published_at = now()");
    await bench.sequencerPool.query("UPDATE audit_checkpoint SET time_stamp = 'x', time_stamped_at = now()");
    await refused("time_stamp = NULL");
    await refused("time_stamped_at = time_stamped_at - interval '1 day'");
    await expect(bench.sequencerPool.query("DELETE FROM audit_checkpoint")).rejects.toThrow();
  });
});

describe("checkpoints and their time stamps", () => {
  let authority: TestAuthority;
  const stamper = async (
    handler: StampHandler,
    more: Partial<StamperOptions> = {},
  ): Promise<StamperOptions> => {
    const server = await serveAuthority(handler);
    closing.push(server);
    return {
      pool: bench.sequencerPool,
      log: bench.place.log,
      logVkey: key.vkey,
      authority: { url: server.url, trustedPem: [authority.caPem], timeoutMs: 30_000 },
      periodMs: 60_000,
      clock: systemClock,
      logger,
      ...more,
    };
  };

  it("one checkpoint per period is stamped, and the last one when the log is quiet; openssl verifies the stored token", async () => {
    authority = await createTestAuthority();
    await grow(2);
    await publishCheckpoint(options);
    const stamping = await stamper(stampWith(authority));
    expect(await stampNewest(stamping)).toBe(2);
    expect(await stampNewest(stamping)).toBeUndefined();
    await grow(1);
    await publishCheckpoint(options);
    expect(await stampNewest(stamping)).toBeUndefined();
    expect((await newest()).time_stamp).toBeNull();
    expect(await stampNewest({ ...stamping, periodMs: 0 })).toBe(3);
    const row = await newest();
    expect(row.time_stamped_at).toBeInstanceOf(Date);
    const [token, data] = [path.join(dir, "token.der"), path.join(dir, "stamped.txt")];
    await writeFile(token, row.time_stamp ?? "");
    await writeFile(data, stampedBytes(row.note, [key.vkey]));
    const args = ["ts", "-verify", "-token_in", "-in", token, "-CAfile", authority.caFile];
    expect(await openssl(...args, "-data", data)).toContain("Verification: OK");
    await writeFile(data, utf8(`${row.note} `));
    await expect(openssl(...args, "-data", data)).rejects.toThrow();
  });

  it("a checkpoint stays published and unstamped when the authority is down, slow, invalid, refusing or untrusted", async () => {
    authority = await createTestAuthority();
    const foreign = await createTestAuthority();
    await grow(2);
    await publishCheckpoint(options);
    const replay = await authority.reply(timeStampQuery(new Uint8Array(32), new Uint8Array(8)).bytes);
    const asReply =
      (body: Buffer | string, status = 200, type = "application/timestamp-reply"): StampHandler =>
      (_q, _r, response) => {
        response.writeHead(status, { "content-type": type }).end(body);
      };
    const down = await stamper(() => undefined);
    await expect(
      stampNewest({ ...down, authority: { ...down.authority, url: "http://127.0.0.1:1/" } }),
    ).rejects.toThrow("cannot be reached");
    await expect(stampNewest({ ...down, authority: { ...down.authority, timeoutMs: 50 } })).rejects.toThrow(
      "in time",
    );
    const cases: [StampHandler, string][] = [
      [asReply("<html>garbage</html>"), "not one whole value"],
      [asReply("x", 200, "text/html"), "HTTP 200"],
      [asReply("x", 503), "HTTP 503"],
      [asReply(Buffer.alloc(1_000_000)), "too large"],
      [asReply(Buffer.from([0x30, 5, 0x30, 3, 2, 1, 2])), "status 2"],
      [asReply(replay), "covers other bytes"],
      [stampWith(foreign), "no path to a trusted certificate"],
    ];
    for (const [handler, reason] of cases) {
      await expect(stampNewest(await stamper(handler))).rejects.toThrow(reason);
      expect((await newest()).time_stamp).toBeNull();
    }
    // An old answer for the same imprint is refused, because its nonce differs.
    let kept: Buffer | undefined;
    const recorder: StampHandler = async (query, _request, response) => {
      kept ??= await authority.reply(query);
      response.writeHead(200, { "content-type": "application/timestamp-reply" }).end(kept);
    };
    const recorded = await stamper(recorder);
    expect(await stampNewest(recorded)).toBe(2);
    await expect(
      askAuthority(recorded.authority, checkpointImprint((await newest()).note, [key.vkey])),
    ).rejects.toMatchObject({ fault: "nonce" });
  });
});
