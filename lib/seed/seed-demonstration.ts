// The room seed: the demonstration data of a first start. people.ts and organisations.ts have the texts, the demo-*.ts
// files make records, this file runs all of them. It uses the same use cases as people do, so each act has its entry
// in the log.

import "server-only";
import path from "node:path";
import { findSetup } from "@/lib/administration/setup/store";
import { inSnapshot } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { countUsers } from "@/lib/identity/people/store";
import { checkOfficers } from "@/lib/seed/check-officers";
import { createPeople } from "@/lib/seed/create-people";
import { createAuthority } from "@/lib/seed/demo-authority";
import type { SeedRuntime } from "@/lib/seed/demo-context";
import { createDispute } from "@/lib/seed/demo-disputes";
import { AUTHORITY_FILE, writeDemoFile } from "@/lib/seed/demo-file";
import { createRequests } from "@/lib/seed/demo-requests";
import { createTransactions } from "@/lib/seed/demo-transactions";
import { writeRoster } from "@/lib/seed/write-roster";

export interface SeedOptions {
  readonly demoFile: string;
  readonly baseUrl: string;
  readonly rosterFile: string | undefined;
}

/** Invented people have no place in a real record: not next to people, nor where a set-up was begun. */
async function requireNoPeople(runtime: SeedRuntime): Promise<void> {
  const isTaken = await inSnapshot(runtime, async (tx) => {
    const { tenantId } = runtime.instance;
    return (await countUsers(tx)) > 0 || (await findSetup(tx, tenantId)) !== undefined;
  });
  if (isTaken)
    throw new DomainError("setup.people", {
      detail: "Demonstration people are made on a new instance only. Start one with an empty DATA_DIR.",
    });
}

/** Makes the demonstration data of a new instance through the use cases, and writes demo.json last. */
export async function seedDemonstration(runtime: SeedRuntime, options: SeedOptions): Promise<void> {
  await requireNoPeople(runtime);
  const people = await createPeople(runtime);
  const { rosterFile, baseUrl } = options;
  if (rosterFile !== undefined) await writeRoster(runtime, { file: rosterFile, baseUrl }, people);
  await checkOfficers(runtime, people);
  const transactions = await createTransactions(runtime, people);
  await createRequests(runtime, people, transactions);
  await createDispute(runtime, people, transactions);
  const authority = await createAuthority(runtime, people);
  await runtime.audit.drain();
  await writeDemoFile(path.join(path.dirname(options.demoFile), AUTHORITY_FILE), authority);
  await writeDemoFile(options.demoFile, {
    base_url: baseUrl,
    accounts: people.map((person) => person.account),
  });
}
