import { OPERATIONS } from "@/lib/api-client/registry";
import type { Context } from "@/lib/context/context";
import { recordingRefusal } from "@/lib/http/endpoint/record-refusal";
import type { NamedInput } from "@/lib/http/endpoint/refusal-facts";

/**
 * Runs a use case as the endpoint of this operation does, and records a refusal before it throws it. For tests of the entries of refusals.
 * `input` needs only what the operation's `about` reads.
 */
export function called<T>(
  cx: Context,
  operationId: string,
  input: NamedInput,
  run: () => Promise<T>,
): Promise<T> {
  const operation = OPERATIONS.find(({ id }) => id === operationId);
  if (operation === undefined) throw new TypeError(`unknown operation ${operationId}`);
  return recordingRefusal(cx, { operation, input }, run);
}
