import { prepareOpening as prepare } from "@/lib/access/openings/prepare-opening";
import { prepareOpening } from "@/lib/api-client/operations/grants";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/access/openings", [
  bind(prepareOpening, (cx, { body }) => prepare(cx, body)),
]);
