import { destroyEscrow } from "@/lib/api-client/operations/keys";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { destroyEpoch } from "@/lib/keys/escrow-epochs/destroy-epoch";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/keys/escrow/{epoch}/destroy",
  [bind(destroyEscrow, (cx, { params }) => destroyEpoch(cx, params.epoch))],
);
