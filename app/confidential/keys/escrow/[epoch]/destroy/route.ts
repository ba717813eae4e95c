import { destroyEscrow } from "@/lib/api-client/operations/keys";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";
import { destroyEpoch } from "@/lib/keys/escrow/destroy-epoch";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/keys/escrow/{epoch}/destroy",
  [bind(destroyEscrow, (cx, { params }) => destroyEpoch(cx, params.epoch))],
);
