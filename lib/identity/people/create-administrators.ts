import "server-only";
import { inSnapshot } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { createApiKey } from "@/lib/identity/api-keys/create-api-key";
import type { ApiKeySecret } from "@/lib/identity/instance-secret";
import {
  type InvitationContext,
  type IssuedInvitation,
  issueInvitation,
} from "@/lib/identity/invitations/issue-invitation";
import { createOrganisation } from "@/lib/identity/people/create-organisation";
import { createUser } from "@/lib/identity/people/create-user";
import { countUsers } from "@/lib/identity/people/store";

export interface Administrator {
  readonly handle: string;
  readonly name: string;
  readonly email: string;
}

export interface CreatedAdministrator extends Administrator {
  /** Shown once. */
  readonly apiKey: string;
  /** Link that sets the first way to sign in. */
  readonly invitation: IssuedInvitation;
}

/**
 * Creates the operator's organisation and its two administrators on an instance without users. One alone cannot
 * complete acts that need a second person (api.md "Administration"). Their keys have no scope that must be signed
 * outside evaluation. To sign in, each gets a link that works once. Throws `request.conflict` if the instance has
 * people already.
 */
export async function createAdministrators(
  cx: InvitationContext & ApiKeySecret,
  organisation: { readonly name: string; readonly zone: string },
  people: readonly [Administrator, Administrator],
): Promise<CreatedAdministrator[]> {
  if ((await inSnapshot(cx, countUsers)) > 0) {
    throw new DomainError("request.conflict", {
      detail: "This instance has people already. Administrators invite others.",
    });
  }
  const { id: organisationId } = await createOrganisation(cx, { ...organisation, kind: "operator" });
  const created: CreatedAdministrator[] = [];
  for (const person of people) {
    const user = await createUser(cx, { ...person, role: "admin", duties: ["admin"], organisationId });
    const key = await createApiKey(cx, {
      userId: user.id,
      label: "first key",
      scopes: ["admin", "read", "keys"],
    });
    created.push({ ...person, apiKey: key.key, invitation: await issueInvitation(cx, user.id) });
  }
  return created;
}
