import { expect } from "@playwright/test";
import type { Client } from "pg";
import { asSuperuser } from "./admin";
import { type Caller, type Demo, people } from "./api";
import { dataDir, demo } from "./instance";

// What waits for days in a life, waits for a round of the portal's clock here: the dates move, the portal does the rest.

/** Where a request lies: this worker's instance, unless a story has one of its own. */
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
    // A date moves forward only, for everybody else; the triggers stand again as they stood before anybody looks.
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

/** A round of the portal's clock is fifteen seconds. */
const ROUND = { timeout: 60_000 };

/** The answer's date passes: the portal calls the request overdue and tells the head of compliance. */
export async function makeOverdue(id: string, place: Place = here()): Promise<void> {
  const { legal } = people(place.demo);
  await moveDates(
    place,
    "due_at = now() - interval '12 days', response_due_at = now() - interval '4 days'",
    id,
  );
  await expect.poll(() => standing(legal, id), ROUND).toEqual(["overdue", "compliance"]);
}

/** Three days more, and it comes to the executives. */
export async function escalate(id: string, place: Place = here()): Promise<void> {
  await makeOverdue(id, place);
  await moveDates(place, "escalated_at = now() - interval '4 days'", id);
  await expect.poll(() => standing(people(place.demo).legal, id), ROUND).toEqual(["overdue", "executive"]);
}
