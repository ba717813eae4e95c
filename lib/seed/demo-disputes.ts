import "server-only";
import { addNote } from "@/lib/disputes/add-note";
import { openDispute } from "@/lib/disputes/open-dispute";
import { NewDispute } from "@/lib/disputes/schema";
import { takeDispute } from "@/lib/disputes/take-dispute";
import { InvariantError } from "@/lib/errors";
import { byHandle, type MadePerson } from "@/lib/seed/create-people";
import { contextOf, type SeedRuntime } from "@/lib/seed/demo-context";
import { byJob, type MadeTransaction } from "@/lib/seed/demo-transactions";

/** A client disputes a credit note; support has taken the dispute and may read the masked fields. */
export async function createDispute(
  runtime: SeedRuntime,
  people: readonly MadePerson[],
  transactions: readonly MadeTransaction[],
): Promise<void> {
  const as = (handle: string) => contextOf(runtime, byHandle(people, handle).principal);
  const { id } = await openDispute(
    as("client-456"),
    byJob(transactions, "job-3001").id,
    NewDispute.parse({
      reason: "The credit note covers one night of idle time. We were without capacity for two.",
    }),
  );
  await addNote(as("miner-789"), { id }, { text: "The second night was the maintenance we announced." });
  const { grant } = await takeDispute(as("coordinator-001:support"), { id });
  if (grant?.state !== "active")
    throw new InvariantError("support has no access to the demonstration dispute");
  const question = { text: "Please say on which day the announcement was sent; no amounts are needed." };
  await addNote(as("coordinator-001:support"), { id }, question);
}
