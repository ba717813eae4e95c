import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { readLastCheckpoint } from "@/lib/audit/sequencer/checkpoint-store";
import { publishCheckpoint } from "@/lib/audit/sequencer/checkpointer";
import { stampNewest } from "@/lib/audit/sequencer/stamp-newest";
import { stampedBytes } from "@/lib/audit/timestamp/imprint";
import { systemClock } from "@/lib/clock";
import { checkpointText, signNote } from "@/lib/crypto/log/signed-note";
import { sha256 } from "@/lib/crypto/primitives";
import { expectThat, setting, startInteropLog } from "./interop-log";

// Has a checkpoint stamped by our client and writes the stored token, the stamped bytes, and those of a forged root.
const [origin, out] = [setting("LOG_ORIGIN"), setting("OUT_DIR")];
const log = await startInteropLog(origin, setting("LOG_SEED"));
const { pool, logVkey, logger } = log.checkpointer;
try {
  await log.grow(5);
  await publishCheckpoint(log.checkpointer);
  const trustedPem = [await readFile(setting("TSA_CA_FILE"), "utf8")];
  const authority = { url: setting("TSA_URL"), trustedPem, timeoutMs: 10_000 };
  const stamping = { pool, log: origin, logVkey, authority, periodMs: 60_000, clock: systemClock, logger };
  const size = await stampNewest(stamping);
  expectThat("the stamped checkpoint covers 5 entries", size === 5, size);
  const row = await readLastCheckpoint(pool, origin);
  const token = row?.time_stamp ?? new Uint8Array(0);
  expectThat("the token is stored, with its time", token.length > 0, row?.time_stamped_at?.toISOString());
  const text = checkpointText({ origin, size: 5, rootHash: sha256(new Uint8Array(1)) });
  const forged = signNote(text, [{ name: origin, seed: log.seed }]);
  await writeFile(path.join(out, "token.der"), token);
  await writeFile(path.join(out, "stamped.txt"), stampedBytes(row?.note ?? "", [logVkey]));
  await writeFile(path.join(out, "forged.txt"), stampedBytes(forged, [logVkey]));
} finally {
  await log.close();
}
