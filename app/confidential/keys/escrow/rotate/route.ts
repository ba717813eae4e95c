import { rotateEscrow } from "@/lib/api-client/operations/keys";
import { bind, Reply } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { rotateEpoch } from "@/lib/keys/escrow-epochs/rotate-epoch";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/keys/escrow/rotate", [
  bind(rotateEscrow, async (cx) => new Reply(201, await rotateEpoch(cx))),
]);
