import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "@/lib/clock";
import { openNote } from "@/lib/crypto/log/signed-note";
import { loadSigningKey } from "@/lib/keystore/signing-key";
import { createTestKeystore } from "@/lib/testing/benches/audit-bench";
import { createRecoveryBench, EVENT, type RecoveryBench } from "@/lib/testing/benches/recovery-bench";
import { parseCheckpointText } from "../entry/checkpoint";
import { parseEntry } from "../entry/entry";
import { recordEvent } from "../record/record-event";
import { insertCheckpoint } from "../sequencer/checkpoint-store";
import { integrateBatch, prepareLog } from "../sequencer/sequencer";
import { openEntryFile } from "../signer/entry-file";
import { signCheckpoint } from "../signer/sign-checkpoint";
import { startNewLog } from "./start-new-log";

let bench: RecoveryBench;

beforeEach(async () => {
  bench = await createRecoveryBench();
});
afterEach(() => bench?.close());

describe("the loss of the database and of the signer's store", () => {
  it("closes the origin for ever, and the new log's entry 0 binds the old checkpoint and names what is lost", async () => {
    await bench.grow(4);
    await bench.backUp();
    await bench.grow(5);
    const from = {
      pool: bench.signerPool,
      file: bench.file,
      log: bench.place.log,
      signer: bench.key,
      clock: systemClock,
    };
    const checkpoint = await signCheckpoint(from);
    const { size } = parseCheckpointText(openNote(checkpoint, [bench.key.vkey]).text);
    await bench.restore();
    const origin = `${bench.place.log}/2`;
    const next = { origin, checkpoint, oldVkey: bench.key.vkey };
    const forged = checkpoint.replace(bench.place.log, "other.test/log");
    await expect(startNewLog(bench.owner, bench.place, { ...next, checkpoint: forged })).rejects.toThrow();
    await expect(startNewLog(bench.owner, bench.place, { ...next, origin: bench.place.log })).rejects.toThrow(
      "a name",
    );

    const started = await startNewLog(bench.owner, bench.place, next);
    expect(started.lost).toEqual({ from: size - 5, to: size });
    const place = { ...bench.place, log: origin };
    const cx = { ...bench.cx, instance: { ...bench.cx.instance, log: origin } };
    await expect(recordEvent(bench.cx, EVENT)).rejects.toMatchObject({ code: "service.audit-unavailable" });
    await recordEvent(cx, EVENT);
    await integrateBatch(bench.sequencerPool, place);
    const { rows } = await bench.appPool.query(
      "SELECT l.entry_id, e.bytes FROM audit_leaf l JOIN audit_entry e ON e.id = l.entry_id WHERE l.log = $1 ORDER BY l.seq",
      [origin],
    );
    expect(rows).toHaveLength(2);
    expect(rows[0].entry_id).toBe(started.entryId);
    const first = parseEntry(rows[0].bytes);
    expect(first).toMatchObject({ class: "log", log: origin });
    expect(first.pub?.recovery).toEqual({ origin: bench.place.log, checkpoint, lost: started.lost });

    const newKey = loadSigningKey(await createTestKeystore("signer", origin), "log");
    const newFile = await openEntryFile(`${bench.dir}-2`, origin);
    const note = await signCheckpoint({ ...from, file: newFile, log: origin, signer: newKey });
    expect(parseCheckpointText(openNote(note, [newKey.vkey]).text)).toMatchObject({ origin, size: 2 });
    await newFile.close();

    await insertCheckpoint(
      bench.sequencerPool,
      place,
      { ...parseCheckpointText(openNote(note, [newKey.vkey]).text), note },
      [],
    );
    expect(await bench.verify(origin, newKey.vkey)).toMatchObject({
      verdict: "wrong",
      findings: [{ class: "lost", detail: expect.stringContaining(`lost ${size - 5}..${size - 1}`) }],
    });

    // The old log accepts no entry from any login and cannot be opened again.
    await expect(startNewLog(bench.owner, bench.place, next)).rejects.toThrow("no such open log");
    await expect(prepareLog(bench.sequencerPool, bench.place)).rejects.toThrow("cannot be reopened");
    await expect(
      bench.sequencerPool.query("UPDATE audit_head SET closed_at = NULL WHERE log = $1", [bench.place.log]),
    ).rejects.toThrow("only moves forward");
  });
});
