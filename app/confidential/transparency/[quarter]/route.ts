import { getTransparency as get } from "@/lib/access/transparency/get-transparency";
import { getTransparency } from "@/lib/api-client/operations/transparency";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/transparency/{quarter}",
  [bind(getTransparency, (cx, { params }) => get(cx, params.quarter))],
);
