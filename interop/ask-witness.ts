import { readLastCheckpoint } from "@/lib/audit/sequencer/checkpoint-store";
import { publishCheckpoint } from "@/lib/audit/sequencer/checkpointer";
import { storedNodes } from "@/lib/audit/sequencer/store";
import { witnessedBy } from "@/lib/audit/sequencer/witnessing";
import { toBase64, utf8 } from "@/lib/crypto/bytes";
import { consistencyProofFrom } from "@/lib/crypto/log/merkle";
import { checkpointText, openNote, signNote } from "@/lib/crypto/log/signed-note";
import { sha256 } from "@/lib/crypto/primitives";
import { callService } from "@/lib/ipc/client";
import { expectThat, setting, startInteropLog } from "./interop-log";

// Asks another project's witness to cosign a log of ours: twice as it grows, and again after forged roots, which it
// must refuse.
const [origin, url, witnessVkey] = [setting("LOG_ORIGIN"), setting("WITNESS_URL"), setting("WITNESS_VKEY")];
const policy = { own: 0, independent: 1 };
const log = await startInteropLog(origin, setting("LOG_SEED"));
const { pool, logVkey } = log.checkpointer;
const witnesses = [{ url, vkey: witnessVkey, kind: "independent" as const }];
const options = { ...log.checkpointer, witnesses, policy, witnessWaitMs: 10_000 };

async function cosigned(what: string): Promise<number> {
  await publishCheckpoint(options);
  const row = await readLastCheckpoint(pool, origin);
  if (row === undefined) throw new Error("no checkpoint found");
  expectThat(
    `${what} is`,
    witnessedBy(policy, row.witnesses) === "witnessed",
    witnessedBy(policy, row.witnesses),
  );
  const { verified } = openNote(row.note, [logVkey, witnessVkey]);
  expectThat(
    `${what} has valid signatures`,
    verified.length === 2,
    verified.map(({ name }) => name).join(", "),
  );
  process.stdout.write(row.note.replace(/^/gm, "     | "));
  process.stdout.write("\n");
  return row.size;
}

/** Submits a checkpoint that our own key signed over a root that is not the tree's. */
async function forge(oldSize: number, size: number): Promise<number> {
  const text = checkpointText({ origin, size, rootHash: sha256(utf8("forged")) });
  const note = signNote(text, [{ name: origin, seed: log.seed }]);
  const proof = size === oldSize ? [] : await consistencyProofFrom(storedNodes(pool, origin), oldSize, size);
  const body = utf8(`old ${oldSize}\n${proof.map((hash) => `${toBase64(hash)}\n`).join("")}\n${note}`);
  const reply = await callService(url, { method: "POST", path: "/add-checkpoint", body, timeoutMs: 10_000 });
  return reply.status;
}

try {
  await log.grow(5);
  const first = await cosigned("a first checkpoint");
  await log.grow(300);
  const fork = await forge(first, first + 300);
  expectThat("a larger tree with a forged root is refused, HTTP", fork >= 400 && fork < 500, fork);
  const second = await cosigned("the true larger tree");
  const same = await forge(second, second);
  expectThat("a forged root of the same size is refused, HTTP", same >= 400 && same < 500, same);
  await log.grow(1);
  await cosigned("the next true tree");
} finally {
  await log.close();
}
