import { getTransparency } from "@/lib/api-client/operations/transparency";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { getTransparency as get } from "@/lib/transparency/get-transparency";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/transparency/{quarter}",
  [bind(getTransparency, (cx, { params }) => get(cx, params.quarter))],
);
