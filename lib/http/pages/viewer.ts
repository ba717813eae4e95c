import "server-only";
import type { Principal } from "@/lib/context/principal";
import { readOrganisationName } from "@/lib/identity/people/read-organisation-name";
import { getRuntime } from "@/lib/runtime/slot";

/** What the shell shows of the signed-in person. */
export interface Viewer {
  readonly name: string;
  readonly organisation: string;
  readonly role: string;
  readonly duties: readonly string[];
}

export async function viewerOf(principal: Principal): Promise<Viewer> {
  const { name, role, duties, organisationId } = principal;
  const organisation = await readOrganisationName(await getRuntime(), organisationId);
  return { name, role, duties, organisation };
}
