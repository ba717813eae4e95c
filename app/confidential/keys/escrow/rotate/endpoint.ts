import { rotateEscrow } from "@/lib/api-client/operations/keys";
import { bind, endpointAt, Reply } from "@/lib/http/endpoint/bind";
import { rotateEpoch } from "@/lib/keys/escrow-epochs/rotate-epoch";

export const endpoint = endpointAt("/confidential/keys/escrow/rotate", [
  bind(rotateEscrow, async (cx, { body }) => new Reply(201, await rotateEpoch(cx, body))),
]);
