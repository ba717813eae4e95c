import "server-only";
import { type DbContext, inSnapshot } from "@/lib/db/transaction";
import { InvariantError } from "@/lib/errors";
import { findOrganisationName } from "@/lib/identity/people/store";

/** Returns the name of a signed-in person's organisation. */
export async function readOrganisationName(cx: DbContext, id: string): Promise<string> {
  const name = await inSnapshot(cx, (tx) => findOrganisationName(tx, id));
  if (name === undefined) throw new InvariantError("a person's organisation does not exist");
  return name;
}
