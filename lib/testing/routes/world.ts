import "server-only";
import type { OperationSpec } from "@/lib/api-client/operation";
import type { Principal } from "@/lib/context/principal";
import { ownVariables } from "@/lib/env/served-tenant";
import { loadSigningKey } from "@/lib/keystore/signing-key";
import {
  approvedRequest,
  createRequestBench,
  type RequestBench,
  submittedRequest,
} from "@/lib/testing/benches/request-bench";
import type { NewPerson, UseCaseOptions } from "@/lib/testing/benches/use-case-bench";
import { readIds } from "@/lib/testing/routes/kinds";
import { createRouteBench, type RouteBench, type RoutePerson } from "@/lib/testing/routes/route-bench";
import { isLetIn } from "@/lib/testing/routes/rows";
import type { Known } from "@/lib/testing/routes/schema-arbitrary";

/** A person of the world with credentials. */
export interface Inhabitant extends RoutePerson {
  readonly principal: Principal;
}

/** A portal with its custodian, people of every kind, transactions, requests and a grant, so that calls find something. */
export interface World {
  readonly bench: RouteBench;
  readonly requests: RequestBench;
  readonly people: readonly Inhabitant[];
  /** Returns ids of all rows in the database, and names of participants. */
  readonly known: () => Promise<Known>;
  /** Returns the people who may make the call; never empty. */
  readonly callersOf: (operation: OperationSpec) => readonly Inhabitant[];
  close(): Promise<void>;
}

async function readKnown({
  database,
  people,
}: {
  readonly database: { readonly adminUrl: string };
  readonly people: readonly Inhabitant[];
}): Promise<Known> {
  const names = people.flatMap(({ principal: { participantId } }) => participantId ?? []);
  return { ids: await readIds(database.adminUrl), names };
}

/** Sets the environment this process, or a further tenant of it, would be started with: some calls read from it which other processes exist. */
function setEnvironment({ place, keyDir, keystore, database, custodianUrl }: RequestBench): void {
  const { vkey } = loadSigningKey(keystore, "receipt");
  Object.assign(ownVariables(), {
    LOG_ORIGIN: place.log,
    TENANT_ID: place.tenantId,
    KEY_DIR: keyDir,
    DATABASE_URL: database.appUrl,
    CUSTODIAN_URL: custodianUrl,
    CUSTODIAN_VKEY: vkey,
    LOG_VKEY: vkey,
    SEALPORT_EVALUATION: "1",
  });
}

/** Opens the world; call `close` when the test is over. */
export async function createWorld(options: UseCaseOptions = {}): Promise<World> {
  const coordinator = { role: "coordinator" } as const;
  const extra: readonly NewPerson[] = [
    { ...coordinator, duties: ["compliance"] },
    { ...coordinator, duties: ["privacy"] },
    { ...coordinator, duties: ["executive"] },
    { ...coordinator, duties: ["break-glass"] },
    { ...coordinator, duties: ["recovery"] },
    { role: "admin", duties: ["admin"] },
    { role: "client", hasKey: options.areNamesAlike === true },
    { role: "miner" },
  ];
  const requests = await createRequestBench(extra, options);
  setEnvironment(requests);
  const bench = await createRouteBench(requests);
  await approvedRequest(requests);
  await submittedRequest(requests, { fields: ["amount"], transactions: [requests.otherTxId] });
  const { regulator, auditor, legal, approver, second, both, support, more } = requests;
  const people: Inhabitant[] = [];
  for (const { principal } of [regulator, auditor, legal, approver, second, both, support, ...more])
    people.push({ principal, ...(await bench.adopt(principal)) });
  return {
    bench,
    requests,
    people,
    known: () => readKnown({ database: requests.database, people }),
    callersOf: (operation) =>
      people.filter(({ principal: { role, duties } }) =>
        [undefined, ...duties].some((duty) =>
          isLetIn(operation, duty === undefined ? { role } : { role, duty }),
        ),
      ),
    close: () => bench.close(),
  };
}
