import type { RequestView } from "@/lib/access/requests/answer-schema";
import type { ReleaseStatement } from "@/lib/escrow/protocol/release-statement";

function sameNames(some: readonly string[], others: readonly string[]): boolean {
  return [...some].sort().join() === [...others].sort().join();
}

/**
 * Whether the terms say what the page shows of the request, part by part, and name their signer. A release gives exactly
 * what was asked: whatever is more or less is not given to the passkey.
 */
export function isReleaseAsShown(statement: ReleaseStatement, request: RequestView, person: string): boolean {
  return (
    statement.releaser === person &&
    statement.request === request.id &&
    statement.request_digest === request.digest &&
    statement.requester === request.requester.handle &&
    statement.purpose === request.purpose &&
    statement.authorization === request.authorization?.record_digest &&
    statement.level === request.level &&
    statement.max_views === request.max_views &&
    sameNames(statement.transactions, request.transactions) &&
    sameNames(statement.groups, request.fields)
  );
}
