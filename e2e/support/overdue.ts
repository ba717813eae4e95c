import { expect } from "@playwright/test";
import type { Client } from "pg";
import { asSuperuser } from "./admin";
import { type Caller, type Demo, people } from "./api";
import { dataDir, demo } from "./instance";

// In these stories a wait of days takes one round of the portal's clock: the test moves the dates, and the portal does the rest.

/** Where a request is stored: in this worker's instance, unless a story has its own. */
export interface Place {
  readonly dataDir: string;
  readonly demo: Demo;
}

const here = (): Place => ({ dataDir: dataDir(), demo: demo() });

async function moveDates(place: Place, set: string, id: string): Promise<void> {
  await asSuperuser(place.dataDir, async (client: Client) => {
    const { rows } = await client.query(
      "SELECT quote_ident(tgname) AS name FROM pg_trigger WHERE tgrelid = 'access_request'::regclass AND tgenabled = 'A'",
    );
    await client.query("BEGIN");
    // Triggers let a date move forward only. They are switched on again before other code can read the row.
    await client.query("ALTER TABLE access_request DISABLE TRIGGER USER");
    await client.query(`UPDATE access_request SET ${set} WHERE id = $1`, [id]);
    await client.query("ALTER TABLE access_request ENABLE TRIGGER USER");
    for (const { name } of rows)
      await client.query(`ALTER TABLE access_request ENABLE ALWAYS TRIGGER ${name}`);
    await client.query("COMMIT");
  });
}

async function standing(who: Caller, id: string): Promise<unknown[]> {
  const { json } = await who.get(`/confidential/access/requests/${id}`);
  return [json.state, json.escalated_to];
}

/** The portal's clock runs every five seconds. */
const ROUND = { timeout: 60_000 };

/** Lets the deadline pass: the portal marks the request overdue and notifies the head of compliance. */
export async function makeOverdue(id: string, place: Place = here()): Promise<void> {
  const { legal } = people(place.demo);
  await moveDates(
    place,
    "due_at = now() - interval '12 days', response_due_at = now() - interval '4 days'",
    id,
  );
  await expect.poll(() => standing(legal, id), ROUND).toEqual(["overdue", "compliance"]);
}

/** Lets three more days pass, so that the request goes to the executives. */
export async function escalate(id: string, place: Place = here()): Promise<void> {
  await makeOverdue(id, place);
  await moveDates(place, "escalated_at = now() - interval '4 days'", id);
  await expect.poll(() => standing(people(place.demo).legal, id), ROUND).toEqual(["overdue", "executive"]);
}
