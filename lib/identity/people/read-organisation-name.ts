import "server-only";
import { statement } from "@/lib/db/statement";
import type { DbContext } from "@/lib/db/transaction";
import { InvariantError } from "@/lib/errors";

const FIND_NAME = statement<{ readonly id: string }, { readonly name: string }>("find-organisation-name")`
  SELECT name FROM organisation WHERE id = ${({ id }) => id}::uuid`;

/** Returns the name of a signed-in person's organisation. */
export async function readOrganisationName(cx: DbContext, id: string): Promise<string> {
  const [row] = await cx.db.run(FIND_NAME, { id });
  if (row === undefined) throw new InvariantError("a person's organisation does not exist");
  return row.name;
}
