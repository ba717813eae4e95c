import "server-only";
import { toBase64url } from "@/lib/crypto/bytes";
import { ed25519PublicKey, randomBytes } from "@/lib/crypto/primitives";
import { writeEvaluationRoster } from "@/lib/custodian/roster/evaluation-roster";
import { signAsPortal } from "@/lib/escrow/client/portal-signature";
import type { RosterPerson } from "@/lib/escrow/protocol/messages";
import { loadSigningKey } from "@/lib/keystore/signing-key";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { NewTransaction } from "@/lib/transactions/schema";
import { submitTransaction } from "@/lib/transactions/submit/submit-transaction";

export type DisputePerson = Awaited<ReturnType<UseCaseBench["person"]>>;

/** Values that must never reach support: long enough to be found in any wrong place. */
export const CANARIES = ["7341.19", "Zebrafink", "DE44500105175407324931"] as const;

/** Two parties, support of a desk and of a party, deciders, and transactions to dispute. */
export interface DisputeBench extends UseCaseBench {
  readonly client: DisputePerson;
  readonly miner: DisputePerson;
  /** A client with their own Ed25519 key on the roster, and the key's seed. */
  readonly keyed: DisputePerson;
  readonly keyedSeed: Uint8Array;
  readonly stranger: DisputePerson;
  readonly support: DisputePerson;
  readonly deputy: DisputePerson;
  readonly insider: DisputePerson;
  readonly approver: DisputePerson;
  readonly legal: DisputePerson;
  readonly auditor: DisputePerson;
  /** Returns a new transaction of client and miner, sealed and with canaries by default. */
  transaction(by?: DisputePerson, over?: object): Promise<string>;
}

function rosterPerson({ principal }: DisputePerson): Omit<RosterPerson, "credentials"> {
  const { handle, organisationId, role, duties, participantId } = principal;
  const isParty = role === "client" || role === "miner";
  return {
    person: handle,
    organisation: organisationId,
    role,
    duties: [...duties],
    ...(isParty ? { participant: participantId } : {}),
  };
}

export async function createDisputeBench(): Promise<DisputeBench> {
  const bench = await createUseCaseBench();
  const staff = (duties: DisputePerson["principal"]["duties"]) =>
    bench.person({ role: "coordinator", duties, hasKey: false });
  const client = await bench.person({ role: "client" });
  const miner = await bench.person({ role: "miner" });
  const keyed = await bench.person({ role: "client" });
  const stranger = await bench.person({ role: "client" });
  const support = await staff(["support"]);
  const deputy = await staff(["support"]);
  const approver = await staff(["approve"]);
  const legal = await staff(["legal"]);
  const desk = await staff(["support"]);
  const insider = {
    ...desk,
    principal: { ...desk.principal, organisationId: client.principal.organisationId },
  };
  const auditor = await bench.person({ role: "auditor", hasKey: false });
  const keyedSeed = randomBytes(32);
  const public_key = toBase64url(ed25519PublicKey(keyedSeed));
  const own = { kind: "ed25519" as const, key_id: `${keyed.principal.handle}/1`, public_key };
  const others = [client, miner, stranger, support, deputy, insider, approver, legal, auditor];
  await writeEvaluationRoster(bench.rosterFile, {
    log: bench.place.log,
    persons: [...others.map(rosterPerson), { ...rosterPerson(keyed), credentials: [own] }],
    evaluationKey: loadSigningKey(bench.keystore, "evaluation").publicKey,
    sign: (statement) => signAsPortal(bench.keystore, "roster", statement),
  });
  const transaction = async (by: DisputePerson = client, over: object = {}): Promise<string> => {
    const body = NewTransaction.parse({
      job_id: "job-disputed",
      confidential: true,
      amount: CANARIES[0],
      currency: "EUR",
      settlement_details: { iban: CANARIES[2] },
      parties: { payer: `${CANARIES[1]} Handel`, payee: "Basalt" },
      participants: [by.principal.participantId, miner.principal.participantId],
      ...over,
    });
    return (await submitTransaction(by, body)).transaction_id;
  };
  const people = {
    client,
    miner,
    keyed,
    keyedSeed,
    stranger,
    support,
    deputy,
    insider,
    approver,
    legal,
    auditor,
  };
  return { ...bench, ...people, transaction };
}
