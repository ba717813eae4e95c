import "server-only";
import type { Context } from "@/lib/context/context";
import { DomainError } from "@/lib/errors";
import type { AccessBody, AccessOfPathBody } from "@/lib/transactions/schema";

/**
 * What is asked of an opening, where the body also says of which transaction and who asks, as programs of the coordinator
 * do. The coordinator took the requester's name from the body; here the credential says who asks, and a body that names
 * somebody else is refused (`access.forbidden`) before anything is looked up. Another transaction than the path's is 422.
 */
export function askedOf(cx: Pick<Context, "principal">, id: string, body: AccessOfPathBody): AccessBody {
  const { transaction_id: named, requester, ...asked } = body;
  const { participantId, handle } = cx.principal;
  if (requester !== undefined && requester !== participantId && requester !== handle)
    throw new DomainError("access.forbidden", {
      detail: "The requester must be the owner of the credential.",
    });
  if (named !== undefined && named !== id) {
    throw new DomainError("request.invalid", {
      detail: "The request does not match its schema.",
      errors: [{ pointer: "/transaction_id", detail: "names another transaction than the path" }],
    });
  }
  return asked;
}
