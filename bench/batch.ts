import { type Derive, openContentKey, rewrapRecipient } from "@/lib/crypto/envelope/envelope";
import { sealFixture } from "@/lib/crypto/envelope/envelope-fixture";
import { generateX25519, x25519Handle } from "@/lib/crypto/primitives";
import { inSnapshot } from "@/lib/db/transaction";
import { findActiveKeys } from "@/lib/keys/active-keys";
import { rotateKey } from "@/lib/keys/rotation/rotate-key";
import { getRotation } from "@/lib/keys/rotation/view";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { startTestServer } from "@/lib/testing/servers/test-server";
import { runRotations } from "@/lib/transactions/rewrap/run-rotations";
import { NewTransaction } from "@/lib/transactions/schema";
import { draftTransaction, sealTransaction } from "@/lib/transactions/submit/seal-transaction";
import { submitBatch } from "@/lib/transactions/submit/submit-batch";
import { submitTransaction } from "@/lib/transactions/submit/submit-transaction";
import { type Figure, median, timeOf } from "./measure";
import { startSequencer } from "./start-sequencer";

type Person = Awaited<ReturnType<UseCaseBench["person"]>>;

const BATCH = 1_000;
const ALONE = 50;
const ROUNDS = 3;
const ENTRIES = 10_000;
/** Groups of a transaction here. Each has one recipient entry of the participant whose key is rotated. */
const GROUPS = 4;

const bodyOf = (at: number, participants: readonly string[]) => ({
  job_id: `job-${at}`,
  confidential: true,
  participants,
  amount: `${1_000 + at}.00`,
  currency: "EUR",
  pricing: { rate: "1.25", unit: "hour" },
  settlement_details: { iban: "DE89370400440532013000" },
  narrative: "work of one week, as agreed ".repeat(12),
});

interface Scene {
  readonly bench: UseCaseBench;
  readonly owner: Person;
  readonly participants: readonly string[];
}

async function submitAll({ owner, participants }: Scene, count: number): Promise<void> {
  const transactions = Array.from({ length: count }, (_none, at) => bodyOf(at, participants));
  const { results } = await submitBatch(owner, { transactions, atomic: false });
  if (results.some(({ status }) => status !== 201)) throw new Error("a batch was not stored");
}

/** Seals what a batch of this many contains, without database, entries or receipts. */
async function sealOnly({ owner, participants }: Scene, count: number): Promise<() => void> {
  const escrow = await owner.escrow.epoch();
  const ids = [owner.principal.participantId, ...participants];
  const keys = await inSnapshot(owner, (tx) => findActiveKeys(owner, tx, ids));
  const drafts = Array.from({ length: count }, (_none, at) =>
    draftTransaction(owner.clock, NewTransaction.parse(bodyOf(at, participants)), {
      participants: ids,
      hasNaturalPerson: false,
    }),
  );
  return () => {
    for (const draft of drafts) sealTransaction(draft, keys, escrow);
  };
}

async function batchFigures(scene: Scene): Promise<Figure[]> {
  const seal = await sealOnly(scene, BATCH);
  const [together, alone, sealing, walls]: number[][] = [[], [], [], []];
  await submitAll(scene, 100);
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = performance.now();
    together?.push((await timeOf(() => submitAll(scene, BATCH), 1)) / BATCH);
    walls?.push(performance.now() - start);
    const one = NewTransaction.parse(bodyOf(round, scene.participants));
    alone?.push(await timeOf(() => submitTransaction(scene.owner, one), ALONE));
    sealing?.push((await timeOf(seal, 1)) / BATCH);
  }
  const operationMicros = median(together ?? []);
  const perSecond = Math.round(BATCH / (median(walls ?? []) / 1_000));
  console.log(`crypto   a batch of ${BATCH} with ${GROUPS} groups for 3 parties and escrow: ${perSecond}/s`);
  const figure = (baseline: string, baselineMicros: number, goal?: string): Figure => ({
    suite: "crypto",
    name: `batch of ${BATCH} in one call, one of them`,
    baseline,
    ratio: operationMicros / baselineMicros,
    operationMicros,
    baselineMicros,
    ...(goal === undefined ? {} : { goal }),
  });
  return [
    figure("submitted alone", median(alone ?? []), "< 1"),
    figure("its sealing alone", median(sealing ?? [])),
  ];
}

/** Opens an entry and wraps its key for another, on an envelope for three parties and escrow. */
function rewrapOnly(): () => Promise<void> {
  const kids = ["alice#1", "bob#1", "carol#1", "escrow#1"];
  const { amount, currency } = bodyOf(0, []);
  const fixture = sealFixture({ amount, currency }, kids);
  const { envelope } = fixture.sealed;
  const handle = x25519Handle(fixture.keys.get("alice#1")?.privateKey ?? new Uint8Array(32));
  const derive: Derive = (epk) => handle.derive(epk);
  const { publicKey } = generateX25519();
  return async () => {
    const cek = await openContentKey({ ...fixture.open("alice#1"), derive });
    const moved = { oldKid: "alice#1", newKid: "alice#2", publicKey };
    rewrapRecipient({ ...fixture.seal, envelope, cek, ...moved });
    cek.fill(0);
  };
}

async function rewrapFigures(scene: Scene): Promise<Figure[]> {
  const { bench } = scene;
  const fresh = await bench.person({ role: "client" });
  const other: Scene = { bench, owner: fresh, participants: scene.participants };
  for (let left = ENTRIES / GROUPS; left > 0; left -= BATCH) await submitAll(other, Math.min(BATCH, left));
  // A rotation waits until entries are integrated, including those of the earlier batches.
  await bench.integrate();
  const stopSequencer = startSequencer(bench);
  const target = fresh.principal.participantId;
  const { rotation_id, total } = await rotateKey(fresh, { participantId: target }, "rewrap");
  if (total !== ENTRIES) throw new Error(`${ENTRIES} entries expected, not ${total}`);
  const before = fresh.keystore.openedKeys();
  const start = performance.now();
  const cpu = await timeOf(() => runRotations({ ...fresh, system: "portal" }), 1);
  const seconds = (performance.now() - start) / 1_000;
  await stopSequencer();
  const { state, rewrapped } = await getRotation(fresh, rotation_id);
  if (state !== "completed" || rewrapped !== ENTRIES) throw new Error(`the rotation is ${state}`);
  const { hits, misses } = fresh.keystore.openedKeys();
  const rate = (hits - before.hits) / (hits - before.hits + misses - before.misses);
  console.log(
    `crypto   re-wrap of ${ENTRIES}: ${Math.round(ENTRIES / seconds)}/s, ${seconds.toFixed(1)} s, kept keys hit ${(100 * rate).toFixed(2)} %`,
  );
  const work = rewrapOnly();
  const alone: number[] = [];
  for (let round = 0; round < 9; round += 1) alone.push(await timeOf(work, 200));
  const [operationMicros, baselineMicros] = [cpu / ENTRIES, median(alone)];
  const ratio = operationMicros / baselineMicros;
  const name = `re-wrap of ${ENTRIES} entries, one of them`;
  return [{ suite: "crypto", name, baseline: "its crypto alone", ratio, operationMicros, baselineMicros }];
}

/** Measures a thousand transactions in one call, and a rotation that moves ten thousand entries, on a durable server. */
export async function benchBatch(): Promise<Figure[]> {
  const { server, stop } = await startTestServer({ isDurable: true });
  const bench = await createUseCaseBench({ server });
  try {
    const owner = await bench.person({ role: "client" });
    const others = [await bench.person({ role: "miner" }), await bench.person({ role: "miner" })];
    const participants = others.map(({ principal }) => principal.participantId);
    const scene = { bench, owner, participants };
    return [...(await batchFigures(scene)), ...(await rewrapFigures(scene))];
  } finally {
    await bench.close();
    await stop();
  }
}
