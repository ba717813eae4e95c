import "server-only";
import type { Context } from "@/lib/context/context";
import { DomainError } from "@/lib/errors";
import type { AccessBody, AccessOfPathBody } from "@/lib/transactions/schema";

/**
 * Returns what an opening asks for. As programs of the coordinator do, the body may also name the transaction and the
 * requester. The coordinator took the requester's name from the body. Here the credential decides: a body that names
 * another person is refused (`access.forbidden`) before any look-up. A transaction that differs from the path's is 422.
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
